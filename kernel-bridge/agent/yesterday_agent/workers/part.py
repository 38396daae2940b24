"""The part of a record that one child process writes: lines of JSON, appended to a file of its own.

Each line is on its way to the disk before the child goes on, so a killed child leaves what it had done. The file is
opened for each line: a child may close every descriptor that it inherited.
"""

from __future__ import annotations

from _thread import get_ident
from os import O_APPEND, O_CREAT, O_EXCL, O_WRONLY, close, getpid, getppid, open, write
from time import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PART_BYTES = 4 * 1024 * 1024
SUFFIX = ".part"
_MOST_TWINS = 100
_LAST = frozenset(("end", "error", "role"))
"""What is written beyond the bound."""

try:
    from _json import encode_basestring_ascii as _quoted
except ImportError:
    from json import dumps as _quoted


class Part:
    """One file. `name` is unique among all processes of the kernel; `order` is that of the present run."""

    def __init__(self, folder: str, name: str, how: str, order: int) -> None:
        self.busy: set[int] = set()
        """Threads that write, whose own opening of the file is no event."""
        self._left = PART_BYTES
        self._is_full = False
        self._path = self._created(folder, name)
        self.name = self._path[len(folder) + 1 : -len(SUFFIX)]
        self.note("start", how, getpid(), getppid(), order)

    def _created(self, folder: str, name: str) -> str:
        """The programs of one shell line are started under one name."""
        mine = get_ident()
        self.busy.add(mine)
        try:
            for twin in range(1, _MOST_TWINS):
                path = f"{folder}/{name}{'' if twin == 1 else f'~{twin}'}{SUFFIX}"
                try:
                    close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600))
                except FileExistsError:
                    continue
                return path
        finally:
            self.busy.discard(mine)
        raise FileExistsError(name)

    def note(self, kind: str, *values: Any) -> None:
        """Appends one event. Where the folder is gone, its kernel is too."""
        line = f'["{kind}",{time()!r}{"".join(f",{_json(one)}" for one in values)}]\n'.encode()
        if len(line) > self._left and kind not in _LAST:
            if self._is_full:
                return
            self._is_full, line = True, f'["full",{time()!r}]\n'.encode()
        self._left -= len(line)
        self._append(line)

    def _append(self, line: bytes) -> None:
        mine = get_ident()
        was_busy = mine in self.busy
        self.busy.add(mine)
        try:
            handle = open(self._path, O_WRONLY | O_APPEND)
            try:
                write(handle, line)
            finally:
                close(handle)
        except OSError:
            return
        finally:
            if not was_busy:
                self.busy.discard(mine)


def _json(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return str(_quoted(value))
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_json, value))}]"
    return repr(int(value))
