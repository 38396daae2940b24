"""The source of a function of a cell, as its syntax says it: without comments, layout and place.

It is found by name and line, and lambdas of one line by their columns, which Python has from 3.11 on.
"""

from __future__ import annotations

import ast
import functools
import linecache
import types

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def source_of(code: types.CodeType) -> str | None:
    """None where it is not there, or where several that differ could be it."""
    texts = {ast.unparse(node) for node in _candidates(code)}
    return texts.pop() if len(texts) == 1 else None


def function_of(code: types.CodeType) -> _Function | None:
    """The same as a syntax tree, which is shared: do not change it."""
    found = _candidates(code)
    return found[0] if len(found) == 1 else None


def _candidates(code: types.CodeType) -> list[_Function]:
    lines = linecache.getlines(code.co_filename)
    found = [node for node in _functions("".join(lines)) if _matches(node, code)]
    return _by_columns(found, code) if len(found) > 1 else found


@functools.lru_cache(maxsize=64)
def _functions(text: str) -> tuple[_Function, ...]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, _Function))


def _matches(node: _Function, code: types.CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _by_columns(nodes: list[_Function], code: types.CodeType) -> list[_Function]:
    """Those that hold the most of the code's instructions, and the shortest of these: one may be inside another."""
    if not hasattr(code, "co_positions"):
        return nodes
    places = [(line, column) for line, _, column, end in code.co_positions() if line and end and column is not None]
    held = {node: sum(_holds(node, place) for place in places) for node in nodes}
    most = max(held.values())
    best = [node for node in nodes if held[node] == most]
    shortest = min(map(_length, best))
    return [node for node in best if _length(node) == shortest]


def _holds(node: _Function, place: tuple[int, int]) -> bool:
    body = node.body if isinstance(node, ast.Lambda) else node
    return (body.lineno, body.col_offset) <= place <= (body.end_lineno or 0, body.end_col_offset or 0)


def _length(node: _Function) -> tuple[int, int]:
    lines = (node.end_lineno or 0) - node.lineno
    return lines, (node.end_col_offset or 0) - (0 if lines else node.col_offset)
