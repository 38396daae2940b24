"""scikit-learn: estimators by their attributes; what they fit in C is made again by each fit."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

from ..accesses import FITS, Access
from ..facets import MOST_PARAMS, named, plain
from ..graph import Node
from ..kinds import begins_native, module_of
from ..library import Library
from ..narrowing import Path
from ..part_names import WHOLE


def _model(value: Any) -> dict[str, Any] | None:
    """Of scikit-learn's own estimators; one of the user's may do anything in `get_params`."""
    if not module_of(type(value)).startswith("sklearn.") or not hasattr(type(value), "get_params"):
        return None
    fitted = sorted(name for name in vars(value) if name.endswith("_") and not name.startswith("_"))
    return named(value, params=plain(value.get_params(deep=False)), fitted=fitted[:MOST_PARAMS])


def _narrow(node: Node, access: Access) -> list[Path] | None:
    if _clones(node, access):
        return [Path((name,)) for name in node.parts if name.startswith(".") and not name.endswith("_")]
    if _refits(node, access):
        return [Path((WHOLE,), deep=False), *(Path((f".{name}",)) for name in _parameters(node.kind))]
    return None


def _clones(node: Node, access: Access) -> bool:
    """`clone` takes the parameters, and nothing that was fitted (those names end in `_`)."""
    is_clone = access.verb == "argument" and access.callee.rpartition(".")[2] == "clone"
    return is_clone and module_of(node.kind).startswith("sklearn.")


def _refits(node: Node, access: Access) -> bool:
    """`fit` and its like start again, but for a `warm_start`."""
    is_fit = access.verb == "call" and access.part in FITS and module_of(node.kind).startswith("sklearn.")
    return is_fit and bool(_parameters(node.kind)) and node.parts.get(".warm_start") in (None, ("bool", False))


def _refitted(node: Node, accesses: Collection[Access]) -> set[str]:
    if not any(_refits(node, access) for access in accesses):
        return set()
    return {part for part in node.parts if part.startswith(".")} - {f".{name}" for name in _parameters(node.kind)}


@functools.lru_cache(maxsize=256)
def _parameters(kind: type) -> tuple[str, ...]:
    """Of an estimator; none where it is made of others, which are fitted with it."""
    code = getattr(getattr(kind, "__init__", None), "__code__", None)
    names = () if code is None else code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return () if not _MADE_OF_OTHERS.isdisjoint(names) else names


_MADE_OF_OTHERS = frozenset(("steps", "transformers", "transformer_list", "estimators"))


LIBRARY = Library(
    "sklearn",
    # Trees of a forest and of neighbours: another fit makes others.
    is_constant=lambda value: begins_native(type(value)),
    model=_model,
    narrow=_narrow,
    refitted=_refitted,
    lazy_attributes=frozenset(("_n_feature_outs", "_stop_words_id")),
)
