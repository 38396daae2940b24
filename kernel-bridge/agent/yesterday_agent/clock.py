"""The recorded time, given to the code of a replay. Only in a kernel that repeats runs: elsewhere nothing is patched.

`time`, `datetime` and what is made of them start when the recorded run started, and go on from there. Clocks for
durations (`perf_counter`, `monotonic`) stay as they are: they have no meaning but their differences. Invariant: types
keep their identity, and the kernel's own modules read the real time.
"""

from __future__ import annotations

import datetime
import functools
import sys
import time
from collections.abc import Callable
from typing import Any

from .type_methods import set_in_type

_KERNEL = frozenset(
    ("yesterday_agent", "ipykernel", "IPython", "jupyter_client", "tornado", "zmq", "traitlets", "asyncio", "logging")
)
_NS = 1_000_000_000
_real_ns = time.time_ns
_shift: int | None = None
"""Nanoseconds from the real time to the one that is given; None while nothing is patched."""


def give(started: float) -> None:
    """From now on it is `started`, in seconds since the epoch."""
    global _shift
    is_first = _shift is None
    _shift = int(started * _NS) - _real_ns()
    if is_first:
        _patch()


def _now_ns() -> int:
    return _real_ns() + (0 if _shift is None or _is_kernels() else _shift)


def _is_kernels() -> bool:
    """Whether the caller of the patched function is the kernel's own."""
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _KERNEL


def _patch() -> None:
    module: Any = time
    module.time = functools.wraps(time.time)(lambda: _now_ns() / _NS)
    module.time_ns = functools.wraps(time.time_ns)(lambda: _now_ns())
    for name in ("gmtime", "localtime", "ctime"):
        setattr(module, name, _of_seconds(getattr(time, name)))
    module.asctime = _of_struct(time.asctime)
    module.strftime = _formatted(time.strftime)
    _patch_type(datetime.datetime, {"now": _now, "utcnow": _utcnow, "today": _today})
    _patch_type(datetime.date, {"today": _day})


def _of_seconds(real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def given(seconds: float | None = None, /) -> Any:
        return real(_now_ns() / _NS if seconds is None else seconds)

    return given


def _of_struct(real: Callable[..., Any]) -> Callable[..., Any]:
    return functools.wraps(real)(lambda *given: real(*(given or (time.localtime(_now_ns() / _NS),))))


def _formatted(real: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(real)
    def given(form: str, *when: Any) -> str:
        return real(form, *(when or (time.localtime(_now_ns() / _NS),)))

    return given


def _now(kind: Any, tz: Any = None) -> Any:
    return kind.fromtimestamp(_now_ns() / _NS, tz)


def _utcnow(kind: Any) -> Any:
    return kind.fromtimestamp(_now_ns() / _NS, datetime.timezone.utc).replace(tzinfo=None)


def _today(kind: Any) -> Any:
    return kind.fromtimestamp(_now_ns() / _NS)


def _day(kind: Any) -> Any:
    return kind.fromtimestamp(_now_ns() / _NS)


def _patch_type(kind: type, methods: dict[str, Callable[..., Any]]) -> None:
    for name, method in methods.items():
        set_in_type(kind, name, classmethod(method))
