"""Functions and modules that a compiler runs in place of their Python.

No probe reports what such code reads, so all that it names counts; what the compiler keeps is no state of theirs.
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

from . import libraries
from .kinds import by_kind
from .userland import dict_of, is_user_class

_FUNCTION = "_torchdynamo_orig_callable"


@by_kind
def may_be(kind: type) -> bool:
    """Whether values of the class may be compiled, or a compiler's own."""
    library = libraries.of_kind(kind)
    known = library is not None and (library.compiled_from is not None or library.is_compiler)
    return known or kind is types.FunctionType


def original(value: Any) -> Any:
    """What was compiled; None where nothing was."""
    if type(value) is types.FunctionType:
        return value.__dict__.get(_FUNCTION) if value.__dict__ else None
    library = libraries.of_kind(type(value))
    return None if library is None or library.compiled_from is None else library.compiled_from(value)


def is_compilers(value: Any) -> bool:
    """Whether it leads into the compiler's own machinery."""
    library = libraries.of_kind(type(value))
    return library is not None and library.is_compiler


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
