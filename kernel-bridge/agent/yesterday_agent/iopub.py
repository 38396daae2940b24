"""The kernel's iopub side: nothing dropped, streams flushed soon, the thread woken once for all that waits, and every
message copied to the spool.

Off the user's path; a failure to copy is counted and never stops a message.
"""

from __future__ import annotations

import _thread
import functools
import logging
import queue
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from json import loads
from typing import Any

from . import own_threads
from .masked_messages import spool_copy
from .secrecy import masker
from .spool import Spool, encode_frame

FLUSH_SECONDS = 0.025
REST_SECONDS = 0.02
"""What is said within this time is written together, behind what people wait for."""
FLUSH_LATE_SECONDS = 2.0
PIECE = 64 * 1024
"""Characters of a stream in one message."""
AT_ONCE = 1_000
"""So much is done before the thread looks at what else it waits for."""
_DELIMITER = b"<IDS|MSG>"


def thread_of(kernel: Any) -> Any:
    """The thread that sends what is published."""
    return kernel.iopub_thread if hasattr(kernel, "iopub_thread") else kernel.iopub_socket.io_thread


def lift_limits(kernel: Any) -> None:
    """No high-water mark on iopub, and streams flushed after 25 ms, in messages that are not too long."""
    import zmq

    thread = thread_of(kernel)
    thread.schedule(lambda: thread.socket.setsockopt(zmq.SNDHWM, 0))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "flush_interval"):
            stream.flush_interval = FLUSH_SECONDS
        if hasattr(stream, "_flush_buffers"):
            stream._flush_buffers = functools.partial(in_pieces, stream._flush_buffers)


def in_pieces(flush_buffers: Callable[[], Iterable[tuple[Any, str]]]) -> Iterator[tuple[Any, str]]:
    """What a stream sends, in messages of a bounded length: who reads a message does nothing else meanwhile."""
    for parent, text in flush_buffers():
        for start in range(0, max(1, len(text)), PIECE):
            yield parent, text[start : start + PIECE]


def wake_once(kernel: Any) -> None:
    """ipykernel wakes its thread for each thing to do, thrice for one flushed line."""
    thread = thread_of(kernel)
    thread.schedule = Together(thread).schedule


class Together:
    """What the thread is to do, in order. Invariant: while something waits the thread has been woken for it, or is
    about to go through all that waits."""

    def __init__(self, thread: Any) -> None:
        self._thread, self._wake_for = thread.thread, thread.schedule
        self._waiting: deque[Callable[[], Any]] = deque()
        self._is_woken = False

    def schedule(self, todo: Callable[[], Any]) -> None:
        """As the thread's own: at once where it does not run, as in a forked process."""
        if not self._thread.is_alive():
            todo()
            return
        self._waiting.append(todo)
        if not self._is_woken:
            self._wake()

    def _wake(self) -> None:
        try:
            self._is_woken = True
            self._wake_for(self._do_all)
        except BaseException:
            # An interrupt, perhaps before the thread was woken.
            self._is_woken = False
            raise

    def _do_all(self) -> None:
        try:
            for _ in range(AT_ONCE):
                if not self._waiting:
                    # First: what is added from here on wakes it again.
                    self._is_woken = False
                    if not self._waiting:
                        return
                self._do(self._waiting.popleft())
        finally:
            self._is_woken = False
        self._wake()

    @staticmethod
    def _do(todo: Callable[[], Any]) -> None:
        try:
            todo()
        except Exception:
            # Raised from here it would keep the loop from what else has come.
            logging.getLogger("tornado.general").exception("Uncaught exception on iopub's thread")


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
    """Writes copies on a thread of its own: a write releases the interpreter, and to get it back from code that
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
                    self._try(self._copy, one)
            self._try(self._spool.settle)
            for one in waiting:
                if not isinstance(one, list):
                    one.release()

    def _try(self, step: Callable[..., object], *given: object) -> None:
        try:
            step(*given)
        except Exception as problem:
            self._failed(problem)

    def _copy(self, frames: list[bytes]) -> None:
        start = frames.index(_DELIMITER) + 2
        request = _request_of(frames[start + 1])
        if request is not None and b'"yesterday_record"' not in frames[start]:
            parts = spool_copy(frames[start : start + 4], masker())
            self._spool.message(request, encode_frame(parts, frames[start + 4 :]))


@functools.lru_cache(maxsize=8)
def _request_of(parent: bytes) -> str | None:
    """The id of the execute request whose header this is; messages of one request come with the same bytes."""
    header = loads(parent)
    return header["msg_id"] if header.get("msg_type") == "execute_request" else None


def _locked() -> _thread.LockType:
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock
