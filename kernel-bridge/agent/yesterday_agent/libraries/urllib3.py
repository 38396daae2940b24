"""urllib3: its connections get recorded answers in a replay, as those of `http.client` below them."""

from __future__ import annotations

from ..library import Library

LIBRARY = Library("urllib3", http_connections={"urllib3.connection": ("HTTPConnection", "HTTPSConnection")})
