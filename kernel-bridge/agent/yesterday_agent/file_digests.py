"""Digests of files of any size, cached while a file is the same by device, inode, size and times.

Small files are read at once, within a budget for each run. The others are read on the thread of late digests. A file
that changes while it is read has no digest, and the reason says how it changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import OrderedDict
from typing import Any

from .late import Check, Job, Late, LateDigests
from .secrecy import is_secret_file, masker

Signature = tuple[int, int, int, int, int]
"""Device, inode, size, and the times of the last change of content and of the inode, in ns."""
Digest = str | Late | None
"""None for what is no readable plain file."""

NOW_BYTES = 8 * 1024 * 1024
"""A larger file is read behind the reply."""
RUN_BYTES = 64 * 1024 * 1024
"""Bytes of small files that are read while the kernel waits, for each run."""
RUN_FILES = 2_000
PIECE = 4 * 1024 * 1024
_CACHED = 200_000
RACY_NS = 50_000_000
"""A file that changed so recently may change again without another time."""
PENDING = "its digest is computed after the run, and has not arrived"


class ChangedError(Exception):
    """The file changed while it was read."""


def signature(path: str) -> Signature | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _signature(found) if stat.S_ISREG(found.st_mode) else None


def _signature(found: os.stat_result) -> Signature:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_same(one: Digest, other: Digest) -> bool:
    """Whether both are of one content, as far as that is known."""
    return settled(one) == settled(other)


def settled(digest: Digest) -> Digest:
    """The digest itself if it is computed."""
    return digest.digest if isinstance(digest, Late) and digest.digest is not None else digest


class FileDigests:
    def __init__(self, late: LateDigests) -> None:
        self._late = late
        self._known: OrderedDict[Signature, str | Late] = OrderedDict()
        self._left, self._files_left = RUN_BYTES, RUN_FILES

    def begin(self) -> None:
        self._left, self._files_left = RUN_BYTES, RUN_FILES

    def known(self, found: Signature | None) -> str | None:
        """The digest of a state of a file, if it was computed."""
        digest = settled(self._known.get(found)) if found is not None else None
        return digest if isinstance(digest, str) else None

    def of(self, path: str) -> Digest:
        """As the file is now."""
        found = signature(path)
        if found is None:
            return None
        known = settled(self._known.get(found))
        if isinstance(known, Late) and known.is_over:
            known = None
        if known is None:
            is_small = found[2] <= min(NOW_BYTES, self._left) and self._files_left > 0
            known = self._now(path, found) if is_small else self._later(path, found)
            if known is None:
                return None
        self._known[found] = known
        self._known.move_to_end(found)
        if len(self._known) > _CACHED:
            self._known.popitem(last=False)
        return known

    def _now(self, path: str, found: Signature) -> str | None:
        self._left -= found[2]
        self._files_left -= 1
        try:
            return streamed(path, found, lambda: None)
        except (OSError, ChangedError):
            return None

    def _later(self, path: str, found: Signature) -> Late:
        late = Late(f"the content of {path}")

        def compute(piece: Check, walk: Check) -> str:
            age = time.time_ns() - max(found[3], found[4])
            if 0 <= age < RACY_NS:
                time.sleep((RACY_NS - age) / 1e9)
            digest = streamed(path, found, piece)
            return masker().keyed(digest) if is_secret_file(path) else digest

        self._late.add(Job(late, compute, is_value=False))
        return late


def streamed(path: str, expected: Signature | None, check: Any) -> str:
    """The digest of a file's bytes. Raises `OSError`, and `ChangedError` where the file is not what was expected."""
    whole = hashlib.sha256()
    with open(path, "rb", buffering=0) as handle:
        before = _signature(os.fstat(handle.fileno()))
        if expected is not None and before != expected:
            raise ChangedError(f"it changed before it was read: {_difference(expected, before)}")
        _advise(handle.fileno())
        piece = bytearray(min(PIECE, max(1, before[2])))
        view, left = memoryview(piece), before[2]
        # One that grows without end is not read without end.
        while left >= 0 and (count := handle.readinto(piece)):
            check()
            whole.update(view[:count])
            left -= count
        after = _signature(os.fstat(handle.fileno()))
    if after != before:
        raise ChangedError(f"it changed while it was read: {_difference(before, after)}")
    return f"sha256:{whole.hexdigest()}"


def _advise(handle: int) -> None:
    """The file is read in order."""
    advise = getattr(os, "posix_fadvise", None)
    if advise is not None:
        advise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)


def _difference(before: Signature, after: Signature) -> str:
    if before[2] != after[2]:
        return f"{before[2]:,} bytes, then {after[2]:,} bytes"
    return f"{after[2]:,} bytes, written again at {time.strftime('%H:%M:%S', time.localtime(after[3] / 1e9))}"
