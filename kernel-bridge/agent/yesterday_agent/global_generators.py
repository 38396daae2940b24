"""The generators that a library draws from where code names none: one object each in every process.

Values hold them, as estimators and frozen distributions do. What they hold is the generator itself, whose
state the record has apart (state.py). In a digest and in a pickle it has its name alone; loaded, it is the one that is
there.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from .libraries import GLOBAL_GENERATORS

_PLACES = {"Random": ("random", "_inst"), **GLOBAL_GENERATORS}


def generator_name(value: Any) -> str | None:
    """None for all else."""
    place = _PLACES.get(type(value).__name__)
    if place is None:
        return None
    module, name = place
    return f"{module}.{name}" if getattr(sys.modules.get(module), name, None) is value else None


def generator(name: str) -> Any:
    """The one of this process."""
    if name not in {".".join(place) for place in _PLACES.values()}:
        raise ValueError(f"no generator is named {name}")
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)
