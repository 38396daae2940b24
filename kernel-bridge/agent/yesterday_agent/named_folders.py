"""Folders and patterns of files that code names to readers written in C, as `read_parquet('ds')` does."""

from __future__ import annotations

import os
from collections.abc import Iterable
from glob import has_magic, iglob
from itertools import islice

from .folder_manifests import FolderUse, note_listing, walked
from .gathering import GATHER
from .named_files import quoted_parts, reads_folder
from .own_record import is_own_record

_LOOKS_OR_MAKES = frozenset(("exists", "isdir", "is_dir", "makedirs", "mkdir"))
_LONGEST = 1_000


def may_read_folders(calls: Iterable[str]) -> bool:
    """Whether a folder that the code names was read, and not only looked for."""
    every = set(calls)
    return any(map(reads_folder, every)) and every.isdisjoint(_LOOKS_OR_MAKES)


def patterns_in(texts: Iterable[str]) -> list[str]:
    """Absolute patterns that match files, from texts and the quoted parts of longer ones."""
    found: set[str] = set()
    for text in texts:
        found.update(part for part in (text, *quoted_parts(text)) if _is_pattern(part))
    every = sorted({os.path.abspath(part) for part in found})
    return [pattern for pattern in every if os.path.isdir(base_of(pattern)) and files_matching(pattern, 1)]


def _is_pattern(text: str) -> bool:
    is_short = len(text) < _LONGEST and "\n" not in text and "\0" not in text
    return is_short and has_magic(text) and ("/" in text or "." in text)


def base_of(pattern: str) -> str:
    """The folder before the first wildcard."""
    parts = pattern.split(os.sep)
    fixed = next(place for place, part in enumerate(parts) if has_magic(part))
    return os.sep.join(parts[:fixed]) or os.sep


def files_matching(pattern: str, most: int) -> list[str]:
    """The first files, where there are more."""
    found = (path for path in iglob(pattern, recursive=True) if os.path.isfile(path) and not is_own_record(path))
    return sorted(islice(found, most))


def files_in(folder: str, most: int) -> list[str]:
    """As `files_matching`, of the folder and those below it."""
    return sorted(islice(walked(folder), most))


def named_folder(folder: str, pattern: str | None, held: list[str], ended: float) -> FolderUse:
    """What may have been read: all of the folder, or what matches. `held`: the files, if they are few."""
    seen = FolderUse(folder, ended=ended, edge="static", reason="named in code that ran")
    if len(held) > GATHER:
        seen.walked = pattern or folder
        return seen
    for path in held:
        note_listing(seen, os.path.dirname(path), pattern)
    return seen
