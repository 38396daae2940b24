"""pure. Which names of a piece of code are the notebook's, and what a dominating probe has reported already."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .accesses import WHOLE, Access, Touches
from .syntax import COMPREHENSIONS, VARIABLE, children
from .variable_parts import any_of, variable_in, variables_in, with_parts

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.ClassDef, *FUNCTIONS)
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class Scope:
    """A place in the code. `hidden`: names that are not the notebook's here; `inherited`: those that nested
    functions see as hidden too (a class body's own names are not). `resumable`: it may be left and entered again by
    a later run, so nothing reported before holds after. `local`: annotations of its variables are not evaluated."""

    hidden: frozenset[str] = frozenset()
    inherited: frozenset[str] = frozenset()
    reported: set[tuple[str, Access]] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    resumable: bool = False
    local: bool = False
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the variables of loops over names, the parts that they may name."""

    def fresh(self, touches: Touches, node: ast.AST | None = None) -> Touches:
        """What is not reported yet; now it is. After a plain assignment (`node`) its names are this run's own."""
        new = Touches(strings=touches.strings - self.strings, calls=touches.calls)
        for name, every in touches.loads.items():
            accesses = {self._without_hidden(one) for access in every for one in self._spread(access)}
            unknown = {access for access in accesses if (name, access) not in self.reported}
            if name in self.hidden or not unknown:
                continue
            (new.own if name in self.assigned else new.loads)[name] = unknown
            if not self.resumable:
                self.reported.update((name, access) for access in unknown)
        new.stores = {name for name in touches.stores if name not in self.hidden and name not in self.stored}
        new.deletes = {name for name in touches.deletes if name not in self.hidden}
        new.untold = touches.untold
        if self.resumable:
            return new
        self.strings |= new.strings
        self.stored |= new.stores
        if isinstance(node, ASSIGNMENTS):
            self.assigned |= touches.stores - self.hidden
        self.assigned -= touches.deletes
        return new

    def _spread(self, access: Access) -> list[Access]:
        """`frame[name]` within `for name in ['a', 'b']` is `frame['a']` and `frame['b']`."""
        parts = self.named.get(variable_in(access.part) or "", ())
        if not parts or access.part != f"{VARIABLE}{variable_in(access.part)}]":
            return [access]
        return [access._replace(part=part, columns=()) for part in parts]

    def _without_hidden(self, access: Access) -> Access:
        """Parts that a local variable names may be any, and so may a local function."""
        if access.verb == "argument" and access.callee.partition(".")[0] in self.hidden:
            access = access._replace(callee="", at="", each=())
        if access.item in self.hidden:
            access = access._replace(each=())
        if self.hidden.isdisjoint(variables_in(access)):
            return access
        access = access._replace(columns=())
        return with_parts(access, lambda part: WHOLE if variable_in(part) in self.hidden else part)

    def branch(self, node: ast.AST | None = None) -> Scope:
        """A part that may not run: what it reports is not known after it. A loop's body has its targets assigned."""
        targets, named = set[str](), self.named
        if isinstance(node, (ast.For, ast.AsyncFor)):
            targets = set(_stored(_own_nodes([node.target])))
            bound = {*_stored(_own_nodes(node.body))}
            found = {name: parts for name, parts in _named(node.target, node.iter).items() if name not in bound}
            named = {**{name: self.named[name] for name in self.named.keys() - targets - bound}, **found}
        return replace(
            self,
            named=named,
            reported=set(self.reported),
            stored=set(self.stored),
            assigned=self.assigned | targets,
            strings=set(self.strings),
        )

    def function(self, node: Function) -> Scope:
        body = list(_own_nodes([node.body] if isinstance(node, ast.Lambda) else node.body))
        local = self.inherited | _arguments(node) | frozenset(_stored(body))
        shared = _declared(body)
        resumable = isinstance(node, ast.AsyncFunctionDef) or any(isinstance(part, SUSPENSIONS) for part in body)
        return Scope(local - shared, local - shared, resumable=resumable, local=True)

    def class_body(self, node: ast.ClassDef) -> Scope:
        body = list(_own_nodes(node.body))
        own = frozenset(_stored(body)) - _declared(body)
        return Scope(self.inherited | own, self.inherited)

    def comprehension(self, node: Comprehension) -> Scope:
        bound = [name for clause in node.generators for name in _stored(_own_nodes([clause.target]))]
        targets = frozenset(bound)
        named = {name: self.named[name] for name in self.named.keys() - targets}
        for clause in node.generators:
            # What a later clause rebinds may be anything.
            found = _named(clause.target, clause.iter)
            named.update({name: parts for name, parts in found.items() if bound.count(name) == 1})
        if isinstance(node, ast.GeneratorExp):
            return Scope(self.hidden | targets, self.inherited | targets, named=named)
        return replace(self.branch(), hidden=self.hidden | targets, inherited=self.inherited | targets, named=named)


SUSPENSIONS = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)


def suspends(node: ast.AST) -> bool:
    """Whether this may hand control back to the caller midway."""
    return any(isinstance(part, SUSPENSIONS) for part in _own_nodes([node]))


_MOST_NAMED = 64


def _named(target: ast.expr, source: ast.expr) -> dict[str, tuple[str, ...]]:
    """The parts that the variable of a loop over constants, or over a list, may name."""
    if not isinstance(target, ast.Name):
        return {}
    if isinstance(source, ast.Name) and source.id != target.id:
        return {target.id: (any_of(source.id),)}
    items = source.elts if isinstance(source, (ast.List, ast.Tuple)) else []
    names = [one.value for one in items if isinstance(one, ast.Constant) and type(one.value) in (str, int)]
    is_plain = 0 < len(names) == len(items) <= _MOST_NAMED
    return {target.id: tuple(f"[{name!r}]" for name in names)} if is_plain else {}


def _arguments(node: Function) -> frozenset[str]:
    arguments = node.args
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return frozenset(argument.arg for argument in every if argument is not None)


def _own_nodes(body: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """All nodes of a scope, nested scopes' headers included and their bodies left out."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, COMPREHENSIONS):
            stack.extend(part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
            continue
        stack.extend(children(node))


def _stored(nodes: Iterable[ast.AST]) -> Iterable[str]:
    """Names that these nodes of one scope bind."""
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        ):
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _declared(nodes: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(name for part in nodes if isinstance(part, ast.Global) for name in part.names)
