"""How files were before programs ran: a bounded look at a folder, and at what a command names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from .own_record import is_own_record, is_part

_MOST = 5000
_SECONDS = 0.2
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages"))
_MOST_FILES = 200

Mark = tuple[int, int, int]
"""Time of change, size, inode."""


@dataclass
class Changes:
    """Absolute paths. `why_incomplete`: None where everything was looked at."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    why_incomplete: str | None = None


class Snapshot:
    """Of a folder with what is below it, hidden folders and those of packages left out, and of single paths."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._marks, self._why = _look(folder)
        self._named: dict[str, Mark | None] = {}

    def add(self, paths: Iterable[str]) -> None:
        """Files, or folders with the files in them, as they are now."""
        for path in paths:
            for one in _with_entries(path):
                if one not in self._marks:
                    self._named.setdefault(one, _mark(one))

    def changes(self) -> Changes:
        now, why = _look(self._folder)
        named = {one for path in self._named for one in _with_entries(path)}
        before: dict[str, Mark | None] = {**self._named, **self._marks}
        after: dict[str, Mark | None] = {**{path: _mark(path) for path in named}, **now}
        found = Changes(why_incomplete=self._why or why)
        is_whole = found.why_incomplete is None
        for path, mark in after.items():
            # Beyond the bound a path may be new to the look only.
            is_known = path in before or is_whole or path in self._named
            if mark is not None and is_known and before.get(path) != mark and not _is_noise(path):
                found.written.append(path)
        gone = [path for path, mark in before.items() if mark is not None and after.get(path) is None]
        found.removed = [path for path in gone if not os.path.lexists(path) and not _is_noise(path)]
        if len(found.written) > _MOST_FILES:
            found.why_incomplete = f"{len(found.written)} files changed, of which {_MOST_FILES} are recorded"
            del found.written[_MOST_FILES:]
        del found.removed[_MOST_FILES:]
        return found


def _is_noise(path: str) -> bool:
    """The notebook is saved while it runs."""
    return path.endswith((".ipynb", ".pyc", "~")) or is_own_record(path) or is_part(path)


def _mark(path: str) -> Mark | None:
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return None
    if not os.path.isfile(path):
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _with_entries(path: str) -> list[str]:
    """The path, or the files of the folder that it names."""
    if not os.path.isdir(path):
        return [path]
    try:
        with os.scandir(path) as entries:
            return [entry.path for entry in entries if entry.is_file()][:_MOST]
    except OSError:
        return []


def _look(folder: str) -> tuple[dict[str, Mark], str | None]:
    found: dict[str, Mark] = {}
    waiting, until, looked_at = [folder], perf_counter() + _SECONDS, 0
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    looked_at += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting += [entry.path] if _is_looked_at(entry.name, entry.path) else []
                    elif entry.is_file():
                        facts = entry.stat()
                        found[entry.path] = facts.st_mtime_ns, facts.st_size, facts.st_ino
        except OSError:
            continue
        if looked_at > _MOST or perf_counter() > until:
            return found, f"the working folder holds more than can be looked at ({_MOST} entries)"
    return found, None


def _is_looked_at(name: str, path: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED and not os.path.exists(os.path.join(path, "pyvenv.cfg"))
