"""An interrupt that was sent arrives: Python itself loses some.

A blocking call that begins in the instant of the signal sleeps over it. The server sends SIGURG after an interrupt, so
that the call looks at what came before. An event loop that waits goes on waiting after a signal: the handler wakes it,
and the cell that awaits is cancelled at once. What is raised in a finalizer or a callback of a weak reference is
dropped with a note: the interrupt is asked for again.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from . import own_threads

MESSAGE = "yesterday_wake_request"
_REPLY = "yesterday_wake_reply"
AGAIN_SECONDS = 0.001
"""The finalizer is left by then; if not, the next one loses it and it is requested again."""


def watch() -> None:
    """From now on; call it on the main thread."""
    urgent = getattr(signal, "SIGURG", None)
    if urgent is not None and signal.getsignal(urgent) is signal.SIG_DFL:
        signal.signal(urgent, _wake)
    before = sys.unraisablehook
    main = threading.get_ident()

    def unraisablehook(lost: Any) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt) and threading.get_ident() == main:
            own_threads.start(_again)
        else:
            before(lost)

    sys.unraisablehook = unraisablehook


def _wake(number: int, frame: FrameType | None) -> None:
    """Runs inside the wait of the main thread's event loop, where one waits."""
    asyncio = sys.modules.get("asyncio")
    loop = None if asyncio is None else asyncio._get_running_loop()
    if loop is not None:
        loop.call_soon_threadsafe(_nothing)


def _nothing() -> None:
    """What the loop is woken for."""


def _again() -> None:
    time.sleep(AGAIN_SECONDS)
    _thread.interrupt_main()


def answer_requests(kernel: Any) -> None:
    """For a kernel that the bridge cannot send a signal to: a message on the control channel, which is read during a
    run, has it send SIGURG to itself."""

    def handle(stream: Any, ident: Any, parent: Any) -> None:
        urgent, main = getattr(signal, "SIGURG", None), threading.main_thread().ident
        if urgent is not None and main is not None:
            signal.pthread_kill(main, urgent)
        kernel.session.send(stream, _REPLY, {"status": "ok"}, parent, ident=ident)

    kernel.control_handlers[MESSAGE] = handle
