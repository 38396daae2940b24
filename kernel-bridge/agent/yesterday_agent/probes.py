"""Marks where a cell's code has been: which names were loaded on paths that ran, on every Python.

A probe is an element of one list, looked up as `__yesterday__[n]`: a callable while armed, False once hit, so that
hot code pays a list lookup. Probes are before each top-level statement's first expression, at the head of each
conditional block and function, and in conditional operands; only where names are touched that no dominating probe
has reported already. Invariant: values, order of evaluation and line numbers stay what they were.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .accesses import WHOLE, Touches, puts_of, touches_of
from .evaluation import annotations_of, certain_children, function_header, only_suspends, surely_loops, unconditional
from .given import given_sql, given_texts
from .probe_name import PROBE_LIST
from .scopes import FUNCTIONS as _FUNCTIONS
from .scopes import Comprehension, Scope, suspends
from .syntax import COMPREHENSIONS

NOTES = (NOTE_TEXT, NOTE_SQL) = (0, 1)
"""Places in the list that are no probes: `P[0](x)` reports what `x` is and gives it back."""

Block = list[ast.stmt]
Part = TypeVar("Part", ast.stmt, ast.match_case)


@dataclass
class ProbeTable:
    """All probes of this kernel's life; the cells are what compiled code sees."""

    on_hit: Callable[[Touches], None]
    on_note: Callable[[Any, bool], None]
    cells: list[Any] = field(default_factory=list)
    hit: list[tuple[int, Callable[[], bool]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for is_sql in (False, True):
            self.cells.append(self._note(is_sql))

    def _note(self, is_sql: bool) -> Callable[[Any], Any]:
        def note(value: Any) -> Any:
            self.on_note(value, is_sql)
            return value

        return note

    def add(self, touches: Touches) -> int:
        index = len(self.cells)

        def armed() -> bool:
            self.cells[index] = False
            self.hit.append((index, armed))
            self.on_hit(touches)
            return False

        self.cells.append(armed)
        return index

    def rearm(self) -> None:
        """Before each run: every probe that was hit since reports again."""
        for index, armed in self.hit:
            self.cells[index] = armed
        self.hit.clear()


def instrument(module: ast.Module, table: ProbeTable, lazy_annotations: bool = False) -> ast.Module:
    """The same module with probes. Raises before it has changed anything when the code is beyond it."""
    planner = _Planner(table, lazy_annotations or _postpones(module))
    planner.top(module.body)
    for apply in planner.edits:
        apply()
    return module


def _postpones(module: ast.Module) -> bool:
    """Annotations are text only: by Python 3.14, or by `from __future__ import annotations`."""
    return sys.version_info >= (3, 14) or any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in module.body
    )


_LOAD, _AND, _OR = ast.Load(), ast.And(), ast.Or()
_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def _place_of(at: ast.AST) -> dict[str, Any]:
    """The position of a node in the source, as arguments for a new one."""
    return {name: getattr(at, name, None) for name in _PLACE}


def _lookup(index: int, place: dict[str, Any]) -> ast.expr:
    return ast.Subscript(ast.Name(PROBE_LIST, _LOAD, **place), ast.Constant(index, **place), _LOAD, **place)


def _called(index: int, place: dict[str, Any]) -> ast.expr:
    return ast.Call(_lookup(index, place), [], [], **place)


def _guarded(index: int, place: dict[str, Any]) -> ast.expr:
    """`P[n] and P[n]()`, which is False."""
    return ast.BoolOp(_AND, [_lookup(index, place), _called(index, place)], **place)


def wrapped(index: int, expression: ast.expr) -> ast.expr:
    """`expression`, reported first: `(P[n] and P[n]()) or expression`."""
    place = _place_of(expression)
    return ast.BoolOp(_OR, [_guarded(index, place), expression], **place)


def noted(index: int, expression: ast.expr) -> ast.expr:
    """`P[index](expression)`, which is what the expression is."""
    place = _place_of(expression)
    return ast.Call(_lookup(index, place), [expression], [], **place)


def statement(index: int, at: ast.stmt) -> Block:
    """`if P[n]: P[n]()` at the position of the statement that follows it."""
    place = _place_of(at)
    return [ast.If(_lookup(index, place), [ast.Expr(_called(index, place), **place)], [], **place)]


def untaken(index: int, at: ast.pattern) -> ast.match_case:
    """`case _ if P[n] and P[n]()`, which is never taken, to be inserted before the pattern that it reports."""
    place = _place_of(at)
    return ast.match_case(ast.MatchAs(**place), _guarded(index, place), [ast.Pass(**place)])


_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator)
_COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
_STRAIGHT = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Pass, ast.Import, ast.ImportFrom)


