"""cloudpickle, with the copies that joblib, ray and Spark carry: it sends functions by value, without probes."""

from __future__ import annotations

import collections
import functools
import typing
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..library import Library
from ..plain_code import plain
from ..probe_name import PROBE_LIST
from ..probes import NOTES

_IDENTITY = functools.partial(typing.cast, None)
"""Gives back what it is given, in any process."""


def _teach_cloudpickle(module: ModuleType) -> None:
    """Code goes without probes; where that is not to be had, a mapping goes with it in which every probe is off."""
    table = next((found for item in vars(module).values() if (found := _dispatch(item)) is not None), None)
    reduce_code, state_of = vars(module).get("_code_reduce"), vars(module).get("_function_getstate")
    if table is None or reduce_code is None or state_of is None:
        return

    def function_getstate(function: FunctionType) -> Any:
        state = state_of(function)
        if plain(function.__code__) is None:
            probes: dict[int, Any] = collections.defaultdict(bool, dict.fromkeys(NOTES, _IDENTITY))
            state[1]["__globals__"][PROBE_LIST] = probes
        return state

    table[CodeType] = lambda code: reduce_code(plain(code) or code)
    vars(module)["_function_getstate"] = function_getstate


def _dispatch(item: object) -> dict[type, Any] | None:
    table = vars(item).get("_dispatch_table") if isinstance(item, type) else None
    return table if isinstance(table, dict) and CodeType in table else None


_PLACES = ("cloudpickle", "joblib.externals.cloudpickle", "ray.cloudpickle", "pyspark.cloudpickle")

LIBRARY = Library(
    "cloudpickle",
    on_import={
        f"{place}.{module}": _teach_cloudpickle for place in _PLACES for module in ("cloudpickle", "cloudpickle_fast")
    },
)
