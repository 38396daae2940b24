"""The code of a cell's function as it would be without probes, for what reads code instead of running it.

It is compiled again from the cell's source, on demand. Lambdas of one line are distinguished by their columns, which
Python has from 3.11 on.
"""

from __future__ import annotations
import __future__

import ast
import collections
import functools
import linecache
import types
import warnings
from collections.abc import Iterable

from .executed import has_probes

_FEATURES = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]
_FUTURE = functools.reduce(int.__or__, _FEATURES)
_MAGIC_BODIES: collections.deque[str] = collections.deque(maxlen=64)


def note_cell(text: str) -> None:
    """A cell is about to run. What a cell magic compiles itself (`%%time`) is in no line cache."""
    if text.startswith("%%"):
        _MAGIC_BODIES.appendleft(text.partition("\n")[2])


def plain(code: types.CodeType) -> types.CodeType | None:
    """Code itself where it has no probes; None where the source is gone or does not say which function it is."""
    if not has_probes(code):
        return code
    lines = linecache.getlines(code.co_filename)
    for text in ["".join(lines)] if lines else _MAGIC_BODIES:
        twins = [one for one in _codes(text, code.co_filename, code.co_flags & _FUTURE) if _shape(one) == _shape(code)]
        if len(twins) > 1:
            places = _places(code)
            twins = [one for one in twins if _places(one) <= places]
        if twins:
            return twins[0] if len(set(twins)) == 1 else None
    return None


@functools.lru_cache(maxsize=64)
def _codes(text: str, filename: str, flags: int) -> tuple[types.CodeType, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = compile(text, filename, "exec", flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(_inside(module))


def _inside(code: types.CodeType) -> Iterable[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inside(constant)


def _shape(code: types.CodeType) -> tuple[object, ...]:
    """What probes leave as it is."""
    return (
        *(code.co_name, getattr(code, "co_qualname", ""), code.co_firstlineno, code.co_flags),
        *(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        *(code.co_varnames, code.co_freevars, code.co_cellvars),
    )


def _places(code: types.CodeType) -> set[object]:
    return set(code.co_positions()) if hasattr(code, "co_positions") else set()
