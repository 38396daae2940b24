"""Steps that are taken when the user imports certain modules, after these are loaded."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

Step = Callable[[ModuleType], None]


def when_imported(steps: Mapping[str, Step]) -> None:
    """By full name; for what is imported already, at once."""
    take_now(steps)
    watch_imports(steps.get)


def take_now(steps: Mapping[str, Step]) -> None:
    """The steps of modules that are imported already."""
    for name, step in steps.items():
        if name in sys.modules:
            step(sys.modules[name])


def watch_imports(step_of: Callable[[str], Step | None]) -> None:
    """Looks up each module, by its full name, that is about to be imported. A lookup that fails finds nothing."""
    sys.meta_path.insert(0, _Finder(step_of))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds nothing itself: lets the others find, and adds a step after loading."""

    def __init__(self, step_of: Callable[[str], Step | None]) -> None:
        self._step_of = step_of

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        try:
            step = self._step_of(fullname)
        except Exception:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if step is not None else None
        if spec is not None and spec.loader is not None and step is not None:
            spec.loader = _Loader(spec.loader, step)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: Any, step: Step) -> None:
        self._inner = inner
        self._step = step

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        found: ModuleType | None = self._inner.create_module(spec)
        return found

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        self._step(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
