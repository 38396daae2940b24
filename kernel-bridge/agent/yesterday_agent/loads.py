"""Which of the user's own modules were imported or loaded again since one last asked."""

from __future__ import annotations

import sys
from types import ModuleType

from .userland import is_user_module


class ModuleLoads:
    """Looks at the modules that are new by name, and at those of the user: others are not loaded again in notebooks."""

    def __init__(self) -> None:
        self._known = set(sys.modules)
        self._last = _last()
        get = sys.modules.get
        installed = {name for name in self._known if "." not in name and _is_installed(get(name))}
        # By far the most are known by their names alone. Each load of a module makes it a new spec.
        others = [name for name in self._known if name.partition(".")[0] not in installed]
        self._specs = {name: _spec(get(name)) for name in others if _is_users(get(name))}

    def news(self) -> list[ModuleType]:
        """The user's modules that were loaded since the last call, by name."""
        fresh = set[str]()
        # What is imported goes to the end: thousands of names are gone through only where one came or went.
        if (len(sys.modules), last := _last()) != (len(self._known), self._last):
            now = set(sys.modules)
            fresh, self._known, self._last = now - self._known, now, last
        found: list[ModuleType] = []
        for name in sorted(fresh | self._specs.keys()):
            module = sys.modules.get(name)
            if module is None or not _is_users(module):
                self._specs.pop(name, None)
            elif self._specs.get(name) is not _spec(module):
                self._specs[name] = _spec(module)
                found.append(module)
        return found


def _last() -> str:
    return next(reversed(sys.modules))


def _is_installed(module: object) -> bool:
    """Its submodules are no user's either, as far as it has a file of its own: a namespace may be shared."""
    return isinstance(module, ModuleType) and bool(module.__dict__.get("__file__")) and not is_user_module(module)


def _is_users(module: object) -> bool:
    return isinstance(module, ModuleType) and is_user_module(module)


def _spec(module: object) -> object:
    return getattr(module, "__spec__", None) or module
