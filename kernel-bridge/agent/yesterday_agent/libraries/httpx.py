"""httpx: what its objects fill in when they are asked, and how it gives an answer."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("httpx", lazy_attributes=frozenset(("_encoding",)), answers={"Response": "read"})
