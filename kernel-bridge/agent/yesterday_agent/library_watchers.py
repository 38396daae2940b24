"""The watchers of the libraries that the user has imported, over the runs of one kernel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from . import libraries
from .accesses import Access
from .library import StateWatcher


class LibraryWatchers:
    """Each watcher is made once its library is imported."""

    def __init__(self) -> None:
        self._made: dict[str, list[StateWatcher]] = {}

    def begin(self) -> None:
        for watcher in self._all():
            watcher.begin()

    def finish(
        self, run: str, loads: Mapping[str, Collection[Access]], namespace: Mapping[str, Any]
    ) -> Iterator[tuple[StateWatcher, list[str], bool]]:
        """Each with the runs whose work this one used, and whether this one changed the state."""
        for watcher in self._all():
            yield watcher, *watcher.finish(run, loads, namespace)

    def _all(self) -> Iterator[StateWatcher]:
        for library in libraries.imported():
            if library.watchers:
                made = self._made.get(library.package) or [make() for make in library.watchers]
                yield from self._made.setdefault(library.package, made)
