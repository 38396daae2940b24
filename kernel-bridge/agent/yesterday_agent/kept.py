"""Bytes that a replay will need: left in the spool's `objects` folder, each file named by its digest.

A run keeps at most its budget; what is announced once is not announced again, unless the bridge never took it.
"""

from __future__ import annotations

import hashlib
import os
import shutil

from .digests import file_digest
from .record import KeptObject, StoredValue

RUN_BYTES = 64 * 1024 * 1024


class Kept:
    """What the present run keeps, and what was announced before."""

    def __init__(self, spool: str) -> None:
        self._folder = os.path.join(spool, "objects")
        self._known: set[str] = set()
        self._left = RUN_BYTES
        self.objects: list[KeptObject] = []

    def begin(self) -> None:
        self._left = RUN_BYTES
        self.objects = []

    def data(self, data: bytes) -> str:
        """The digest of the bytes, which are now kept if the budget allows."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if self._takes(digest, len(data)):
            with open(self._place(digest), "wb") as handle:
                handle.write(data)
            self._announce(digest, len(data))
        return digest

    def file(self, path: str, digest: str | None) -> StoredValue | None:
        """Where the file's bytes are; None where they are not kept."""
        if digest is None:
            return None
        size = os.path.getsize(path)
        if self._takes(digest, size):
            place = self._place(digest)
            shutil.copyfile(path, place)
            if file_digest(place) != digest:  # written to meanwhile
                os.remove(place)
                return None
            self._announce(digest, size)
        return {"format": "bytes", "digest": digest, "size": size} if digest in self._known else None

    def _takes(self, digest: str, size: int) -> bool:
        if digest in self._known or size > self._left:
            return False
        self._left -= size
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        return True

    def _place(self, digest: str) -> str:
        return os.path.join(self._folder, digest.partition(":")[2])

    def _announce(self, digest: str, size: int) -> None:
        self._known.add(digest)
        self.objects.append({"digest": digest, "size": size})
