"""numpy: arrays as tables, and scalars and arrays as parameters."""

from __future__ import annotations

from typing import Any

from ..library import SqlLibrary


def _plain(value: Any) -> Any:
    return value.item() if getattr(value, "ndim", None) == 0 else value.tolist()


LIBRARY = SqlLibrary("numpy", frozenset(("ndarray",)), plain=_plain)
