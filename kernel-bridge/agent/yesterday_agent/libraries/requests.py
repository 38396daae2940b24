"""requests: what it gives of an answer takes the place of what went over the wire."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("requests", answers={"Response": "content"})
