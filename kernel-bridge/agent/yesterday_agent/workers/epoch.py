"""The order of the present run, which the kernel's children see: eight bytes of memory that they share.

The workers of a pool work for one run after another, and what they touch is written down for each.
"""

from __future__ import annotations

import mmap
import os

NAME = "epoch"
_BYTES = 8


class Epoch:
    """`folder`: where children write."""

    def __init__(self, folder: str, creates: bool) -> None:
        flags = os.O_RDWR | os.O_CREAT if creates else os.O_RDONLY
        handle = os.open(os.path.join(folder, NAME), flags, 0o600)
        try:
            if creates:
                os.ftruncate(handle, _BYTES)
            self._memory = mmap.mmap(handle, _BYTES, access=mmap.ACCESS_WRITE if creates else mmap.ACCESS_READ)
        finally:
            os.close(handle)

    def set(self, order: int) -> None:
        self._memory[:] = order.to_bytes(_BYTES, "little")

    def get(self) -> int:
        return int.from_bytes(self._memory[:], "little")
