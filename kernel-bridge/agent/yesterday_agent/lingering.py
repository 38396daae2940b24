"""Threads and tasks that go on after the run that started them: what they change later is theirs.

A thread still on may change whatever its run could see, so those names are looked at again until it has ended. The
kernel's own, which answer other requests meanwhile, belong to no run.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Collection, Iterable
from typing import Any

from .kinds import package_of
from .userland import MACHINERY


class LiveTasks:
    """Which threads and tasks are on, and the run and names of each."""

    def __init__(self) -> None:
        self._known = _weakly(_every())
        self._started: list[Any] = []
        self._on: list[tuple[Any, str, frozenset[str]]] = []

    def over(self) -> None:
        """The run's own code has ended: what is on now and was not when the last one ended was started by it. What the
        kernel started between them is known for the kernel's."""
        every = _every()
        new = [one for one in every if (known := self._known.get(id(one))) is None or known() is not one]
        self._known = _weakly(every)
        self._started = [one for one in new if not _is_kernels(type(one), _module_of(one))]

    def finish(self, run: str, names: Collection[str]) -> None:
        self._on = [entry for entry in self._on if _is_on(entry[0])]
        self._on += [(one, run, frozenset(names)) for one in self._started]
        self._started = []

    def starter(self) -> str | None:
        """The earlier run that started what is executing now; None where the present run's own code is."""
        if not self._on:
            return None
        mine = (threading.current_thread(), _current_task())
        return next((run for one, run, _ in self._on if one in mine and not _is_workers(one)), None)

    def names(self) -> dict[str, str]:
        """Names that may have been changed by what was on when the last run was over, with the run that started it."""
        return {name: run for _, run, names in self._on for name in names}


def _weakly(every: Iterable[Any]) -> dict[int, weakref.ref[Any]]:
    return {id(one): weakref.ref(one) for one in every}


def _every() -> Iterable[Any]:
    try:
        return [*threading.enumerate(), *asyncio.all_tasks()]
    except RuntimeError:
        return threading.enumerate()


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _is_workers(one: Any) -> bool:
    """Whether it does what others hand it: the threads of a pool work for the run that waits for them."""
    return isinstance(one, threading.Thread) and _module_of(one).partition(".")[0] in ("concurrent", "multiprocessing")


def _module_of(one: Any) -> str:
    """The module of the code that it runs."""
    if isinstance(one, threading.Thread):
        return str(getattr(getattr(one, "_target", None), "__module__", ""))
    frame = getattr(one.get_coro(), "cr_frame", None)
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def _is_kernels(kind: type, module: str) -> bool:
    return module.partition(".")[0] in MACHINERY or (package_of(kind) in MACHINERY and kind is not asyncio.Task)


def _is_on(one: Any) -> bool:
    return one.is_alive() if isinstance(one, threading.Thread) else not one.done()
