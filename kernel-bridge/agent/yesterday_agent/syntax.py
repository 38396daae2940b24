"""pure. Helpers for syntax trees. They find the children of a node faster than `ast`: cells are planned before they may
run."""

from __future__ import annotations

import ast
from collections.abc import Iterable

VARIABLE = "[="
"""Begins a part that a variable names; constant keys are quoted, so none begins so."""
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MARKS = frozenset(("ctx", "op", "ops"))
"""Fields with nothing but a sign in them."""


def listed(index: ast.expr) -> list[str]:
    """The constants of a list of names."""
    items = index.elts if isinstance(index, ast.List) else []
    names = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return names if len(names) == len(items) else []


def children(node: ast.AST) -> list[ast.AST]:
    """Nodes and no operators, in the order of the source."""
    found: list[ast.AST] = []
    for name in node._fields:
        if name not in _MARKS:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found.extend([item for item in value if isinstance(item, ast.AST)])
    return found


def all_below(root: ast.AST) -> Iterable[tuple[ast.AST, list[ast.AST]]]:
    """Every node with its ancestors, outermost first."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(root, [])]
    while stack:
        node, above = stack.pop()
        yield node, above
        stack.extend((child, [*above, node]) for child in children(node))
