"""rpds: its collections never change."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("rpds", is_constant=lambda value: True)
