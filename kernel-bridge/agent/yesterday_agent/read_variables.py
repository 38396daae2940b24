"""Which environment variables the user's code read, with digests of the values that the process was started with.

`os.environ` looks a variable up in a dictionary of its own; a subclass of `dict` in its place notes the names. Reads
count if the user's code made them: by itself, by `os.path.expandvars` and its like, or by a library that it called.
Not counted: reads of the standard library, of imports of libraries, and of code that copies the whole environment.

Invariant: no frame of ours is on the stack when `os.environ` raises, and no value leaves the process.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from types import FrameType
from typing import Any

from .digests import text_digest
from .secrecy import concealed
from .userland import MACHINERY, is_user_path

MOST = 1_000
"""Names that are recorded in a kernel's life."""
_PASSED_ON = frozenset(("os", "collections", "string", "configparser"))
_FRAMES = 50


class VariableReads:
    """The names that were read, and the environment from outside."""

    def __init__(self, outside: dict[str, str]) -> None:
        self._outside = outside
        self._digests: dict[str, str | None] = {}

    def note(self, name: str) -> None:
        if name not in self._digests and len(self._digests) < MOST:
            self._digests[name] = self._digest(name)

    def _digest(self, name: str) -> str | None:
        value = self._outside.get(name)
        return None if value is None else concealed(value, text_digest(value))

    def facts(self) -> dict[str, str | None]:
        """By name the digest of the value, keyed if it holds a secret; None where the variable was not set."""
        return dict(self._digests)


class _Watched(dict[Any, Any]):
    """The dictionary behind `os.environ`."""

    reads: VariableReads
    listed: set[Any]
    """Keys that an iteration returned and whose values were not read yet."""

    def __getitem__(self, key: Any) -> Any:
        with contextlib.suppress(Exception):
            if key in self.listed:
                self.listed.discard(key)
            elif _is_of_user(sys._getframe(1)):
                self.reads.note(os.fsdecode(key))
        return dict.__getitem__(self, key)


def watch() -> VariableReads:
    """Watches the environment of this process, once."""
    environ: Any = os.environ
    data = getattr(environ, "_data", None)
    if isinstance(data, _Watched):
        return data.reads
    reads = VariableReads(dict(os.environ))
    if type(data) is dict:
        watched = _Watched(data)
        watched.reads, watched.listed = reads, set()
        _note_iterations(environ, watched)
        environ._data = watched
        if os.supports_bytes_environ:
            os.environb._data = watched  # type: ignore[attr-defined]
    return reads


def _note_iterations(environ: Any, watched: _Watched) -> None:
    """An iteration decodes each key: then the value is read because all are."""
    decode = environ.decodekey

    @functools.wraps(decode)
    def decodekey(key: Any) -> Any:
        watched.listed.add(key)
        return decode(key)

    environ.decodekey = decodekey


def _is_of_user(frame: FrameType | None) -> bool:
    """Whether the user's code, or a library that it called, reads the variable."""
    is_first = True
    for _ in range(_FRAMES):
        if frame is None:
            return False
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if package == "__main__":
            return True
        if package not in _PASSED_ON and frame.f_code.co_name != "expandvars":
            is_library = package in sys.stdlib_module_names or package in MACHINERY
            if not is_library and is_user_path(frame.f_code.co_filename):
                return True
            if (is_first and is_library) or frame.f_code.co_filename.startswith("<frozen importlib"):
                return False
            is_first = False
        frame = frame.f_back
    return False
