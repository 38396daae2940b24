"""scipy: matrices and interpolators by their attributes."""

from __future__ import annotations

from ..kinds import begins_native
from ..library import Library

LIBRARY = Library(
    "scipy",
    is_constant=lambda value: begins_native(type(value)),
    lazy_attributes=frozenset(
        ("_has_canonical_format", "_has_sorted_indices", "_transform", "_vertex_to_simplex", "_neighbor_vertices")
    ),
)
