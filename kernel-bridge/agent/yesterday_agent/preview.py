"""Short plain-text previews and type facts of values, without running a line of the user's code."""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
from typing import Any

from .kinds import module_of
from .libraries import of_bases
from .secrecy import hidden, hides, mask

LIMIT = 200
_BEYOND = 512
_SAY_THEMSELVES = (
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta),
    *(decimal.Decimal, fractions.Fraction, pathlib.PosixPath, pathlib.WindowsPath),
)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def type_name(value: object) -> str:
    kind = type(value)
    module = module_of(kind)
    if module in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{module.partition('.')[0]}.{kind.__qualname__}"


def preview(value: object) -> str | None:
    """At most 200 characters; None if only its own `__repr__` could show it."""
    text = _text(value, 0)
    return None if text is None else mask(text)[:LIMIT]


def _text(value: object, depth: int) -> str | None:
    kind = type(value)
    if kind is str or kind is bytes:
        # More than is shown: a secret at the end is found whole.
        return repr(value[: LIMIT + _BEYOND])  # type: ignore[index]
    if kind is int:
        return repr(value) if value.bit_length() < 2000 else "a large int"  # type: ignore[attr-defined]
    if kind in _PLAIN:
        return repr(value)
    if kind in (list, tuple, set, frozenset):
        return _items(value, depth)
    if kind is dict:
        return _mapping(value, depth)
    return _scalar(value) or _library(value)


def _scalar(value: Any) -> str | None:
    """Of the standard library and of libraries, which run no code of the user's to say themselves."""
    if type(value) in _SAY_THEMSELVES:
        return str(value)
    return next((text for one in of_bases(type(value)) if one.text and (text := one.text(value)) is not None), None)


def _items(value: Any, depth: int) -> str:
    start, end = ("[", "]") if type(value) is list else ("(", ")") if type(value) is tuple else ("{", "}")
    shown = [] if depth > 2 else [_text(item, depth + 1) or type_name(item) for item in list(value)[:10]]
    more = ", …" if len(value) > len(shown) else ""
    return f"{start}{', '.join(shown)}{more}{end}"


def _mapping(value: Any, depth: int) -> str:
    pairs = [] if depth > 2 else list(value.items())[:10]
    shown = [
        f"{_text(key, depth + 1) or type_name(key)}: {_item(key, item, depth) or type_name(item)}"
        for key, item in pairs
    ]
    more = ", …" if len(value) > len(shown) else ""
    return "{" + ", ".join(shown) + more + "}"


def _item(key: object, item: object, depth: int) -> str | None:
    if type(key) is str and hides(key, item):
        return hidden(item)
    return _text(item, depth + 1)


def _library(value: Any) -> str | None:
    facts = shape(value)
    if facts:
        return f"{type_name(value)} {' by '.join(str(size) for size in facts)}"
    return None


def shape(value: Any) -> list[int] | None:
    """Rows and columns, array dimensions, or the length of a plain container."""
    if type(value) in (list, tuple, dict, set, frozenset):
        return [len(value)]
    return next((found for one in of_bases(type(value)) if one.shape and (found := one.shape(value)) is not None), None)


def schema(value: Any) -> list[list[str]] | None:
    """A frame's columns with their types, at most 200."""
    return next(
        (found for one in of_bases(type(value)) if one.schema and (found := one.schema(value)) is not None), None
    )
