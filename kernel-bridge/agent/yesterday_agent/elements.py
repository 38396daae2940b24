"""pure. What a loop asks of the elements that it goes through: `for row in rows: row['a']` asks no row for `b`.

A loop is a `for` statement or a clause of a comprehension over a name, its `values()` or `items()`, or what
`enumerate`, `zip` and `reversed` give of it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple

from .syntax import COMPREHENSIONS, all_below

Placed = tuple[ast.Name, list[ast.AST]]
_GIVERS = ("enumerate", "zip", "reversed")
_VIEWS = ("values", "items")
_UNSURE = frozenset(("locals", "eval", "exec", "vars", "globals"))


class Loop(NamedTuple):
    """`variable` is bound to each element; `uses` are its names in the loop, with the nodes around them. `leaks`: it is
    there when the loop is over."""

    variable: str
    uses: list[Placed]
    leaks: bool


def loop_over(node: ast.Name, above: list[ast.AST]) -> Loop | None:
    """The loop through the elements of what a name is bound to; None where there is none, or it may do anything."""
    found = _clause_and_target(node, above)
    if found is None:
        return None
    scope, target, leaks = found
    if not isinstance(target, ast.Name) or target.id == node.id:
        return None
    names = [(name, over) for name, over in all_below(scope) if isinstance(name, ast.Name)]
    if not _UNSURE.isdisjoint(name.id for name, _ in names):
        return None
    uses = [(name, over) for name, over in names if name.id == target.id and isinstance(name.ctx, ast.Load)]
    return Loop(target.id, uses, leaks) if uses else None


def _clause_and_target(node: ast.Name, above: list[ast.AST]) -> tuple[ast.AST, ast.expr | None, bool] | None:
    """The statement or comprehension, what is bound to the elements, and whether that stays."""
    source: ast.AST = node
    choose: Callable[[ast.expr], ast.expr | None] = _itself
    place = len(above) - 1
    parent = above[place] if above else None
    if isinstance(parent, ast.Call) and node in parent.args and _is_giver(parent):
        source, choose, place = parent, _chosen(parent, node), place - 1
    elif isinstance(parent, ast.Attribute) and place and _is_view(above[place - 1], parent):
        source, choose, place = above[place - 1], _second if parent.attr == "items" else _itself, place - 2
    loop = above[place] if place >= 0 else None
    if isinstance(loop, ast.For) and loop.iter is source:
        return loop, choose(loop.target), True
    if isinstance(loop, COMPREHENSIONS):
        # It may be given in place of its first clause, which is evaluated with it.
        scope, clause = loop, loop.generators[0]
    elif isinstance(loop, ast.comprehension) and place:
        scope, clause = above[place - 1], loop  # type: ignore[assignment]
    else:
        return None
    if clause.iter is not source or clause.is_async:
        return None
    return scope, choose(clause.target), False


def _is_giver(call: ast.Call) -> bool:
    is_plain = isinstance(call.func, ast.Name) and not any(isinstance(one, ast.Starred) for one in call.args)
    return is_plain and call.func.id in _GIVERS  # type: ignore[attr-defined]


def _is_view(call: ast.AST, method: ast.Attribute) -> bool:
    return isinstance(call, ast.Call) and call.func is method and method.attr in _VIEWS and not call.args


def _itself(target: ast.expr) -> ast.expr | None:
    return target


def _second(target: ast.expr) -> ast.expr | None:
    return _at(target, 1, 2)


def _at(target: ast.expr, place: int, size: int) -> ast.expr | None:
    is_pair = isinstance(target, ast.Tuple) and len(target.elts) == size
    return target.elts[place] if is_pair else None  # type: ignore[attr-defined]


def _chosen(call: ast.Call, node: ast.Name) -> Callable[[ast.expr], ast.expr | None]:
    name, place = call.func.id, call.args.index(node)  # type: ignore[attr-defined]
    if name == "zip":
        return lambda target: _at(target, place, len(call.args))
    if place:
        return lambda _: None
    return _second if name == "enumerate" else _itself
