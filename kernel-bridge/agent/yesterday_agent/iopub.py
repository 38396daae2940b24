"""The kernel's iopub side: nothing dropped, streams flushed soon, every message copied to the spool.

Off the user's path; a failure to copy is counted and never stops a message.
"""

from __future__ import annotations

import _thread
import queue
import sys
from collections.abc import Callable
from json import loads
from typing import Any

from . import own_threads
from .spool import Spool, encode_frame

FLUSH_SECONDS = 0.025
REST_SECONDS = 0.02
"""What is said within this time is written together, behind what people wait for."""
FLUSH_LATE_SECONDS = 2.0
_DELIMITER = b"<IDS|MSG>"


def thread_of(kernel: Any) -> Any:
    """The thread that sends what is published."""
    return kernel.iopub_thread if hasattr(kernel, "iopub_thread") else kernel.iopub_socket.io_thread


def lift_limits(kernel: Any) -> None:
    """No high-water mark on iopub, and streams flushed after 25 ms."""
    import zmq

    thread = thread_of(kernel)
    thread.schedule(lambda: thread.socket.setsockopt(zmq.SNDHWM, 0))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "flush_interval"):
            stream.flush_interval = FLUSH_SECONDS


def copy_to(spool: Spool, kernel: Any, failed: Callable[[BaseException], None]) -> Copies:
    """Hand every iopub message with an execute request as parent to the spool."""
    thread = thread_of(kernel)
    send, copies = thread._really_send, Copies(spool, failed)

    def really_send(message: Any, *args: Any, **kwargs: Any) -> None:
        copies.add(message)
        send(message, *args, **kwargs)

    thread._really_send = really_send
    return copies


class Copies:
    """Writes copies on a thread of its own: a write lets go of the interpreter, and to get it back from code that
    computes takes milliseconds, in which the next message would wait."""

    def __init__(self, spool: Spool, failed: Callable[[BaseException], None]) -> None:
        self._spool, self._failed = spool, failed
        self._queue: queue.SimpleQueue[list[bytes] | _thread.LockType] = queue.SimpleQueue()
        self._hurry = _locked()
        own_threads.start(self._run)

    def add(self, message: Any) -> None:
        try:
            self._queue.put([bytes(getattr(frame, "buffer", frame)) for frame in message])
        except Exception as problem:
            self._failed(problem)

    def flush(self) -> None:
        """Waits until what was added is written."""
        written = _locked()
        self._queue.put(written)
        if self._hurry.locked():
            self._hurry.release()
        written.acquire(timeout=FLUSH_LATE_SECONDS)

    def _run(self) -> None:
        while True:
            waiting = [self._queue.get()]
            self._hurry.acquire(timeout=REST_SECONDS)
            while not self._queue.empty():
                waiting.append(self._queue.get())
            for one in waiting:
                if isinstance(one, list):
                    self._copy(one)
                else:
                    one.release()

    def _copy(self, frames: list[bytes]) -> None:
        try:
            start = frames.index(_DELIMITER) + 2
            parent = loads(frames[start + 1])
            if parent.get("msg_type") != "execute_request" or b'"yesterday_record"' in frames[start]:
                return
            self._spool.message(parent["msg_id"], encode_frame(frames[start : start + 4], frames[start + 4 :]))
        except Exception as problem:
            self._failed(problem)


def _locked() -> _thread.LockType:
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock
