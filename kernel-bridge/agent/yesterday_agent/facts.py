"""Facts about a version, for display: none of them decides an edge."""

from __future__ import annotations

from typing import Any

from .facets import facets
from .preview import preview, schema, shape, type_name
from .userland import is_atom


def facts(value: Any) -> dict[str, Any]:
    """Type, shape, schema, preview, facets and size in bytes; unknown facts are left out."""
    found: dict[str, Any] = {"type": type_name(value)}
    for name, read in (
        ("shape", shape),
        ("schema", schema),
        ("preview", preview),
        ("facets", facets),
        ("size", _size),
    ):
        try:
            found[name] = read(value)
        except Exception:
            found[name] = None
    return {key: item for key, item in found.items() if item is not None}


def _size(value: Any) -> int | None:
    size = getattr(value, "nbytes", None) if not is_atom(value) and shape(value) else None
    return size if type(size) is int else None
