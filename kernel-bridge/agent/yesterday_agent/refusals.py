"""Refuses effects in a kernel that nothing isolates, while recorded code runs again in it.

Python asks the audit hook before it opens, removes, connects or starts something; what is refused raises
`PermissionError`. Code in C does not ask: the server runs such code only where a rehearsal or the record shows that it
has no effects.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

from .secrecy import mask

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


_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "fish", "cmd.exe"))
_OPERATORS = frozenset(";|&<>`$\n")
_LONGEST = 500


def refuse(writable: list[str], programs: bool | list[str], network: bool | list[str]) -> None:
    """From now on, until `allow`. `writable`: folders to which files may be written; `programs`: commands, or names of
    their programs, that may start; `network`: hosts that may be reached. True allows all."""
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
        if not _may_start(event, args, programs):
            raise PermissionError(
                f"a replay without isolation starts only what is allowed: {_command(event, args)[:200]}"
            )
    elif event == "socket.connect":
        if isinstance(args[1], tuple) and not _may_reach(str(args[1][0]), network):
            raise PermissionError(f"a replay without isolation sends only where allowed: {args[1][0]}:{args[1][1]}")
    elif event == "ctypes.dlsym":
        if args[1] in _IN_C:
            raise PermissionError(f"a replay without isolation calls no {args[1]} of the system's library")
    else:
        for path in _written(event, args):
            if not _may_write(path, writable):
                raise PermissionError(f"a replay without isolation does not write {path}")


def _may_start(event: str, args: tuple[Any, ...], programs: bool | list[str]) -> bool:
    if isinstance(programs, bool) or not programs:
        return bool(programs)
    # The program is known when the child calls `exec`, which asks again.
    if event in ("os.forkpty", "pty.spawn"):
        return True
    text = _command(event, args)
    if mask(text)[:_LONGEST] in programs:
        return True
    words = text.split()
    return _OPERATORS.isdisjoint(text) and bool(words) and os.path.basename(words[0]) in programs


def _command(event: str, args: tuple[Any, ...]) -> str:
    """As receipts name it: what a shell reads, else all words."""
    place = {"subprocess.Popen": 1, "os.exec": 1, "os.posix_spawn": 1, "os.spawn": 2}.get(event, 0)
    words = args[place] if len(args) > place else ""
    shown = [os.fsdecode(word) for word in (words if isinstance(words, (list, tuple)) else [words])]
    shells = {*_SHELLS, os.path.basename(os.environ.get("SHELL") or "sh")}
    is_shell = len(shown) == 3 and shown[1] == "-c" and os.path.basename(shown[0]) in shells
    return shown[2] if is_shell else " ".join(shown)


def _may_reach(address: str, network: bool | list[str]) -> bool:
    if isinstance(network, bool):
        return network
    return address in network or address in _addresses(network)


def _addresses(hosts: Iterable[str]) -> set[str]:
    found = set[str]()
    for host in hosts:
        try:
            found |= {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
        except OSError:  # It has no address now, so nothing connects to it.
            continue
    return found


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
