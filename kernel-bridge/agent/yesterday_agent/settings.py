"""Settings of libraries and of the process that hide behind no name: who changed which, and who depends on it.

Each setting is a state of its own (`PACKAGE:display.max_rows`), so that a run depends on those alone that matter to it.
Invariant: looking costs microseconds, and a library is looked at only once the user has imported it.
"""

from __future__ import annotations

import decimal
import locale
import os
import time
import types
import warnings
from collections.abc import Callable, Collection, Iterator
from typing import Any

from . import libraries
from .kinds import origin_of
from .library import SettingGroup, Use

Values = dict[str, Any]
_NOT_SET = object()


def _decimal() -> Values:
    context = decimal.getcontext()
    return {"precision": context.prec, "rounding": context.rounding, "range": (context.Emin, context.Emax)}


def _locale() -> Values:
    try:
        return {"all": locale.setlocale(locale.LC_ALL)}
    except locale.Error:
        return {}


def _time_zone() -> Values:
    return {"local": time.tzname}


def _warnings() -> Values:
    return {"filters": list(warnings.filters)}


def _environ() -> Values:
    data = getattr(os.environ, "_data", None)
    return dict(data) if isinstance(data, dict) else dict(os.environ)


class Settings:
    """What each setting was when one last looked, and the run that set it to that."""

    def __init__(self) -> None:
        self._known: dict[str, Values] = {}
        self._groups: dict[str, SettingGroup] = {}
        self._makers: dict[str, dict[str, str]] = {}
        self.changed()

    def changed(self) -> dict[str, str]:
        """Settings that changed, with their present values; a library that has just come has none."""
        found: dict[str, str] = {}
        for group, settings in _groups():
            now, before = settings.read(), self._known.get(group)
            if now is None:
                continue
            self._known[group], self._groups[group] = now, settings
            if before is None or before == now:
                continue
            for key in before.keys() | now.keys():
                value = now.get(key, _NOT_SET)
                if before.get(key, _NOT_SET) is not value and before.get(key, _NOT_SET) != value:
                    found[f"{group}:{_text(key)}"] = "" if group == "environ" else repr(value)[:200]
        return found

    def made(self, run: str, changed: Collection[str]) -> None:
        """The run made these settings what they are."""
        for name in changed:
            group, _, key = name.partition(":")
            self._makers.setdefault(group, {})[key] = run

    def made_before(self, use: Use) -> dict[str, str]:
        """The settings that a run depends on and an earlier one made, with that run."""
        return {
            f"{group}:{key}": run
            for group, makers in self._makers.items()
            for key, run in makers.items()
            if self._groups[group].matters(key, use)
        }


def _groups() -> Iterator[tuple[str, SettingGroup]]:
    for library in libraries.imported():
        yield from library.settings.items()
    yield from _STANDARD.items()


def is_work_of(name: str, use: Use) -> bool:
    """Whether such a change is the run's own doing: libraries add filters of warnings when they are imported."""
    group, _, key = name.partition(":")
    return group != "warnings" or _STANDARD[group].matters(key, use)


def only_set(changed: Collection[str], use: Use) -> set[str]:
    """Of the settings that a run changed, those that mattered to nothing else in it: its code has no data at hand."""
    if not all(isinstance(value, _CODE) for value in use.values):
        return set()
    return {name for name in changed if name.partition(":")[0] not in _ADDED_TO}


_CODE = (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType)
_ADDED_TO = ("warnings", "environ", "decimal")


def _uses(*packages: str) -> Callable[[str, Use], bool]:
    return lambda key, use: any(origin_of(value) in packages for value in use.values)


def _locale_matters(key: str, use: Use) -> bool:
    return "locale" in use.loads or any("%" in text or "n}" in text for text in use.strings)


def _environ_matters(key: str, use: Use) -> bool:
    # A variable that is named is the one that is looked at; where none is, all are.
    named = [name for name in use.strings if name.isidentifier() and name.isupper()]
    return use.environ and (key in use.strings or not named)


_STANDARD = {
    "decimal": SettingGroup(_decimal, _uses("decimal", "_decimal")),
    "locale": SettingGroup(_locale, _locale_matters),
    "time zone": SettingGroup(_time_zone, _uses("time", "datetime")),
    "warnings": SettingGroup(_warnings, _uses("warnings", "_warnings")),
    "environ": SettingGroup(_environ, _environ_matters),
}


def _text(key: object) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
