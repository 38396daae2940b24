"""pure. Which columns of a frame a chain of calls looks at: `df.groupby('g').v.sum()` needs `g` and `v`.

Only what the code says for sure: methods that take columns by constant names, or choose rows, until columns are chosen.
Whether it is a frame, and has these columns, is known when the run is over.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from .syntax import VARIABLE, listed

MASK = "?"
"""Begins a column that chooses rows, if it holds truths."""
_GROUP = {"by", "as_index", "sort", "group_keys", "observed", "dropna"}
_CHOOSING: Mapping[str, tuple[tuple[str, ...], set[str]]] = {
    "groupby": (("by",), _GROUP),
    "set_index": (("keys",), {"keys", "drop", "append", "verify_integrity"}),
    "sort_values": (("by",), {"by", "ascending", "kind", "na_position", "ignore_index"}),
    "drop_duplicates": (("subset",), {"subset", "keep", "ignore_index"}),
    "dropna": (("subset",), {"subset", "how", "thresh", "ignore_index"}),
    "nlargest": (("", "columns"), {"n", "columns", "keep"}),
    "nsmallest": (("", "columns"), {"n", "columns", "keep"}),
    "head": ((), {"n"}),
    "tail": ((), {"n"}),
    "sample": ((), {"n", "frac", "replace", "random_state", "ignore_index"}),
    "copy": ((), {"deep"}),
}
"""What these give has the columns of the frame: their arguments that name columns, by place, and all that they may be
given."""
_MAKING: Mapping[str, tuple[str, ...]] = {
    "pivot_table": ("values", "index", "columns"),
    "pivot": ("columns", "index", "values"),
    "value_counts": ("subset",),
    **dict.fromkeys(("plot", "scatter", "line", "bar", "barh"), ("x", "y")),
}
"""What these make comes from the columns that they are given, if all are."""
_OTHERS = {"c", "s", "by", "column", "yerr", "xerr", "secondary_y", "subplots"}
"""What of these may name a column besides."""
_SIZES = ("size", "ngroup", "cumcount")
_MASKS = {
    *("isin", "isna", "notna", "isnull", "notnull", "between", "duplicated", "contains", "startswith"),
    *("eq", "ne", "gt", "lt", "ge", "le"),
}


def frame_columns(node: ast.expr, above: list[ast.AST]) -> tuple[str, ...]:
    """The columns, as parts; `.v` may be one or an attribute, `[=m]` a variable that has to choose rows. Empty where
    that is not certain, or where none are chosen by a call or by rows: `df['a']` needs no chain."""
    users = above[::-1]
    if not users or not _begins(node, users[0], users[1] if len(users) > 1 else None):
        return ()
    return tuple(dict.fromkeys(_columns(node, iter(users)) or ()))


def _begins(node: ast.expr, first: ast.AST, second: ast.AST | None) -> bool:
    if isinstance(first, ast.Subscript):
        return first.value is node and _rows(first, node) is not None
    return isinstance(first, ast.Attribute) and (isinstance(second, ast.Call) or first.attr == "plot")


def _columns(node: ast.expr, users: Iterator[ast.AST]) -> list[str] | None:
    found: list[str] = []
    current: ast.AST = node
    for user in users:
        if isinstance(user, ast.Subscript) and user.value is current and isinstance(user.ctx, ast.Load):
            if chosen := _named(user.slice):
                return [*found, *chosen]
            rows = _rows(user, node)
            if rows is None:
                return None
            found += rows
            current = user
            continue
        if not isinstance(user, ast.Attribute) or user.value is not current:
            return None
        call = next(users, None)
        if user.attr == "plot" and isinstance(call, ast.Attribute):
            user, call = call, next(users, None)
        if not isinstance(call, ast.Call) or call.func is not user:
            return [*found, f".{user.attr}"] if isinstance(user.ctx, ast.Load) else None
        if any(isinstance(one, ast.Starred) for one in call.args) or any(word.arg is None for word in call.keywords):
            return None
        if user.attr in _MAKING:
            return _with(found, _all_given(call, _MAKING[user.attr]))
        given = _given(call, *_CHOOSING[user.attr]) if user.attr in _CHOOSING else None
        if given is None:
            return None
        found += given
        if user.attr == "groupby":
            return _with(found, _of_groups(call, users))
        current = call
    return None


def _of_groups(grouped: ast.Call, users: Iterator[ast.AST]) -> list[str] | None:
    """The columns that are taken of groups; where only their sizes are, those that make them."""
    user, call = next(users, None), next(users, None)
    if isinstance(user, ast.Subscript) and user.value is grouped:
        return _named(user.slice)
    if not isinstance(user, ast.Attribute):
        return None
    if not isinstance(call, ast.Call) or call.func is not user:
        return [f".{user.attr}"]
    if user.attr in ("agg", "aggregate"):
        return _aggregated(call)
    return (_given(grouped, *_CHOOSING["groupby"]) or None) if user.attr in _SIZES else None


def _with(found: list[str], more: list[str] | None) -> list[str] | None:
    return [*found, *more] if more else None


def _rows(user: ast.Subscript, frame: ast.expr) -> list[str] | None:
    """What is asked besides where the brackets choose rows, by a slice or a mask: that a variable or a column is one.
    None where they may choose anything."""
    if not isinstance(user.ctx, ast.Load):
        return None
    index = user.slice
    if isinstance(index, ast.Slice) or _is_mask(index):
        return []
    if isinstance(index, ast.Name):
        return [f"{VARIABLE}{index.id}]"]
    if isinstance(index, (ast.Attribute, ast.Subscript)) and _same(index.value, frame):
        part = [f".{index.attr}"] if isinstance(index, ast.Attribute) else _named(index.slice)
        return [f"{MASK}{part[0]}"] if len(part) == 1 else None
    return None


def _same(one: ast.expr, other: ast.expr) -> bool:
    return isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id == other.id


def _is_mask(index: ast.expr) -> bool:
    if isinstance(index, ast.UnaryOp):
        return isinstance(index.op, ast.Invert)
    if isinstance(index, ast.BinOp):
        return isinstance(index.op, (ast.BitAnd, ast.BitOr)) and _is_mask(index.left) and _is_mask(index.right)
    if isinstance(index, ast.Call):
        return isinstance(index.func, ast.Attribute) and index.func.attr in _MASKS
    return isinstance(index, ast.Compare) and len(index.ops) == 1 and not isinstance(index.ops[0], _OF_PYTHON)


_OF_PYTHON = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
"""These give one truth, which is a column's name if it is anything."""


