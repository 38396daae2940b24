"""The variables of the notebook for the panel: what each is, and the run that last wrote it.

A caller says which revision it knows and gets what differs from it. Nothing is looked at until a caller asks, and
asking leaves no trace in the record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from .addresses import address
from .describe import Entry, describe
from .record import Record
from .secrecy import hidden, hides

MOST = 5_000
"""Variables in one listing."""
SECONDS = 0.5
"""After this time the rest of a listing has types alone."""
_FRESH_SECONDS = 0.25
"""During a run a listing that is younger is given again."""


class Named(Entry, total=False):
    """An entry with its name, and the run and cell that wrote it last. `running`: the present run wrote it."""

    name: str
    run: str | None
    cell: str | None
    running: bool


class Changes(TypedDict):
    """What differs from the revision that a caller knows; `whole` where it knew none of this kernel's."""

    list: str
    revision: int
    whole: bool
    changed: list[Named]
    removed: list[str]
    left: int
    running: bool


@dataclass(frozen=True)
class Writer:
    """The run that last wrote a variable, and its cell."""

    run: str
    cell: str | None


class Writers:
    """By name the run that last bound a variable or changed what it is bound to."""

    def __init__(self) -> None:
        self._by_name: dict[str, Writer] = {}

    def note(self, record: Record) -> None:
        """A run has ended with this record."""
        writer = Writer(record["run"], record["cell"])
        for edge in record["generated"]:
            if edge["kind"] == "variable":
                self._by_name[edge["name"]] = writer

    def get(self, name: str) -> Writer | None:
        return self._by_name.get(name)


class VariableList:
    """The listing of one kernel, shared by all callers."""

    def __init__(
        self,
        namespace: Mapping[str, Any],
        is_listed: Callable[[str], bool],
        writer_of: Callable[[str, int], Writer | None],
        running: Callable[[], Writer | None],
    ) -> None:
        self._namespace = namespace
        self._is_listed = is_listed
        self._writer_of = writer_of
        self._running = running
        self._id = str(time.time_ns())
        self._revision = 0
        self._entries: dict[str, tuple[int, Named]] = {}
        self._removed: dict[str, int] = {}
        self._looked = float("-inf")
        self._left = 0

    def changes(self, known: str | None, since: int) -> Changes:
        """What differs from revision `since` of the listing `known`."""
        running = self._running()
        if running is None or time.monotonic() - self._looked > _FRESH_SECONDS:
            self._look(running)
        whole = known != self._id or since > self._revision
        least = -1 if whole else since
        return {
            "list": self._id,
            "revision": self._revision,
            "whole": whole,
            "changed": [entry for revision, entry in self._entries.values() if revision > least],
            "removed": [] if whole else [name for name, revision in self._removed.items() if revision > least],
            "left": self._left,
            "running": running is not None,
        }

    def one(self, name: str) -> Named | None:
        """A single variable as it is now; None where the notebook has none of this name."""
        if name not in self._namespace or not self._is_listed(name):
            return None
        return self._entry(name, self._namespace[name], self._running())

    def _look(self, running: Writer | None) -> None:
        names = [name for name in list(self._namespace) if type(name) is str and self._is_listed(name)]
        self._left = max(0, len(names) - MOST)
        started, revision = time.monotonic(), self._revision + 1
        seen = False
        for name in names[:MOST]:
            if name not in self._namespace:
                continue
            late = time.monotonic() - started > SECONDS
            entry = self._entry(name, self._namespace[name], running, is_brief=late)
            before = self._entries.get(name)
            if before is None or before[1] != entry:
                self._entries[name] = (revision, entry)
                self._removed.pop(name, None)
                seen = True
        gone = self._entries.keys() - set(names[:MOST])
        self._forget(gone, revision)
        if seen or gone:
            self._revision = revision
        self._looked = time.monotonic()

    def _forget(self, gone: Collection[str], revision: int) -> None:
        for name in gone:
            del self._entries[name]
            self._removed[name] = revision

    def _entry(self, name: str, value: Any, running: Writer | None, is_brief: bool = False) -> Named:
        entry: Named = {"name": name, **({"type": "", "group": "value"} if is_brief else describe(value))}  # type: ignore[typeddict-item]
        if hides(name, value):
            entry["preview"] = hidden(value)
        writer = self._writer_of(name, address(value))
        if writer is None and running is not None:
            entry["running"], writer = True, running
        entry["run"], entry["cell"] = (None, None) if writer is None else (writer.run, writer.cell)
        return entry
