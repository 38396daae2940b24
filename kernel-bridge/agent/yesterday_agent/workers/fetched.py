"""What a child process fetched. Loaded once it connects: `urls` brings modules that take time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..urls import Fetch, UrlWatch, hearing


class ChildUrls(UrlWatch):
    """Writes each address down as it is asked for, so that a killed child leaves it."""

    def __init__(self, note: Callable[..., None]) -> None:
        super().__init__()
        self._write = note

    def connects(self, args: tuple[Any, ...]) -> None:
        """The connection during which this was made."""
        self._connects("socket.connect", args)

    def begin(self) -> None:
        """Where a kernel's own watch is in the process, that one hears."""
        if hearing() is None:
            super().begin()

    def note(self, fetch: Fetch) -> None:
        super().note(fetch)
        self._write("url", fetch.address, None, None, f"asked for ({fetch.method})")
