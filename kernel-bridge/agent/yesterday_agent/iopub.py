"""The kernel's iopub side: nothing dropped, streams flushed soon, every message copied to the spool.

Runs on the iopub thread, off the user's path; a failure to copy is counted and never stops a message.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from .spool import Spool, encode_frame

FLUSH_SECONDS = 0.025
_DELIMITER = b"<IDS|MSG>"


def lift_limits(kernel: Any) -> None:
    """No high-water mark on iopub, and streams flushed after 25 ms."""
    import zmq

    thread = kernel.iopub_thread if hasattr(kernel, "iopub_thread") else kernel.iopub_socket.io_thread
    thread.schedule(lambda: thread.socket.setsockopt(zmq.SNDHWM, 0))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "flush_interval"):
            stream.flush_interval = FLUSH_SECONDS


def copy_to(spool: Spool, kernel: Any, failed: Callable[[BaseException], None]) -> None:
    """Hand every iopub message with an execute request as parent to the spool."""
    thread = kernel.iopub_thread if hasattr(kernel, "iopub_thread") else kernel.iopub_socket.io_thread
    send = thread._really_send

    def really_send(message: Any, *args: Any, **kwargs: Any) -> None:
        try:
            _copy(spool, message)
        except Exception as problem:
            failed(problem)
        send(message, *args, **kwargs)

    thread._really_send = really_send


def _copy(spool: Spool, message: Any) -> None:
    frames = [bytes(getattr(frame, "buffer", frame)) for frame in message]
    start = frames.index(_DELIMITER) + 2
    parent = json.loads(frames[start + 1])
    if parent.get("msg_type") != "execute_request" or b'"yesterday_record"' in frames[start]:
        return
    spool.message(parent["msg_id"], encode_frame(frames[start : start + 4], frames[start + 4 :]))