def _named(index: ast.expr) -> list[str]:
    """A constant name or a list of such, as parts."""
    is_name = isinstance(index, ast.Constant) and isinstance(index.value, str)
    return [f"[{name!r}]" for name in ([index.value] if is_name else listed(index))]  # type: ignore[attr-defined]


def _all_of(parts: list[list[str]]) -> list[str] | None:
    """Of all arguments; None where one names none."""
    return [part for some in parts for part in some] if all(parts) else None


def _given(call: ast.Call, places: tuple[str, ...], allowed: set[str]) -> list[str] | None:
    """The columns that the arguments of these places and names give; None where one is no constant."""
    if any(word.arg not in allowed for word in call.keywords) or len(call.args) > max(1, len(places)):
        return None
    names = [name for name in places if name]
    given = [value for name, value in zip(places, call.args, strict=False) if name]
    given += [word.value for word in call.keywords if word.arg in names]
    parts = [_named(value) for value in given]
    return None if len(parts) < len(names) else _all_of(parts)


def _all_given(call: ast.Call, places: tuple[str, ...]) -> list[str] | None:
    """Those of `pivot_table` and its like, where every argument that may name columns does."""
    given = dict(zip(places, call.args, strict=False))
    given.update({word.arg: word.value for word in call.keywords if word.arg in places})
    is_other = any(word.arg in _OTHERS for word in call.keywords)
    if len(given) != len(places) or len(call.args) > len(places) or is_other:
        return None
    return _all_of([_named(value) for value in given.values()])


def _aggregated(call: ast.Call) -> list[str] | None:
    """`agg({'v': 'sum'})` and `agg(total=('v', 'sum'))`."""
    if len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.Dict):
        parts = [_named(key) if key is not None else [] for key in call.args[0].keys]
    elif call.keywords and not call.args:
        values = [word.value for word in call.keywords]
        parts = [_named(value.elts[0]) if isinstance(value, ast.Tuple) and value.elts else [] for value in values]
    else:
        return None
    return _all_of(parts)
