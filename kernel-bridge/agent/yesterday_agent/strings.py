"""pure. Names that hide inside strings: `eval('x')`, `globals()['x']`, `df.query('a > @x')`, SQL over frames."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Collection, Iterable, Mapping

from .accesses import ELSEWHERE, Access

_DYNAMIC = frozenset({"eval", "exec", "globals", "locals", "vars", "compile", "get_ipython", "__import__"})
_SHELL = frozenset({"system", "getoutput"})
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_EXPANDED = re.compile(r"\{([^}]*)\}|\$(\w+)")
_AT_NAME = re.compile(r"@(\w+)")
_SQL = re.compile(r"\b(?:from|join|into|update|table)\s+([A-Za-z_]\w*)", re.I)


def hidden_names(strings: Iterable[str], loads: Mapping[str, Collection[Access]], known: Collection[str]) -> set[str]:
    """User names that the strings of code that ran may lead to."""
    how = {access for name in _DYNAMIC & set(loads) for access in loads[name]}
    dynamic = any(access.part != ELSEWHERE for access in how)
    shell_only = dynamic and all(access.callee in _SHELL for access in how if access.part != ELSEWHERE)
    found: set[str] = set()
    for text in strings:
        if len(text) > 100_000:
            continue
        found.update(_AT_NAME.findall(text))
        found.update(_SQL.findall(text))
        if shell_only:
            expanded = [inner or name for inner, name in _EXPANDED.findall(text)]
            found.update(name for part in expanded for name in _IDENTIFIER.findall(part))
        elif dynamic:
            found.update(_names_of(text))
    return {name for name in found if name in known}


def _names_of(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return set(_IDENTIFIER.findall(text))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def codes_in(code: types.CodeType) -> Iterable[types.CodeType]:
    """The code and all that is nested in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes_in(constant)


def texts_in(code: types.CodeType) -> Iterable[str]:
    """The strings in it."""
    return (constant for one in codes_in(code) for constant in one.co_consts if type(constant) is str)
