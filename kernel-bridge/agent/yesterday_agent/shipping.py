"""Functions sent to other processes by value take a stand-in for the probes with them, so that they run there.

cloudpickle (joblib, dask, ray and Spark carry their own copies) looks up the globals that a function names; the probe
list is no global of the notebook, so it is added to what is sent, as a mapping in which every probe is off.
"""

from __future__ import annotations

import collections
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .probes import PROBE_LIST

_PICKLERS = (
    "cloudpickle.cloudpickle",
    "joblib.externals.cloudpickle.cloudpickle",
    "ray.cloudpickle.cloudpickle",
    "pyspark.cloudpickle.cloudpickle",
)


def watch() -> None:
    """From now on, each copy of cloudpickle is taught when it is imported; those already there, at once."""
    for name in _PICKLERS:
        if name in sys.modules:
            teach(sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def teach(module: ModuleType) -> None:
    """Wrap the one function that collects a function's globals; a copy without it is left alone."""
    original = getattr(module, "_function_getstate", None)
    if original is None:
        return

    def function_getstate(function: FunctionType) -> Any:
        state = original(function)
        if _has_probes(function.__code__):
            state[1]["__globals__"][PROBE_LIST] = collections.defaultdict(bool)
        return state

    module.__dict__["_function_getstate"] = function_getstate


def _has_probes(code: CodeType) -> bool:
    inner = (item for item in code.co_consts if isinstance(item, CodeType))
    return PROBE_LIST in code.co_names or any(_has_probes(item) for item in inner)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds nothing itself: lets the others find, and adds a step after loading."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _PICKLERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        found: ModuleType | None = self._inner.create_module(spec)
        return found

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        teach(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
