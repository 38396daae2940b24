"""pure. How a statement touches names: which it loads, by which part, and which it stores or deletes.

A part is written as a person would: `['a']` for a constant subscript, `.attr` for an attribute; `""` is the whole.
`[=k]` is the part that the variable `k` names, `[=.k]` the attribute, which only the run knows.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict

from .elements import Loop, loop_over
from .frame_calls import frame_columns
from .syntax import COMPREHENSIONS, VARIABLE, all_below, listed
from .verbs import Verb

WHOLE = ""
ELSEWHERE = "in another namespace"
GRADIENT = "grad"
ON_GRADIENTS = frozenset((GRADIENT, "backward", "step", "zero_grad", "unscale_"))
"""What is called, or asked for, where gradients are made and used."""


class Access(NamedTuple):
    """One way a name is touched. `verb`: read, through (`.a.b`), store (a part replaced), update (a part changed),
    call (a method of it), invoke, augment, delete, argument (passed on), iterate, contains (asked whether it holds
    something), identity (`is`), enter (`with`). `callee`: the last name of what is called."""

    verb: Verb
    part: str
    callee: str = ""
    key: str = WHOLE
    """The part that a call of `get` asks for."""
    rest: tuple[str, ...] = ()
    """The parts behind `part`, each of the one before it: `['b']` of `name['a']['b']`."""
    puts: bool = False
    """The last of `rest` is replaced, whatever it was."""
    sets: bool = False
    """The last of `rest` is replaced, or re-created from its old value: a setter may run."""
    method: str = ""
    """What is called of the last of `rest`, or of `part` where there is none."""
    at: str = ""
    """Which argument of the callee it is: its place from 0, or its keyword."""
    columns: tuple[str, ...] = ()
    """Of a frame, all that is looked at."""
    each: tuple[Access, ...] = ()
    """All that a loop asks of each element."""
    item: str = ""
    """The variable that is bound to them, where it stays when the loop is over."""


@dataclass
class Touches:
    """Of one straight piece of code. `own`: loads of names that the run itself has bound by then. `calls`: the last
    names of what is called, and `grad`, which `backward` makes. `untold`: it asks a database for what its texts do not
    say."""

    loads: dict[str, set[Access]] = field(default_factory=dict)
    own: dict[str, set[Access]] = field(default_factory=dict)
    stores: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    untold: bool = False
    puts: dict[str, set[Access]] | None = None
    """Of a plain statement of the cell's own: what it has replaced, by name, before the next is reported."""

    def __bool__(self) -> bool:
        touched = self.loads or self.own or self.stores or self.deletes or self.untold
        return bool(touched) or not ON_GRADIENTS.isdisjoint(self.calls) or any(map(may_lead, self.strings))

    def add(self, other: Touches) -> None:
        for mine, theirs in ((self.loads, other.loads), (self.own, other.own)):
            for name, accesses in theirs.items():
                mine.setdefault(name, set()).update(accesses)
        self.stores |= other.stores
        self.deletes |= other.deletes
        self.strings |= other.strings
        self.calls |= other.calls
        self.untold |= other.untold


def puts_of(statement: ast.stmt, touches: Touches) -> dict[str, set[Access]] | None:
    """What the statement surely replaces when it is over, by the name it does it through; None where it is no plain
    one."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Expr)):
        return None
    found = {name: set(filter(_replaces, accesses)) for name, accesses in touches.loads.items()}
    return {name: accesses for name, accesses in found.items() if accesses}


def _replaces(access: Access) -> bool:
    if access.verb == "call":
        return access.part in _REPLACING
    return access.verb == "store" and access.part != WHOLE and not access.rest and VARIABLE not in access.part


FITS = (".fit", ".fit_transform", ".fit_predict")
_REPLACING = (*FITS, ".load_state_dict", ".clear")
"""Methods after which what an estimator had learned, what a module's weights were, what a container held is gone."""


