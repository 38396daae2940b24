"""Which paths belong to the history itself: they are no inputs and no results of a run.

The one place for all watchers: the audit hook, listings, patterns, modules, readers in C and changes behind the hook.
"""

from __future__ import annotations

import os

FOLDER = ".yesterday"
_INSIDE = f"{os.sep}{FOLDER}{os.sep}"
_SCRATCH = f"{_INSIDE}scratch{os.sep}"
_NAMED = f"{FOLDER}/".encode()
_LOOKED_AT = 1024 * 1024


_HISTORY = ("history.db", "key", "objects", "workspace.json")
"""Members of a history, of which each has some."""


def _user_place(folder: str) -> str | None:
    """The place of the user's files below a folder with the name of a history, if `folder` is within one.

    Where a replay works, or a project below such a folder that is no history.
    """
    before, found, rest = f"{folder}{os.sep}".partition(_SCRATCH)
    if found:
        return f"{before}{found}{rest.partition(os.sep)[0]}{os.sep}"
    before, found, _ = f"{folder}{os.sep}".rpartition(_INSIDE)
    if not found or any(os.path.lexists(f"{before}{found}{name}") for name in _HISTORY):
        return None
    return f"{before}{found}"


_OURS = _user_place(os.getcwd())


def is_part(path: str) -> bool:
    """Whether a child process writes its part of a record there (`workers/part.py`), wherever the kernel spools. A
    kernel that a recorded cell starts is such a child, and has a record of its own."""
    if not path.endswith(_PART):
        return False
    folder, name = os.path.split(path)
    return folder.endswith(_WORKERS) and not name[: -len(_PART)].strip("0123456789.~")


_PART = ".part"
_WORKERS = f"{os.sep}workers"


def is_own_record(path: str) -> bool:
    """Whether an absolute path is a `.yesterday` folder or leads into one."""
    inside = path[len(_OURS) - 1 :] if _OURS is not None and path.startswith(_OURS) else path
    return _INSIDE in f"{inside}{os.sep}"


def names_own_record(path: str) -> bool:
    """Whether a file names members of such a folder, as archives do at their beginning or end."""
    with open(path, "rb") as handle:
        if _NAMED in handle.read(_LOOKED_AT):
            return True
        handle.seek(max(0, os.path.getsize(path) - _LOOKED_AT))
        return _NAMED in handle.read(_LOOKED_AT)
