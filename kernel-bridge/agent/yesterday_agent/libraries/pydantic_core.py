"""pydantic's core: validators and serializers never change."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("pydantic_core", is_constant=lambda value: True)
