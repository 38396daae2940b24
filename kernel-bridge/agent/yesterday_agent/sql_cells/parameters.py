"""pure. Parameters of SQL: `{{name}}` becomes a bound value, never text. `{{name|identifier}}` becomes a quoted name.

Quotes, comments and dollar-quoted text are recognised, so a parameter in one is refused instead of pasted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .libraries import of_value
from .problems import SqlError, place_at
from .statements import TOKEN, Bound

_FORM = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*(?:\|\s*(\w+)\s*)?\}\}$")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,2}$")
_MOST_VALUES = 10_000


def bind(source: str, variables: Mapping[str, Any], mark: Callable[[str], str]) -> Bound:
    """Replaces each parameter by `mark(key)`; raises `SqlError` with its place."""
    bound, copied = Bound(marks=[(0, 0)]), 0
    for token in TOKEN.finditer(source):
        if token["block"]:
            raise _refusal(
                source, token.start(), "`{% … %}` is not supported. Build the SQL in parts, or use parameters."
            )
        if token["skip"] and token["skip"].startswith(("'", '"', "`")) and re.search(r"\{\{\s*\w+", token["skip"]):
            raise _refusal(
                source, token.start(), "A parameter inside quotes cannot be bound. Write {{name}} without the quotes."
            )
        if not token["parameter"]:
            continue
        bound.sql += source[copied : token.start()]
        bound.sql += _replacement(bound, source, token, variables, mark)
        copied = token.end()
        bound.marks.append((len(bound.sql), copied))
    bound.sql += source[copied:]
    return bound


def _replacement(
    bound: Bound, source: str, token: re.Match[str], variables: Mapping[str, Any], mark: Callable[[str], str]
) -> str:
    found = _FORM.match(token[0])
    if found is None or found[2] not in (None, "identifier"):
        raise _refusal(source, token.start(), "Write a parameter as {{name}} or {{name|identifier}}.")
    name = found[1]
    if name not in variables:
        raise _refusal(source, token.start(), f"The variable `{name}` is not defined. Assign it before this cell.")
    bound.names.add(name)
    value = _plain(variables[name])
    if found[2] == "identifier":
        if type(value) is not str or not _IDENTIFIER.match(value):
            words = "letters, digits and _, with dots between at most three parts"
            raise _refusal(source, token.start(), f"The value of `{name}` is no plain identifier: {words}.")
        return ".".join(f'"{part}"' for part in value.split("."))
    if not isinstance(value, (list, tuple, set, frozenset)):
        return _mark(bound, value, mark)
    items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else list(value)
    if not 0 < len(items) <= _MOST_VALUES:
        raise _refusal(source, token.start(), f"`{name}` has {len(items)} values. Pass 1 to {_MOST_VALUES}.")
    return f"({', '.join(_mark(bound, _plain(item), mark) for item in items)})"


def _mark(bound: Bound, value: Any, mark: Callable[[str], str]) -> str:
    key = f"p{len(bound.values)}"
    bound.values[key] = value
    return mark(key)


def _plain(value: Any) -> Any:
    """A scalar of a library's as Python's; a path as text."""
    library = of_value(value)
    if library is not None and library.plain is not None:
        return library.plain(value)
    return str(value) if hasattr(value, "__fspath__") else value


def _refusal(source: str, offset: int, message: str) -> SqlError:
    return SqlError(message, place_at(source, offset), source)
