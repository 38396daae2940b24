"""What a variable is beyond its type, for the log's comparisons and for receipts: numbers, models, their parameters.

Read by the library's own methods, called on the library's own classes: nothing of the user's is run.
"""

from __future__ import annotations

import math
from typing import Any

from .kinds import module_of
from .libraries import of_bases

_EXACT = 2**53
MOST_PARAMS = 100


def facets(value: Any) -> dict[str, Any] | None:
    """`{"number": n}`, or `{"model": {"class", "params", …}}`; None for all else."""
    number = _number(value)
    if number is not None:
        return {"number": number}
    model = next((found for one in of_bases(type(value)) if one.model and (found := one.model(value))), None)
    return None if model is None else {"model": model}


def _number(value: Any) -> int | float | None:
    """Finite, and an integer only where JSON keeps it exact."""
    items = (item for one in of_bases(type(value)) if one.number and (item := one.number(value)) is not None)
    value = next(items, value)
    if type(value) is int:
        return value if abs(value) < _EXACT else None
    if issubclass(type(value), float):
        plain = float.__float__(value)
        return plain if math.isfinite(plain) else None
    return None


def plain(values: dict[Any, Any]) -> dict[str, Any]:
    """The members that JSON can hold as they are."""
    kept = {str(key): item for key, item in list(values.items())[:MOST_PARAMS] if _is_plain(item)}
    return {
        key: item if not isinstance(item, float) or math.isfinite(item) else repr(item) for key, item in kept.items()
    }


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float) or (type(value) is str and len(value) <= 200)


def named(value: Any, **more: Any) -> dict[str, Any]:
    """A model by its class, with what a library says beyond that."""
    kind = type(value)
    return {"class": f"{module_of(kind)}.{kind.__qualname__}", **more}
