"""How much the upper layers hold, so that a replay that writes without end does not fill the disk."""

from __future__ import annotations

import os
import time

_PAUSE = 20
"""A look that takes long is followed by a pause of this many times as long."""
_RESERVE = 512 << 20
"""Bytes that stay free on the disk in any case."""


class Usage:
    """`layers`: a descriptor of their folder on disk; None where they are in memory, which has a limit of its own."""

    def __init__(self, limit: int, layers: int | None) -> None:
        self._limit = limit
        self._layers = layers
        self._next = 0.0

    def is_exceeded(self) -> bool:
        now = time.monotonic()
        if self._layers is None or now < self._next:
            return False
        used, free = _used(self._layers), _free(self._layers)
        self._next = time.monotonic() + _PAUSE * (time.monotonic() - now)
        return used > self._limit or free < _RESERVE


def _used(layers: int) -> int:
    total = 0
    for _, _, names, folder in os.fwalk(".", dir_fd=layers, onerror=None):
        for name in names:
            try:
                total += os.stat(name, dir_fd=folder, follow_symlinks=False).st_blocks * 512
            except OSError:
                continue
    return total


def _free(layers: int) -> int:
    facts = os.fstatvfs(layers)
    return facts.f_bavail * facts.f_frsize
