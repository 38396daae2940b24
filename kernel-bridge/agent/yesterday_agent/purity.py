"""Uses of a value that certainly leave it as it was, so that a large one is not looked through again.

Only exact library and built-in types count: a subclass may do anything in any method.
"""

from __future__ import annotations

from collections.abc import Collection

from . import libraries
from .accesses import Access
from .userland import is_user_class

_SIZE_ONLY = frozenset({"len", "type", "id", "isinstance", "bool", "callable"})
_FACTS = frozenset([".shape", ".dtype", ".dtypes", ".size", ".ndim", ".nbytes"])
_CALLS: dict[type, frozenset[str]] = {
    list: frozenset({".index", ".count"}),
    dict: frozenset[str](),
    set: frozenset[str](),
}


def surely_unchanged(value: object, accesses: Collection[Access]) -> bool:
    """True only where none of these uses can change the value or hand it on."""
    kind = type(value)
    library = libraries.of_kind(kind)
    calls = _CALLS.get(kind) if library is None else library.harmless_calls.get(kind.__qualname__)
    return calls is not None and all(_harmless(access, calls) for access in accesses)


def _harmless(access: Access, calls: frozenset[str]) -> bool:
    if access.verb == "argument":
        return access.callee in _SIZE_ONLY
    if access.verb == "call":
        return access.part in calls
    return access.verb == "read" and access.part in _FACTS


_ASKS = frozenset(
    [
        *(".predict", ".predict_proba", ".predict_log_proba", ".decision_function", ".score", ".score_samples"),
        *(".transform", ".inverse_transform", ".get_params", ".get_feature_names_out"),
    ]
)
"""Methods that by a convention of many libraries leave an estimator as it is."""
_STEPS = ("fetchone", "fetchmany", "insert", "create", "execute", "close", "to_")
"""Begin the methods of a relation that take rows off it or put them elsewhere."""


def only_asks(kind: type, accesses: Collection[Access]) -> bool:
    """Whether a library's estimator, which may keep what it learned out of sight, or a relation, is only asked."""
    if kind.__name__ == "DuckDBPyRelation":
        return all(access.verb in ("call", "read") and not access.part[1:].startswith(_STEPS) for access in accesses)
    return not is_user_class(kind) and _only_calls(accesses, _ASKS)


def only_draws(kind: type, accesses: Collection[Access]) -> bool:
    """Whether what a library draws is put on paper or on the screen, or asked for what is only then laid out, and
    nothing else."""
    library = libraries.of_kind(kind)
    return library is not None and library.only_lays_out is not None and library.only_lays_out(accesses)


def _only_calls(accesses: Collection[Access], methods: Collection[str]) -> bool:
    return all(access.verb == "call" and access.part in methods for access in accesses)