def may_lead(text: str) -> bool:
    """Whether a string may name something: a path, a statement of SQL, an expression."""
    return len(text) > 2 and not _LEADING.isdisjoint(text)


_LEADING = frozenset("./\\@{ ")


def touches_of(nodes: Iterable[object]) -> Touches:
    """Collects from (node, ancestors) pairs, as the prober walks them; bare nodes are walked whole."""
    touches = Touches()
    for item in nodes:
        if isinstance(item, tuple):
            _collect(touches, item[0], item[1])
        elif isinstance(item, ast.AST):
            for node, above in all_below(item):
                _collect(touches, node, above)
    return touches


def _collect(touches: Touches, node: ast.AST, above: list[ast.AST]) -> None:
    if isinstance(node, ast.Name):
        _collect_name(touches, node, above)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        touches.stores.add(node.name)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        touches.stores.update((alias.asname or alias.name.partition(".")[0]) for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        touches.strings.add(node.value)
    elif isinstance(node, ast.Attribute) and node.attr == GRADIENT:
        touches.calls.add(GRADIENT)
    elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        _collect_call(touches, node, node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id)


def _collect_call(touches: Touches, node: ast.Call, name: str) -> None:
    touches.calls.add(name)
    if name in TABLE_CALLS and node.args:
        table = node.args[0]
        if isinstance(table, ast.Constant) and isinstance(table.value, str):
            how = next((word.value for word in node.keywords if word.arg == "if_exists"), ast.Constant("fail"))
            verb = TABLE_CALLS[name].get(str(how.value)) if isinstance(how, ast.Constant) else None
            quoted = table.value.replace('"', '""')
            touches.strings.update([f'{verb} "{quoted}"'] if verb else ())
            touches.untold |= not verb
        elif name != "table" and len(node.args) > 1:
            touches.untold = True
    elif name in SQL_CALLS:
        spread = any(isinstance(argument, ast.Starred) for argument in node.args[:1])
        touches.untold |= spread or any(word.arg is None for word in node.keywords)


SQL_CALLS = frozenset(
    ["execute", "executemany", "executescript", "sql", "query", "read_sql", "read_sql_query", "scalars", "scalar"]
)
"""Their first argument is SQL."""
TABLE_CALLS = {
    "to_sql": {"fail": "create table", "replace": "create or replace table", "append": "insert into"},
    "read_sql_table": {"fail": "select * from"},
    "table": {"fail": "select * from"},
    "register": {"fail": "create or replace table"},
}
"""Their first argument names a table, to which this is done; `to_sql` says what if there is one."""


def _collect_name(touches: Touches, node: ast.Name, above: list[ast.AST]) -> None:
    if isinstance(node.ctx, ast.Del):
        touches.deletes.add(node.id)
        touches.loads.setdefault(node.id, set()).add(Access("delete", WHOLE))
        return
    if isinstance(node.ctx, ast.Store):
        touches.stores.add(node.id)
        if not (above and isinstance(above[-1], ast.AugAssign)):
            return
    touches.loads.setdefault(node.id, set()).update(accesses_of(node, above))


def accesses_of(node: ast.Name, above: list[ast.AST]) -> list[Access]:
    """How a name is used at this node: one access, but for `frame[['a', 'b']]`, which reads two parts."""
    parent = above[-1] if above else None
    if isinstance(parent, ast.Subscript) and parent.value is node and isinstance(parent.ctx, ast.Load):
        names = listed(parent.slice)
        if names:
            return [Access("read", f"[{name!r}]") for name in names]
    access = _access(node, above)._replace(columns=frame_columns(node, above))
    return [_of_elements(access, loop_over(node, above))]


def _of_elements(access: Access, loop: Loop | None) -> Access:
    """With what the loop asks of each element, where it takes parts of them and nothing else."""
    if loop is None:
        return access
    each = {one for use in loop.uses for one in accesses_of(*use)}
    if not all(map(_takes_part, each)):
        return access
    return access._replace(each=tuple(sorted(each)), item=loop.variable if loop.leaks else "")


def _takes_part(access: Access) -> bool:
    parts = (access.part, access.key, *access.rest, *access.columns)
    is_known = not any(part.startswith(VARIABLE) for part in parts)
    return access.verb in ("read", "through", "call") and access.part != WHOLE and is_known


def _access(node: ast.Name, above: list[ast.AST]) -> Access:
    parent = above[-1] if above else None
    if isinstance(parent, ast.Attribute):
        return _attribute_access(parent, above)
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return _subscript_access(parent, above)
    if isinstance(parent, ast.Call) and parent.func is not node:
        return _argument(node, parent)
    if isinstance(parent, ast.Call):
        return _invoked(node, parent, above)
    called = above[-2] if isinstance(parent, ast.keyword) and len(above) > 1 else None
    if isinstance(called, ast.Call):
        return Access("argument", WHOLE, dotted(called.func), at=parent.arg or "")  # type: ignore[union-attr]
    if isinstance(parent, ast.AugAssign) and parent.target is node:
        return Access("augment", WHOLE)
    if isinstance(parent, ast.Compare):
        return Access(_compared(node, parent), WHOLE)
    if isinstance(parent, ast.withitem):
        return Access("enter", WHOLE)
    return Access("iterate" if parent is not None and _iterates(parent, node) else "read", WHOLE)


def _iterates(parent: ast.AST, node: ast.Name) -> bool:
    """A comprehension may be given in place of its first clause, which is evaluated with it."""
    if isinstance(parent, COMPREHENSIONS):
        parent = parent.generators[0]
    return isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node


def _argument(node: ast.Name, call: ast.Call) -> Access:
    callee, place = dotted(call.func), call.args.index(node)
    if callee == "getattr" and place == 0 and len(call.args) > 1:
        name = call.args[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return Access("read", f".{name.value}")
        if isinstance(name, ast.Name):
            return Access("read", f"{VARIABLE}.{name.id}]")
    is_sure = not any(isinstance(one, ast.Starred) for one in call.args[:place])
    return Access("argument", WHOLE, callee, at=str(place) if is_sure else "")


def _compared(node: ast.Name, parent: ast.Compare) -> Verb:
    """The verb of an operand: nothing of its content is read by `is`, only what it holds by `in`."""
    if all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in parent.ops):
        return "identity"
    holds = [right for operator, right in zip(parent.ops, parent.comparators, strict=True) if isinstance(operator, _IN)]
    return "contains" if len(parent.ops) == 1 and node in holds else "read"


_IN = (ast.In, ast.NotIn)


def _invoked(node: ast.Name, call: ast.Call, above: list[ast.AST]) -> Access:
    """`eval(text, other)` looks elsewhere; `get_ipython().system(…)` names the method as its callee."""
    if node.id in ("eval", "exec") and len(call.args) > 1 and not _is_here(call.args[1]):
        return Access("invoke", ELSEWHERE)
    holder = above[-2] if len(above) > 1 else None
    return Access("invoke", WHOLE, holder.attr if isinstance(holder, ast.Attribute) else "")


def _is_here(scope: ast.expr) -> bool:
    return isinstance(scope, ast.Call) and dotted(scope.func) in ("globals", "locals", "vars")


def _attribute_access(parent: ast.Attribute, above: list[ast.AST]) -> Access:
    holder = above[-2] if len(above) > 1 else None
    part = f".{parent.attr}"
    if not isinstance(parent.ctx, ast.Load):
        augmented = isinstance(holder, ast.AugAssign)
        return Access("update" if augmented else "store", part)
    if isinstance(holder, ast.Call) and holder.func is parent:
        return Access("call", part, _called(parent.attr, holder), _asked(holder) if parent.attr == "get" else WHOLE)
    behind = _behind(above)
    if isinstance(holder, ast.Subscript) and holder.value is parent and not isinstance(holder.ctx, ast.Load):
        return Access("update", part, **behind)
    if isinstance(holder, ast.Attribute):
        return Access("through", part, holder.attr, **behind)
    return Access("read", part, **behind)


def _called(method: str, call: ast.Call) -> str:
    """Without a name where all of a state may not be loaded."""
    is_part = method == "load_state_dict" and (len(call.args) != 1 or call.keywords)
    return "" if is_part else method


class _Behind(TypedDict, total=False):
    rest: tuple[str, ...]
    puts: bool
    sets: bool
    method: str


def _behind(above: list[ast.AST]) -> _Behind:
    """The parts that follow the first, and whether the last of them is replaced; a method is no part."""
    steps: list[str] = []
    node = above[-1]
    user: ast.AST | None = None
    for user in reversed(above[:-1]):
        step = _step(node, user)
        if step == WHOLE:
            break
        steps.append(step)
        node, user = user, None
    is_called = isinstance(user, ast.Call) and user.func is node and bool(steps)
    method = steps.pop() if is_called else ""
    ctx = getattr(node, "ctx", None)
    if isinstance(ctx, ast.Del) and steps:
        steps.pop()
    sets = bool(steps) and isinstance(ctx, ast.Store)
    name = method[1:] if method.startswith(".") else ""
    return _Behind(rest=tuple(steps), puts=sets and not isinstance(user, ast.AugAssign), sets=sets, method=name)


def _step(node: ast.AST, user: ast.AST) -> str:
    """The part that `user` takes of `node`; empty where it does something else."""
    if isinstance(user, ast.Attribute):
        return f".{user.attr}"
    if isinstance(user, ast.Subscript) and user.value is node:
        return subscript_part(user.slice)
    return WHOLE


def _asked(call: ast.Call) -> str:
    """The first argument as a part, where it is a constant."""
    return subscript_part(call.args[0]) if call.args else WHOLE


def _subscript_access(parent: ast.Subscript, above: list[ast.AST]) -> Access:
    holder = above[-2] if len(above) > 1 else None
    part = subscript_part(parent.slice)
    if isinstance(parent.ctx, ast.Load):
        return Access("read", part, **(_behind(above) if part else {}))
    if isinstance(holder, ast.AugAssign):
        return Access("update", part)
    if isinstance(parent.ctx, ast.Del):
        return Access("store", part, DELETED)
    return Access("store", ALL if _is_all(parent.slice) else part)


def _is_all(index: ast.expr) -> bool:
    return isinstance(index, ast.Slice) and index.lower is index.upper is index.step is None


DELETED = "del"
"""The callee of a store that takes the part away."""
ALL = "[:]"
"""The part of all elements, where they are stored."""


def subscript_part(index: ast.expr) -> str:
    """`['a']` for a constant key, `[=k]` for a variable; the whole for anything else."""
    if _is_key(index) or (isinstance(index, ast.Tuple) and index.elts and all(map(_is_key, index.elts))):
        return f"[{ast.literal_eval(index)!r}]"
    if isinstance(index, ast.Name):
        return f"{VARIABLE}{index.id}]"
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        column = index.elts[1]
        if _is_key(column) or listed(column):
            return f"{ROWS}{ast.literal_eval(column)!r}]"
    negative = isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub)
    if negative and isinstance(index.operand, ast.Constant) and isinstance(index.operand.value, int):  # type: ignore[attr-defined]
        return f"[-{index.operand.value}]"  # type: ignore[attr-defined]
    return WHOLE


def _is_key(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and isinstance(index.value, (str, int))


ROWS = "[*, "
"""Begins a part of two keys, the first of which is no constant: rows of a frame, before the names of its columns."""


def dotted(node: ast.expr) -> str:
    """`np.sum` for a plain dotted callee, empty for any other."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def is_builtin(name: str) -> bool:
    return hasattr(builtins, name)
