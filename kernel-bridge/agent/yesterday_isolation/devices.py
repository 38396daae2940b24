"""`/dev`, `/proc`, `/sys` and sockets of the isolated program.

`/dev` is private and holds devices without effects, and graphics processors, which computing needs. `/sys` and the
parts of `/proc` that set something up are read-only. Sockets of other programs lead nowhere.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable

from . import system

_PLAIN = ("null", "zero", "full", "random", "urandom", "tty")
_PROCESSORS = ("nvidia", "dri", "kfd", "dxg", "davinci", "accel", "habanalabs", "infiniband")
"""The beginnings of the names of devices that compute."""
_SETTINGS = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")
_SOCKET_FOLDERS = ("/run", "/var/run", "/tmp", "/var/tmp")
_DEPTH = 3
_MOST_SOCKETS = 4000


def make_devices(root: str) -> None:
    """Fills `/dev`. Shared memory is private."""
    folder = os.path.join(root, "dev")
    os.mkdir(folder)
    system.mount("tmpfs", folder, "tmpfs", system.NO_SETUID, "mode=755,size=1m")
    for name in sorted(os.listdir("/dev")):
        if name in _PLAIN or name.startswith(_PROCESSORS):
            _bind_device(f"/dev/{name}", os.path.join(folder, name))
    os.mkdir(os.path.join(folder, "pts"))
    with contextlib.suppress(OSError):
        system.mount("devpts", os.path.join(folder, "pts"), "devpts", 0, "newinstance,ptmxmode=0666,mode=620")
    os.symlink("pts/ptmx", os.path.join(folder, "ptmx"))
    os.mkdir(os.path.join(folder, "shm"))
    system.mount("tmpfs", os.path.join(folder, "shm"), "tmpfs", system.NO_SETUID | system.NO_DEVICES, "mode=1777")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", os.path.join(folder, name))
    os.symlink("/proc/self/fd", os.path.join(folder, "fd"))


def _bind_device(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    system.bind(source, target)


def make_system(root: str) -> None:
    folder = os.path.join(root, "sys")
    os.mkdir(folder)
    system.bind("/sys", folder)
    system.make_read_only(folder)


def make_processes(root: str) -> bool:
    """Mounts `/proc` for the process namespace of the caller. False where only the one of all processes can be had, as
    in a container that masks parts of it."""
    folder = os.path.join(root, "proc")
    try:
        system.mount("proc", folder, "proc", system.NO_SETUID | system.NO_DEVICES)
        is_own = True
    except OSError:
        system.bind("/proc", folder)
        is_own = False
    for name in _SETTINGS:
        place = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            if os.path.lexists(place):
                system.bind(place, place)
                system.make_read_only(place)
    return is_own


def sockets(extra: Iterable[str]) -> set[str]:
    """Unix sockets that other programs listen on: those of this network namespace, those of containers and
    desktops in the usual folders, and `extra`."""
    found = set(extra)
    with contextlib.suppress(OSError), open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as lines:
        found.update(words[7].rstrip("\n") for words in (line.split(" ", 7) for line in lines) if len(words) == 8)
    folders = (*_SOCKET_FOLDERS, os.environ.get("XDG_RUNTIME_DIR", ""), os.path.expanduser("~/.gnupg"))
    for folder in {os.path.realpath(folder) for folder in folders if folder}:
        found.update(_sockets_in(folder))
    found.update(_named_in_environment())
    return {os.path.realpath(path) for path in found if path.startswith("/")}


def _named_in_environment() -> Iterable[str]:
    for name in ("SSH_AUTH_SOCK", "DOCKER_HOST", "CONTAINER_HOST", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SERVER"):
        value = os.environ.get(name, "")
        if "/" in value:
            yield value[value.index("/") :].removeprefix("//").split(",")[0]


def _sockets_in(folder: str) -> Iterable[str]:
    waiting, looked_at = [(folder, 0)], 0
    while waiting and looked_at < _MOST_SOCKETS:
        here, depth = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(here) as entries:
            for entry in entries:
                looked_at += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting += [(entry.path, depth + 1)] if depth < _DEPTH else []
                elif stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode):
                    yield entry.path


def hide_sockets(root: str, paths: Iterable[str]) -> None:
    """Puts the null device in their place."""
    for path in paths:
        place = root + path
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.lstat(place).st_mode):
                system.bind("/dev/null", place)
