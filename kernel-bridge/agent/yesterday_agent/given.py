"""pure. Arguments that name a file or a variable, or are a statement of SQL, where only the run knows their text."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from .accesses import SQL_CALLS, dotted
from .named_files import HEARD, may_name_folder, sounds_like_files

_COMPUTED = (ast.JoinedStr, ast.BinOp, ast.Call, ast.Subscript, ast.Attribute, ast.Name, ast.IfExp, ast.NamedExpr)
_MOST = 3
_LONGEST = 200
_RECORDED_ELSEWHERE = frozenset(
    (*HEARD, "to", "copy", "call", "run", "Popen", "check_call", "check_output", "system", "getoutput")
)
"""What these are given is heard otherwise, or is seldom a path and often a tensor's."""
_NAMESPACES = frozenset(("globals", "locals", "vars"))

Place = tuple[ast.AST, str, int | None]
"""A node, its field, and the place in the field's list."""


def given_texts(node: ast.AST) -> Iterable[Place]:
    """The places of expressions that may be a path, or the name of a variable."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call) and dotted(node.value.func) in _NAMESPACES:
        if isinstance(node.slice, _COMPUTED):
            yield node, "slice", None
    elif isinstance(node, ast.Call) and sounds_like_files(_called(node)) and _called(node) not in _RECORDED_ELSEWHERE:
        for place, argument in enumerate(node.args[:_MOST]):
            if isinstance(argument, _COMPUTED) or (place < 2 and _may_be_folder(argument, _called(node))):
                yield node, "args", place
        for word in node.keywords:
            if word.arg is not None and isinstance(word.value, _COMPUTED):
                yield word, "value", None


def _may_be_folder(argument: ast.expr, call: str) -> bool:
    """A constant without a dot: named to another function it is seldom a path."""
    value = argument.value if isinstance(argument, ast.Constant) else None
    return isinstance(value, str) and 0 < len(value) < _LONGEST and "." not in value and may_name_folder(call)


def given_sql(node: ast.AST) -> Iterable[Place]:
    """The place of a computed statement of SQL; a `text(…)` around it is looked through."""
    if not isinstance(node, ast.Call) or _called(node) not in SQL_CALLS:
        return
    places: list[Place] = [(node, "args", 0)] if node.args else []
    places += [(word, "value", None) for word in node.keywords if word.arg in ("sql", "query")]
    for holder, name, place in places[:1]:
        value = getattr(holder, name)
        text = value if place is None else value[place]
        if isinstance(text, ast.Call) and _called(text) == "text" and text.args:
            holder, name, place, text = text, "args", 0, text.args[0]
        if not isinstance(text, (ast.Constant, ast.Starred)):
            yield holder, name, place


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
