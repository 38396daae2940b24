"""A step of ours that hangs must not hold up the user: it is interrupted, as Ctrl-C would, and reported as missing.

Invariant: the interruption reaches our own code alone. While the watcher may fire, the step does not leave; when it
leaves, a pending interruption is cancelled.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import time
from collections.abc import Callable
from typing import TypeVar

from . import own_threads

SECONDS = 15.0
T = TypeVar("T")


class TooLongError(Exception):
    """Raised in a step that takes longer than it may."""

    def __str__(self) -> str:
        return "it took longer than it may"


class Watchdog:
    """Looks after one thread's steps, from a thread of its own that sleeps while there are none."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._thread = 0
        self._deadline = 0.0
        self._armed = self._firing = self._parked = False
        self._wake = _thread.allocate_lock()
        self._wake.acquire()
        own_threads.start(self._watch)

    def run(self, step: Callable[[], T]) -> T:
        """Every so many seconds that it takes, `TooLongError` is raised in it."""
        self._thread = _thread.get_ident()
        self._deadline = time.monotonic() + self._seconds
        self._armed = True
        if self._parked:
            self._parked = False
            self._wake.release()
        try:
            return step()
        finally:
            self._leave()

    def _leave(self) -> None:
        while True:
            try:
                self._armed = False
                while self._firing:
                    time.sleep(0.0005)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), None)
                return
            except TooLongError:
                continue

    def _watch(self) -> None:
        while True:
            if not self._armed:
                self._parked = True
                self._wake.acquire()
            left = self._deadline - time.monotonic()
            if left > 0:
                time.sleep(left)
            else:
                self._fire()

    def _fire(self) -> None:
        self._firing = True
        with contextlib.suppress(Exception):
            if self._armed:
                self._deadline = time.monotonic() + self._seconds
                kind = ctypes.py_object(TooLongError)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), kind)
        self._firing = False