def _first_expression(node: ast.stmt) -> tuple[ast.AST, str] | None:
    """Where a top-level statement begins to evaluate: (holder, field)."""
    if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign)):
        return node, "value"
    if isinstance(node, ast.AnnAssign):
        return (node, "value") if node.value is not None else None
    if isinstance(node, ast.Assert):
        # Python warns of a tuple, and has to see it.
        return None if isinstance(node.test, ast.Tuple) else (node, "test")
    if isinstance(node, (ast.If, ast.While)):
        return node, "test"
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return node, "iter"
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return node.items[0], "context_expr"
    if isinstance(node, ast.Raise):
        return (node, "exc") if node.exc is not None else None
    if isinstance(node, ast.Match):
        return node, "subject"
    return None


class _Planner:
    """Walks without changing; the edits are applied at the end, innermost expressions first."""

    def __init__(self, table: ProbeTable, lazy_annotations: bool) -> None:
        self.table = table
        self.lazy_annotations = lazy_annotations
        self.edits: list[Callable[[], None]] = []

    def top(self, body: Block) -> None:
        scope = Scope()
        for node in body:
            touches = self.touches(node, scope)
            touches.puts = puts_of(node, touches)
            self.parts(node, scope, touches)
            place = _first_expression(node)
            if place is not None:
                self.wrap(*place, touches)
            elif not isinstance(node, (ast.Try, ast.Pass)):
                self.report(body, node, touches)
            if isinstance(node, _COMPOUND):
                self.edits.append(lambda node=node: _quicken(body, node))  # type: ignore[misc]

    def touches(self, node: ast.stmt, scope: Scope) -> Touches:
        found = touches_of(unconditional(node))
        for annotation in [] if self.lazy_annotations else annotations_of(node, scope.local):
            found.add(touches_of(unconditional(annotation)))
        return scope.fresh(found, node)

    def wrap(self, holder: ast.AST, name: str, touches: Touches) -> None:
        if not touches:
            return
        index = self.table.add(touches)
        self.edits.append(lambda: setattr(holder, name, wrapped(index, getattr(holder, name))))

    def note(self, index: int, holder: ast.AST, name: str, place: int | None) -> None:
        def apply() -> None:
            value = getattr(holder, name)
            if place is None:
                setattr(holder, name, noted(index, value))
            else:
                value[place] = noted(index, value[place])

        self.edits.append(apply)

    def wrap_item(self, items: list[ast.expr], place: int, touches: Touches) -> None:
        if touches:
            index = self.table.add(touches)
            self.edits.append(lambda: items.__setitem__(place, wrapped(index, items[place])))

    def report(self, body: Block, head: ast.stmt, touches: Touches) -> None:
        if touches:
            index = self.table.add(touches)
            self.edits.append(lambda: _insert_before(body, head, statement(index, head)))

    def pattern(self, cases: list[ast.match_case], case: ast.match_case, touches: Touches) -> None:
        if touches:
            index = self.table.add(touches)
            self.edits.append(lambda: _insert_before(cases, case, [untaken(index, case.pattern)]))

    def block(
        self, body: Block, scope: Scope, first: int = 0, each: bool = False, before: Touches | None = None
    ) -> None:
        """A block that may not be reached: reported at its head, and again after what may leave it; `each` statement
        by itself where an exception is expected. A block that is surely reached is reported with what is `before`."""
        due = Touches()
        head: ast.stmt | None = None
        for node in body[first:]:
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                continue
            head = head or node
            touches = self.touches(node, scope)
            due.add(touches)
            self.parts(node, scope, due)
            paused = scope.resumable and suspends(node)
            if each or paused or not isinstance(node, _STRAIGHT):
                self.report_block(body, head, due, before)
                due, head, before = Touches(), None, None
            if paused and not only_suspends(node):
                due.add(touches)
        if head is not None:
            self.report_block(body, head, due, before)

    def report_block(self, body: Block, head: ast.stmt, touches: Touches, before: Touches | None) -> None:
        if before is not None and _may_be_reported_before(touches):
            before.add(touches)
        else:
            self.report(body, head, touches)

    def parts(self, node: ast.AST, scope: Scope, due: Touches | None = None) -> None:
        """Everything under a node that runs later, or perhaps never. `due`: what is reported before a statement."""
        if isinstance(node, _LEAVES):
            return
        if isinstance(node, _FUNCTIONS):
            for part in function_header(node):
                self.parts(part, scope)
            self.block(node.body, scope.function(node), _after_docstring(node.body))
        elif isinstance(node, ast.Lambda):
            inner = scope.function(node)
            self.wrap(node, "body", inner.fresh(touches_of(unconditional(node.body))))
            self.parts(node.body, inner)
        elif isinstance(node, ast.ClassDef):
            for part in certain_children(node):
                self.parts(part, scope)
            self.block(node.body, scope.class_body(node), _after_docstring(node.body))
        elif isinstance(node, COMPREHENSIONS):
            self.comprehension(node, scope.comprehension(node), scope)
        else:
            self.conditional(node, scope)
            self.children(node, scope, due)
            if isinstance(node, (ast.Call, ast.Subscript)):
                statements = [*given_sql(node)]
                for place in statements:
                    self.note(NOTE_SQL, *place)
                for place in given_texts(node):
                    if place not in statements:
                        self.note(NOTE_TEXT, *place)

    def children(self, node: ast.AST, scope: Scope, due: Touches | None) -> None:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                inner = scope.branch(node if name == "body" else None)
                before = due if name == "body" and not scope.resumable and surely_loops(node) else None
                self.block(value, inner, each=name == "body" and isinstance(node, ast.Try), before=before)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.parts(item, scope)
            elif isinstance(value, ast.AST):
                self.parts(value, scope)

    def conditional(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.BoolOp):
            self.operands(node.values, 1, scope)
        elif isinstance(node, ast.IfExp):
            self.wrap(node, "body", _perhaps(node.body, scope))
            self.wrap(node, "orelse", _perhaps(node.orelse, scope))
        elif isinstance(node, ast.Assert) and node.msg is not None:
            self.wrap(node, "msg", _perhaps(node.msg, scope))
        elif isinstance(node, ast.Compare):
            self.operands(node.comparators, 1, scope)
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            self.wrap(node, "type", _perhaps(node.type, scope))
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self.pattern(node.cases, case, _perhaps(case.pattern, scope))
                if case.guard is not None:
                    self.wrap(case, "guard", _perhaps(case.guard, scope))
        elif isinstance(node, ast.While) and scope.resumable:
            self.wrap(node, "test", scope.fresh(touches_of(unconditional(node.test))))

    def operands(self, items: list[ast.expr], start: int, scope: Scope) -> None:
        for place in range(start, len(items)):
            self.wrap_item(items, place, _perhaps(items[place], scope))

    def comprehension(self, node: Comprehension, inner: Scope, outer: Scope) -> None:
        self.parts(node.generators[0].iter, outer)
        for place, clause in enumerate(node.generators):
            if place:
                self.wrap(clause, "iter", inner.fresh(touches_of(unconditional(clause.iter))))
                self.parts(clause.iter, inner)
            self.operands(clause.ifs, 0, inner)
            for test in clause.ifs:
                self.parts(test, inner)
        for name in ("key", "value") if isinstance(node, ast.DictComp) else ("elt",):
            part = getattr(node, name)
            self.wrap(node, name, _perhaps(part, inner))
            self.parts(part, inner)


def _perhaps(node: ast.AST, scope: Scope) -> Touches:
    """What is reported where a part is reached that may not be."""
    return scope.branch().fresh(touches_of(unconditional(node)))


def _may_be_reported_before(touches: Touches) -> bool:
    """Whether nothing is lost if it is reported before the run has bound its own names."""
    return all(
        access.part == WHOLE and access.verb in ("read", "augment", "argument")
        for accesses in touches.own.values()
        for access in accesses
    )


def _quicken(body: Block, node: ast.stmt) -> None:
    """`if True: global P; node`: no instruction more, and probes in its loops become cached global lookups."""
    declared = ast.copy_location(ast.Global([PROBE_LIST]), node)
    test = ast.copy_location(ast.Constant(True), node)
    body[body.index(node)] = ast.copy_location(ast.If(test, [declared, node], []), node)


def _insert_before(body: list[Part], node: Part, new: list[Part]) -> None:
    place = body.index(node)
    body[place:place] = new


def _after_docstring(body: Block) -> int:
    first = body[0]
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return 1 if text and isinstance(first.value.value, str) else 0  # type: ignore[attr-defined]
