"""Folders for tests, removed when the test process ends."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile


def folder() -> str:
    """A new empty folder."""
    return tempfile.mkdtemp(dir=_base())


@functools.cache
def _base() -> str:
    base = tempfile.mkdtemp(prefix="yk-")
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    return base
