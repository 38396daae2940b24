"""Settings of libraries and of the process that hide behind no name: who changed which, and who depends on it.

Each setting is a state of its own (`pandas:display.max_rows`), so that a run depends on those alone that matter to it.
Invariant: looking costs microseconds, and a library is looked at only once the user has imported it.
"""

from __future__ import annotations

import decimal
import locale
import os
import sys
import time
import types
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import module_of, package_of

Values = dict[str, Any]
_NOT_SET = object()


def _pandas() -> Values | None:
    config = sys.modules.get("pandas._config.config")
    return None if config is None else _flat(config._global_config, "")


def _flat(tree: Mapping[str, Any], prefix: str) -> Values:
    found: Values = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def _numpy() -> Values | None:
    numpy = sys.modules.get("numpy")
    read = getattr(numpy, "get_printoptions", None)
    return None if read is None else dict(read())


def _numpy_errors() -> Values | None:
    read = getattr(sys.modules.get("numpy"), "geterr", None)
    return None if read is None else dict(read())


def _torch() -> Values | None:
    torch: Any = sys.modules.get("torch")
    if not hasattr(torch, "get_default_dtype") or not hasattr(torch, "_tensor_str"):
        return None
    return {
        "default dtype": torch.get_default_dtype(),
        "default device": str(torch.get_default_device()),
        "gradients": torch.is_grad_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        _TORCH_PRINTS: dict(vars(torch._tensor_str.PRINT_OPTS)),
    }


_TORCH_PRINTS = "print options"

# What matplotlib sets by itself when it draws for the first time.
_ITS_OWN = ("backend", "backend_fallback", "interactive")


def _matplotlib() -> Values | None:
    params = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    if params is None:
        return None
    values = dict(dict.items(params))
    for key in _ITS_OWN:
        values.pop(key, None)
    return values


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
    return dict(data) if type(data) is dict else dict(os.environ)


_READERS: dict[str, Callable[[], Values | None]] = {
    "pandas": _pandas,
    "numpy": _numpy,
    "numpy errors": _numpy_errors,
    "torch": _torch,
    "matplotlib": _matplotlib,
    "decimal": _decimal,
    "locale": _locale,
    "time zone": _time_zone,
    "warnings": _warnings,
    "environ": _environ,
}


class Settings:
    """What each setting was when one last looked, and the run that set it to that."""

    def __init__(self) -> None:
        self._known: dict[str, Values] = {}
        self._makers: dict[str, dict[str, str]] = {}
        self.changed()

    def changed(self) -> dict[str, str]:
        """Settings that are others than before, with what they are now; a library that has just come has none."""
        found: dict[str, str] = {}
        for group, read in _READERS.items():
            now, before = read(), self._known.get(group)
            if now is None:
                continue
            self._known[group] = now
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
            if _matters(group, key, use)
        }


def is_work_of(name: str, use: Use) -> bool:
    """Whether such a change is the run's own doing: libraries add filters of warnings when they are imported."""
    group, _, key = name.partition(":")
    return group != "warnings" or _matters(group, key, use)


def only_set(changed: Collection[str], use: Use) -> set[str]:
    """Of the settings that a run changed, those that mattered to nothing else in it: its code has no data at hand."""
    if not all(isinstance(value, _CODE) for value in use.values):
        return set()
    return {name for name in changed if name.partition(":")[0] not in _ADDED_TO}


_CODE = (types.ModuleType, type, types.FunctionType, types.BuiltinFunctionType)
_ADDED_TO = ("warnings", "environ", "decimal")


@dataclass(frozen=True)
class Use:
    """What a run did that settings could matter to."""

    loads: Collection[str]
    values: Collection[Any]
    """What the names that it loaded are bound to."""
    strings: Collection[str]
    shows: bool
    """It showed a result, or printed, or made text of something."""
    environ: bool
    """It looked at environment variables, or started a program."""


def _matters(group: str, key: str, use: Use) -> bool:
    if group in ("pandas", "numpy"):
        about = ("pandas",) if group == "pandas" else ("numpy", "pandas")
        return use.shows and (not key.startswith("mode.")) and any(_package(value) in about for value in use.values)
    if group == "numpy errors":
        return any(_package(value) == "numpy" for value in use.values)
    if group == "torch":
        return (use.shows or key != _TORCH_PRINTS) and any(map(_is_of_torch, use.values))
    if group == "matplotlib":
        return any(_draws(value) for value in use.values)
    if group == "decimal":
        return any(_package(value) in ("decimal", "_decimal") for value in use.values)
    if group == "locale":
        return "locale" in use.loads or any("%" in text or "n}" in text for text in use.strings)
    if group == "warnings":
        return any(_package(value) in ("warnings", "_warnings") for value in use.values)
    if group == "time zone":
        return any(_package(value) in ("time", "datetime") for value in use.values)
    # A variable that is named is the one that is looked at; where none is, all are.
    named = [name for name in use.strings if name.isidentifier() and name.isupper()]
    return use.environ and (key in use.strings or not named)


def _package(value: Any) -> str:
    name = value.__name__ if isinstance(value, types.ModuleType) else _module_of(value)
    return name.partition(".")[0]


def _is_of_torch(value: Any) -> bool:
    return _package(value) == "torch" or any(package_of(base) == "torch" for base in type(value).__mro__)


def _module_of(value: Any) -> str:
    kind = value if isinstance(value, type) else type(value)
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        return str(getattr(value, "__module__", None) or "")
    return module_of(kind)


def _draws(value: Any) -> bool:
    package = _package(value)
    return package in ("matplotlib", "seaborn") or (package == "pandas" and not isinstance(value, types.ModuleType))


def _text(key: object) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
