"""What Python evaluates of a node of syntax, and when: whenever the node is reached, perhaps, or later."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from .scopes import FUNCTIONS, Comprehension
from .syntax import COMPREHENSIONS


def surely_loops(node: ast.AST) -> bool:
    """Whether a loop's body runs at least once: its probe would cost each turn."""
    if isinstance(node, ast.While):
        return isinstance(node.test, ast.Constant) and bool(node.test.value)
    if not isinstance(node, ast.For):
        return False
    source = node.iter
    if isinstance(source, (ast.List, ast.Tuple)):
        return any(not isinstance(item, ast.Starred) for item in source.elts)
    is_range = isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range"
    return is_range and len(source.args) == 1 and _is_positive(source.args[0])  # type: ignore[attr-defined]


def _is_positive(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Pow, ast.Mult, ast.Add)):
        return _is_positive(node.left) and _is_positive(node.right)
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 0


def function_header(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[ast.AST]:
    yield from node.decorator_list
    yield from node.args.defaults
    yield from (default for default in node.args.kw_defaults if default is not None)


def annotations_of(node: ast.stmt, local: bool) -> list[ast.expr]:
    """Those that are evaluated with the statement."""
    if isinstance(node, ast.AnnAssign):
        return [] if local and isinstance(node.target, ast.Name) else [node.annotation]
    if not isinstance(node, FUNCTIONS):
        return []
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    found = [argument.annotation for argument in every if argument is not None]
    return [annotation for annotation in [*found, node.returns] if annotation is not None]


def only_suspends(node: ast.stmt) -> bool:
    """`yield x` and `v = yield x`: nothing but a store is left to do when it goes on."""
    return isinstance(node, (ast.Expr, ast.Assign)) and isinstance(node.value, (ast.Yield, ast.Await))


def unconditional(node: ast.AST) -> Iterable[tuple[ast.AST, list[ast.AST]]]:
    """(node, ancestors) for all that is evaluated whenever this node is reached; never what runs later."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(node, [])]
    while stack:
        current, above = stack.pop()
        yield current, above
        inner = [*above, current]
        stack.extend((child, inner) for child in certain_children(current))


def certain_children(node: ast.AST) -> list[ast.AST]:
    children_of = _CERTAIN.get(type(node))
    if children_of is not None:
        return children_of(node)
    found: list[ast.AST] = []
    for name in node._fields:
        if name in _UNSURE:
            continue
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found.extend([item for item in value if isinstance(item, ast.AST) and not isinstance(item, ast.stmt)])
    return found


_UNSURE = frozenset(("ctx", "op", "annotation", "handlers", "cases"))


def _defaults(node: ast.Lambda) -> list[ast.AST]:
    return [*node.args.defaults, *(item for item in node.args.kw_defaults if item is not None)]


def _class_header(node: ast.ClassDef) -> list[ast.AST]:
    return [*node.decorator_list, *node.bases, *(word.value for word in node.keywords)]


def _first_source(node: Comprehension) -> list[ast.AST]:
    return [node.generators[0].iter]


_CERTAIN: dict[type, Callable[[Any], list[ast.AST]]] = {
    **dict.fromkeys(FUNCTIONS, lambda node: list(function_header(node))),
    **dict.fromkeys(COMPREHENSIONS, _first_source),
    ast.Lambda: _defaults,
    ast.ClassDef: _class_header,
    ast.BoolOp: lambda node: [node.values[0]],
    ast.Assert: lambda node: [node.test],
    ast.IfExp: lambda node: [node.test],
    ast.Compare: lambda node: [node.left, node.comparators[0]],
    ast.Name: lambda node: [],
    ast.Constant: lambda node: [],
}
"""What is evaluated of a node whenever it is reached, where that is not all of it."""
