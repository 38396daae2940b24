"""SymPy: expressions never change."""

from __future__ import annotations

from ..imported import is_a
from ..library import Library

LIBRARY = Library("sympy", is_constant=lambda value: is_a(value, "sympy", "Basic"))
