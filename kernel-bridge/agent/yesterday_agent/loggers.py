"""Loggers are found by their names, and what they let through is set elsewhere: who configured which.

A run that logs depends on the runs that configured its logger and those above it; one that asks for a logger by its
name on who configured that one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from typing import Any

from .addresses import address

ROOT = "root"
_SAYS = frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical", "log"))
State = tuple[Any, ...]


class Loggers:
    """Between runs: the run that last configured each logger, by its name."""

    def __init__(self) -> None:
        self._makers: dict[str, str] = {}
        self._before: dict[str, State] | None = None

    def begin(self, namespace: dict[str, Any]) -> None:
        """Nothing is looked at in a notebook that does not log."""
        logs = "logging" in namespace or "getLogger" in namespace or bool(self._makers)
        self._before = dict(_states()) if logs else None

    def finish(
        self, run: str, strings: Collection[str], calls: Collection[str], values: Iterable[Any]
    ) -> tuple[dict[str, str], list[str]]:
        """Loggers on which the run depends, with who configured them; and those that it configured itself."""
        held = [value.name for value in values if isinstance(value, logging.Logger)]
        named = [text for text in strings if text in logging.root.manager.loggerDict] if "getLogger" in calls else []
        asked = {*named, *(_with_parents([*named, *held]) if not _SAYS.isdisjoint(calls) else ())}
        used = {name: self._makers[name] for name in asked if name in self._makers}
        before, self._before = self._before, None
        if before is None and not named and "basicConfig" not in calls:
            return used, []
        now = dict(_states())
        own = {ROOT, *named, *held}
        known = before if before is not None else {ROOT: now[ROOT]} if "basicConfig" not in calls else {}
        changed = [name for name in sorted(own) if name in now and now[name] != known.get(name)]
        self._makers.update(dict.fromkeys(changed, run))
        return used, changed


def _states() -> Iterable[tuple[str, State]]:
    yield ROOT, _state(logging.root)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger):
            yield name, _state(logger)


def _state(logger: logging.Logger) -> State:
    handlers = tuple((address(handler), handler.level, address(handler.formatter)) for handler in logger.handlers)
    return (logger.level, logger.disabled, logger.propagate, handlers, tuple(map(address, logger.filters)))


def _with_parents(names: Iterable[str]) -> Iterable[str]:
    """A logger hands on to those above it, up to the root."""
    yield ROOT
    for name in names:
        while name:
            yield name
            name = name.rpartition(".")[0]
