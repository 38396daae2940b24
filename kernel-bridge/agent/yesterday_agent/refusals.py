"""Refuses effects in a kernel that nothing isolates, while recorded code runs again in it.

Python asks the audit hook before it opens, removes, connects or starts something; what is refused raises
`PermissionError`. Code in C does not ask: the server runs such code only where a rehearsal or the record shows that it
has no effects.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = frozenset(
    (
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.spawn",
        "os.posix_spawn",
        "os.forkpty",
        "os.startfile",
        "pty.spawn",
    )
)
_ONE_PATH = frozenset(
    {"os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.utime", "os.chflags"}.union(
        {"os.setxattr", "os.removexattr", "shutil.rmtree"}
    )
)
_TWO_PATHS = frozenset(("os.rename", "os.link", "os.symlink", "shutil.move"))
_IN_C = frozenset(("open", "open64", "openat", "creat", "fopen", "fopen64", "unlink", "unlinkat", "rename", "renameat"))
_IN_C |= frozenset(
    ("system", "execve", "execv", "execvp", "posix_spawn", "posix_spawnp", "popen", "connect", "truncate")
)

_state: dict[str, Any] = {"rules": None, "is_hooked": False}


def refuse(writable: list[str], programs: bool, network: bool) -> None:
    """From now on, until `allow`. `writable`: folders to which files may be written; `programs` and `network`: whether
    they are allowed."""
    folders = [os.path.realpath(folder) for folder in writable]
    _state["rules"] = (tuple(folder.rstrip(os.sep) + os.sep for folder in folders), programs, network)
    if not _state["is_hooked"]:
        _state["is_hooked"] = True
        sys.addaudithook(_hook)


def allow() -> None:
    _state["rules"] = None


def _hook(event: str, args: tuple[Any, ...]) -> None:
    rules = _state["rules"]
    if rules is None:
        return
    writable, programs, network = rules
    if event in _PROGRAMS:
        if not programs:
            raise PermissionError(f"a replay without isolation starts no program: {_first(args)}")
    elif event == "socket.connect":
        if not network and isinstance(args[1], tuple):
            raise PermissionError(f"a replay without isolation sends nothing: {args[1][0]}:{args[1][1]}")
    elif event == "ctypes.dlsym":
        if args[1] in _IN_C:
            raise PermissionError(f"a replay without isolation calls no {args[1]} of the system's library")
    else:
        for path in _written(event, args):
            if not _may_write(path, writable):
                raise PermissionError(f"a replay without isolation does not write {path}")


def _first(args: tuple[Any, ...]) -> str:
    return str(args[0])[:200] if args else ""


def _written(event: str, args: tuple[Any, ...]) -> list[str]:
    if event == "open":
        path, mode, flags = args
        writes = any(char in mode for char in "wax+") if isinstance(mode, str) else bool(flags & _WRITES)
        return _paths((path,)) if writes else []
    if event in _ONE_PATH:
        return _paths(args[:1])
    return _paths(args[:2]) if event in _TWO_PATHS else []


def _paths(values: tuple[Any, ...]) -> list[str]:
    """What is a descriptor was opened before, and asked for then."""
    named = [value for value in values if isinstance(value, (str, bytes)) or hasattr(value, "__fspath__")]
    return [os.path.realpath(os.fsdecode(os.fspath(value))) for value in named]


def _may_write(path: str, writable: tuple[str, ...]) -> bool:
    if path.startswith((*writable, "/dev/", "/proc/self/", _cache())) or path + os.sep in writable:
        return True
    # A new file in the temporary folder belongs to no other program.
    return path.startswith(os.path.realpath(tempfile.gettempdir()) + os.sep) and not os.path.lexists(path)


def _cache() -> str:
    home = os.path.expanduser("~")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "")
