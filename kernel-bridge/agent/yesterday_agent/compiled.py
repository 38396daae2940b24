"""Functions and modules that a compiler runs in place of their Python: numba's, and those of `torch.compile`.

No probe tells what such code reads, so that all that it names counts; what the compiler keeps is no state of theirs.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

from .kinds import package_of
from .userland import dict_of, is_user_class

_FUNCTIONS = ("py_func", "_torchdynamo_orig_callable")
_MODULE = "_orig_mod"


def original(value: Any) -> Any:
    """What was compiled; None where nothing was."""
    if type(value) is types.FunctionType:
        return value.__dict__.get(_FUNCTIONS[1]) if value.__dict__ else None
    package = package_of(type(value))
    if package not in ("numba", "torch"):
        return None
    held = dict_of(value)
    if package == "torch":
        return held.get("_modules", {}).get(_MODULE) if type(value).__name__ == "OptimizedModule" else None
    inner = dict_of(held.get("_dispatcher"))
    return held.get(_FUNCTIONS[0]) or inner.get(_FUNCTIONS[0]) or held.get("__wrapped__")


def is_compilers(value: Any) -> bool:
    """Whether it leads into the compiler's own machinery."""
    return package_of(type(value)) == "numba"


def codes_of(value: Any) -> list[types.CodeType]:
    """The code that was compiled: of a function, or of all methods of a module and its parts that are the user's."""
    compiled = original(value)
    if isinstance(compiled, types.FunctionType):
        return [compiled.__code__]
    return [] if compiled is None else list(_of_module(compiled))


def _of_module(module: Any) -> Iterable[types.CodeType]:
    waiting, seen = [module], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        waiting += [part for part in dict_of(current).get("_modules", {}).values() if part is not None]
        for base in type(current).__mro__:
            if is_user_class(base):
                yield from (item.__code__ for item in vars(base).values() if isinstance(item, types.FunctionType))
