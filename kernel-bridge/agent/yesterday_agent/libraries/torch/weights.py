"""What `load_state_dict` replaces of a torch module, whatever it was: who evaluates weights that were loaded does not
depend on who trained those that were there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...accesses import Access
from ...imported import is_a
from ...userland import defined, dict_of

_LOAD = ".load_state_dict"
_ASIDE = frozenset((_LOAD, ".eval", ".train", ".to", ".cpu", ".cuda"))
"""What may be called beside it without looking at a weight that it replaces."""
_TABLES = ("_parameters", "_buffers")
_HOOKS = ("_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_non_persistent_buffers_set")
_METHODS = ("load_state_dict", "_load_from_state_dict", "state_dict", *(name[1:] for name in _ASIDE))


def _are_loaded(accesses: Collection[Access]) -> bool:
    """Whether a run did nothing with the module but load all of its state."""
    loads = any(access.part == _LOAD and access.callee for access in accesses)
    return loads and all(access.verb == "call" and access.part in _ASIDE for access in accesses)


def loaded(value: Any, accesses: Collection[Access]) -> list[Any]:
    """The tensors that these accesses load."""
    return _replaced(value) if _are_loaded(accesses) else []


def _replaced(value: Any) -> list[Any]:
    """The tensors that are; none where code of the user's has a say in it, or some are kept out of the state."""
    if not is_a(value, "torch.nn", "Module"):
        return []
    found: list[Any] = []
    waiting, seen = [value], set[int]()
    while waiting:
        module = waiting.pop()
        own = dict_of(module)
        if id(module) in seen:
            continue
        seen.add(id(module))
        if any(own.get(name) for name in _HOOKS) or any(_is_changed(type(module), name) for name in _METHODS):
            return []
        tensors = [one for table in _TABLES for one in own.get(table, {}).values() if one is not None]
        if any(type(one).__name__.startswith("Uninitialized") for one in tensors):
            return []
        found += tensors
        waiting += [one for one in own.get("_modules", {}).values() if one is not None]
    return found


def _is_changed(kind: type, name: str) -> bool:
    return not str(getattr(defined(kind, name), "__module__", "")).startswith("torch.")
