"""httpx: what its objects fill in when they are asked."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("httpx", lazy_attributes=frozenset(("_encoding",)))
