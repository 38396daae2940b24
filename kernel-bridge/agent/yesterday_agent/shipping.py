"""Libraries that read a function's code instead of running it here are given the code without probes.

Those are what sends functions to other processes by value (cloudpickle, of which ray, Spark and older joblibs carry
their own copies, and dill) and what compiles them (numba). Each is taught when it is imported.
"""

from __future__ import annotations

import collections
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import typing
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .plain_code import plain
from .probes import NOTES, PROBE_LIST

_STAND_IN = functools.partial(typing.cast, None)
"""Gives back what it is given, in any process."""


def watch() -> None:
    """From now on; what is imported already, at once."""
    for name, teach in _TEACHERS.items():
        if name in sys.modules:
            teach(sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def _teach_cloudpickle(module: ModuleType) -> None:
    """Code goes without probes; where that is not to be had, a mapping goes with it in which every probe is off."""
    table = next((found for item in vars(module).values() if (found := _dispatch(item)) is not None), None)
    reduce_code, state_of = vars(module).get("_code_reduce"), vars(module).get("_function_getstate")
    if table is None or reduce_code is None or state_of is None:
        return

    def function_getstate(function: FunctionType) -> Any:
        state = state_of(function)
        if plain(function.__code__) is None:
            stand_in: dict[int, Any] = collections.defaultdict(bool, dict.fromkeys(NOTES, _STAND_IN))
            state[1]["__globals__"][PROBE_LIST] = stand_in
        return state

    table[CodeType] = lambda code: reduce_code(plain(code) or code)
    vars(module)["_function_getstate"] = function_getstate


def _dispatch(item: object) -> dict[type, Any] | None:
    table = vars(item).get("_dispatch_table") if isinstance(item, type) else None
    return table if isinstance(table, dict) and CodeType in table else None


def _teach_dill(module: ModuleType) -> None:
    table = vars(getattr(module, "Pickler", None) or object).get("dispatch")
    save = table.get(CodeType) if table is not None else None
    if table is not None and save is not None:
        table[CodeType] = lambda pickler, code: save(pickler, plain(code) or code)


def _teach_dill_names(module: ModuleType) -> None:
    original = vars(module).get("globalvars")
    if original is None:
        return

    def globalvars(*given: Any, **named: Any) -> Any:
        found = original(*given, **named)
        return {name: value for name, value in found.items() if name != PROBE_LIST} if type(found) is dict else found

    vars(module)["globalvars"] = globalvars


def _teach_numba(module: ModuleType) -> None:
    original = vars(module).get("get_code_object")
    if original is None:
        return

    def get_code_object(function: Any) -> Any:
        code = original(function)
        return (plain(code) or code) if isinstance(code, CodeType) else code

    vars(module)["get_code_object"] = get_code_object


_TEACHERS: dict[str, Callable[[ModuleType], None]] = {
    **{
        f"{package}.{module}": _teach_cloudpickle
        for package in ("cloudpickle", "joblib.externals.cloudpickle", "ray.cloudpickle", "pyspark.cloudpickle")
        for module in ("cloudpickle", "cloudpickle_fast")
    },
    "dill._dill": _teach_dill,
    "dill.detect": _teach_dill_names,
    "numba.core.bytecode": _teach_numba,
}


class _Finder(importlib.abc.MetaPathFinder):
    """Finds nothing itself: lets the others find, and adds a step after loading."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        teach = _TEACHERS.get(fullname)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if teach is not None else None
        if spec is not None and spec.loader is not None and teach is not None:
            spec.loader = _Loader(spec.loader, teach)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: Any, teach: Callable[[ModuleType], None]) -> None:
        self._inner = inner
        self._teach = teach

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        found: ModuleType | None = self._inner.create_module(spec)
        return found

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        self._teach(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
