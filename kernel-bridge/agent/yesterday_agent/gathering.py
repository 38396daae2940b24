"""pure. Which folders have an edge in place of their files, where a run read or listed many of them."""

from __future__ import annotations

import os
from collections.abc import Mapping

GATHER = 100
"""A run that reads more files of one folder has one edge to the folder."""
_CHILDREN = 8
"""Where more folders of one parent would have an edge each, the parent has one."""


def gathering_folders(counts: Mapping[str, int], home: str) -> list[str]:
    """The folders, absolute, from how many files were read in each. `home`: the working directory, which with those
    around it counts only what lies directly in it."""
    left = dict(counts)
    for folder in counts:
        while (parent := os.path.dirname(folder)) != folder and parent not in left:
            left[parent] = 0
            folder = parent
    chosen: dict[str, list[str]] = {}
    for folder in sorted(left, key=lambda path: path.count(os.sep) + (path != os.sep), reverse=True):
        parent = os.path.dirname(folder)
        held = chosen.pop(folder, [])
        is_around = _is_around(folder, home)
        if len(held) > _CHILDREN and not is_around:
            held, left[folder] = [folder], 0
        elif left[folder] > GATHER and parent != folder:
            held, left[folder] = [folder, *held], 0
        if parent != folder:
            chosen.setdefault(parent, []).extend(held)
            if not _is_around(parent, home):
                left[parent] += left[folder]
        else:
            chosen[folder] = held
    return sorted(path for held in chosen.values() for path in held)


def folder_of(path: str, folders: list[str]) -> str | None:
    """The innermost of the folders that holds the path."""
    around = [folder for folder in folders if path == folder or path.startswith(folder + os.sep)]
    return max(around, key=len, default=None)


def _is_around(folder: str, home: str) -> bool:
    return f"{home}{os.sep}".startswith(folder.rstrip(os.sep) + os.sep)
