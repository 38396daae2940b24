"""Bytes that a replay will need: left in the spool's `objects` folder, each file named by its digest.

A run keeps at most its budget; what is announced once is announced again only while the bridge has not taken it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from .digests import file_digest
from .reasons import UnstorableError
from .record import KeptObject, StoredValue

RUN_BYTES = 64 * 1024 * 1024
DISK_RESERVE = 1 << 29
"""Bytes that large values leave free on the disk."""
DISK_FULL = f"the disk is nearly full: less than {DISK_RESERVE >> 20} MiB are free"
OVER_BUDGET = "it is over the budget for values"
_LOOK_AT_DISK = 16


class Kept:
    """What the present run keeps, and what was announced before."""

    def __init__(self, spool: str, run_bytes: int | None = None) -> None:
        """`run_bytes`: what a run may keep; `RUN_BYTES` if it is not given."""
        self.spool = spool
        self._run_bytes = run_bytes
        self._folder = os.path.join(spool, "objects")
        self._known: set[str] = set()
        self._left = self._budget()
        self.spent = 0
        """Bytes since the kernel began; what is the same counts once."""
        self.objects: list[KeptObject] = []
        self.late = LateShared(spool, self._known.__contains__)

    def _budget(self) -> int:
        return RUN_BYTES if self._run_bytes is None else self._run_bytes

    def begin(self) -> None:
        self._left = self._budget()
        self.objects = []

    def data(self, data: bytes) -> str:
        """The digest of the bytes, which are now kept if the budget allows."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if self._needs(digest, len(data)):
            self._write(digest, lambda target: target.write(data))
            self._announce(digest, len(data))
        return digest

    def within(self, data: bytes) -> str | None:
        """As `data`; None where the bytes are not kept."""
        digest = self.data(data)
        return digest if digest in self._known else None

    @property
    def left(self) -> int:
        """Bytes that the run may still keep."""
        return self._left

    def file(self, path: str, digest: str | None) -> StoredValue | None:
        """Where the file's bytes are; None where they are not kept."""
        if digest is None:
            return None
        size = os.path.getsize(path)
        if self._needs(digest, size):
            with open(path, "rb") as source:
                self._write(digest, lambda target: shutil.copyfileobj(source, target, 1 << 20))
            if file_digest(self._place(digest)) != digest:  # written to meanwhile
                os.remove(self._place(digest))
                return None
            self._announce(digest, size)
        return {"format": "bytes", "digest": digest, "size": size} if digest in self._known else None

    def stream(self) -> KeptStream:
        """An object that is written piece by piece, on the thread of late digests; beside the budget of the run."""
        return KeptStream(self._folder)

    def _needs(self, digest: str, size: int) -> bool:
        """Whether the bytes are to be written. The bridge takes what the store has: what still lies here since a
        run's record was lost is announced again."""
        if digest in self._known:
            if os.path.exists(self._place(digest)) and digest not in [one["digest"] for one in self.objects]:
                self.objects.append({"digest": digest, "size": size})
            return False
        return size <= self._left

    def _write(self, digest: str, fill: Callable[[BinaryIO], object]) -> None:
        """Whole or not at all, and for its owner alone."""
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        place = self._place(digest)
        temporary = f"{place}.tmp"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            fill(target)
        os.replace(temporary, place)

    def _place(self, digest: str) -> str:
        return os.path.join(self._folder, digest.partition(":")[2])

    def _announce(self, digest: str, size: int) -> None:
        self._left -= size
        self.spent += size
        self._known.add(digest)
        self.objects.append({"digest": digest, "size": size})


class LatePieces:
    """Objects of one value that is written on the thread of late digests. All methods may be called there, `abandon`
    also elsewhere. Their number is limited by `left` bytes; what was kept before is not written again."""

    def __init__(self, shared: LateShared, left: int) -> None:
        self._shared, self.left = shared, left
        self.digests: dict[str, None] = {}
        self._size = 0
        self._count = 0

    def add(self, data: Any) -> str:
        """The digest of the bytes, which are kept now. Raises `UnstorableError`, or what the disk says."""
        size = memoryview(data).nbytes
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self._size += size
        if digest not in self.digests:
            if self._count % _LOOK_AT_DISK == 0 and shutil.disk_usage(self._shared.spool).free < DISK_RESERVE:
                raise UnstorableError(DISK_FULL)
            self._count += 1
            if not self._shared.hold(digest):
                self.left -= size
                if self.left < 0:
                    self._shared.release([digest])
                    raise UnstorableError(OVER_BUDGET)
                self._shared.write(digest, data)
            self.digests[digest] = None
        return digest

    def finish(self, format_name: str, body: bytes) -> StoredValue:
        """Where the value is: in an object that lists the others."""
        return {"format": format_name, "digest": self.add(body), "size": self._size - len(body)}

    def abandon(self) -> None:
        """The value is not stored: what no other value has is removed."""
        digests, self.digests = list(self.digests), {}
        self._shared.release(digests)


class LateShared:
    """What late values have written, and how many of them need it."""

    def __init__(self, spool: str, known: Callable[[str], bool]) -> None:
        """`known`: whether a record announced the object."""
        self.spool = spool
        self._folder = os.path.join(spool, "objects")
        self._known = known
        self._lock = threading.Lock()
        self._holders: dict[str, int] = {}
        self._announced: set[str] = set()
        self.spent = 0
        """Bytes since the kernel began."""

    def hold(self, digest: str) -> bool:
        """One more value needs the object; whether it is there."""
        if self._known(digest) or digest in self._announced:
            return True
        with self._lock:
            self._holders[digest] = self._holders.get(digest, 0) + 1
            return self._holders[digest] > 1

    def release(self, digests: Iterable[str]) -> None:
        with self._lock:
            for digest in digests:
                if digest not in self._holders:
                    continue
                self._holders[digest] -= 1
                if self._holders[digest] == 0:
                    del self._holders[digest]
                    with contextlib.suppress(OSError):
                        os.remove(os.path.join(self._folder, digest.partition(":")[2]))

    def announce(self, digests: Iterable[str]) -> None:
        """A message names them: from now on they are the bridge's."""
        with self._lock:
            for digest in digests:
                self._announced.add(digest)
                self._holders.pop(digest, None)

    def write(self, digest: str, data: Any) -> None:
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        place = os.path.join(self._folder, digest.partition(":")[2])
        temporary = f"{place}.late"
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0) as target:
                view = memoryview(data).cast("B")
                while view:
                    view = view[target.write(view) :]
            os.replace(temporary, place)
            self.spent += memoryview(data).nbytes
        except BaseException:
            self.release([digest])
            with contextlib.suppress(OSError):
                os.remove(temporary)
            raise


class KeptStream:
    """One object in the spool, under its digest once it is whole."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._folder = folder
        self._temporary = os.path.join(folder, "late.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._target = open(os.open(self._temporary, flags, 0o600), "wb")  # noqa: SIM115
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        self._target.write(data)

    def finish(self, format_name: str, most: int) -> StoredValue | None:
        """Where the object is; None where it is larger than `most` bytes."""
        if self._size > most:
            self.abandon()
            return None
        self._target.close()
        digest = self._hash.hexdigest()
        os.replace(self._temporary, os.path.join(self._folder, digest))
        return {"format": format_name, "digest": f"sha256:{digest}", "size": self._size}

    def abandon(self) -> None:
        """Removes what was written so far."""
        self._target.close()
        with contextlib.suppress(OSError):
            os.remove(self._temporary)
