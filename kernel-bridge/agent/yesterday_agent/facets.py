"""What a variable is beyond its type, for the log's comparisons and for receipts: numbers, models, their parameters.

Read by the library's own methods, called on the library's own classes: nothing of the user's is run.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from .kinds import module_of
from .preview import of_library

_EXACT = 2**53
_PARAMS = 100


def facets(value: Any) -> dict[str, Any] | None:
    """`{"number": n}`, or `{"model": {"class", "params", …}}`; None for all else."""
    number = _number(value)
    if number is not None:
        return {"number": number}
    model = _estimator(value) or _module(value) or _optimizer(value)
    return None if model is None else {"model": model}


def _number(value: Any) -> int | float | None:
    """Finite, and an integer only where JSON keeps it exact."""
    if of_library(value, "numpy", "generic"):
        value = value.item()
    if type(value) is int:
        return value if abs(value) < _EXACT else None
    if issubclass(type(value), float):
        plain = float.__float__(value)
        return plain if math.isfinite(plain) else None
    return None


def _plain(values: dict[Any, Any]) -> dict[str, Any]:
    """The members that JSON can hold as they are."""
    kept = {str(key): item for key, item in list(values.items())[:_PARAMS] if _is_plain(item)}
    return {
        key: item if not isinstance(item, float) or math.isfinite(item) else repr(item) for key, item in kept.items()
    }


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float) or (type(value) is str and len(value) <= 200)


def _named(value: Any, **more: Any) -> dict[str, Any]:
    kind = type(value)
    return {"class": f"{module_of(kind)}.{kind.__qualname__}", **more}


def _estimator(value: Any) -> dict[str, Any] | None:
    """scikit-learn's own estimators; one of the user's may do anything in `get_params`."""
    if not module_of(type(value)).startswith("sklearn.") or not hasattr(type(value), "get_params"):
        return None
    fitted = sorted(name for name in vars(value) if name.endswith("_") and not name.startswith("_"))
    return _named(value, params=_plain(value.get_params(deep=False)), fitted=fitted[:_PARAMS])


def _module(value: Any) -> dict[str, Any] | None:
    """torch modules, the user's too: counted by torch's own code."""
    kind = getattr(sys.modules.get("torch.nn"), "Module", None)
    if kind is None or not issubclass(type(value), kind):
        return None
    return _named(value, parameters=sum(item.numel() for item in kind.parameters(value)))


def _optimizer(value: Any) -> dict[str, Any] | None:
    kind = getattr(sys.modules.get("torch.optim"), "Optimizer", None)
    if kind is None or not issubclass(type(value), kind):
        return None
    groups = value.param_groups
    first = {name: item for name, item in groups[0].items() if name != "params"} if groups else {}
    return _named(value, params=_plain(first))
