"""bubblewrap (https://github.com/containers/bubblewrap), from version 0.11, which has overlays: for systems whose
policy lets it make user namespaces and not any program.

It makes the same layers as `namespaces`. `inside` runs in the sandbox as the parent of the program, and lays files.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

from . import devices, mounts, system
from .config import Config
from .reaping import HANDED_ON, end_by, reap, start_program
from .tree import SEPARATE
from .usage import Usage

_GRAPHICS = ("dri", "kfd", "dxg")
_LOOK_SECONDS = 0.05
_FATAL = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTERM)


def run(config: Config) -> int:
    """Starts bubblewrap and waits for its end; ends it where too much was written."""
    system.end_with_parent(config.parent)
    layers = os.path.join(config.store, "layers-disk")
    os.mkdir(layers, 0o700)
    shown, words = _file_system(config, layers)
    info = os.open(os.path.join(config.store, "info.json"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.set_inheritable(info, True)
    for number in HANDED_ON:
        # bubblewrap and its first process inherit this; `inside` hands signals on.
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen([*_namespaces(config, info), *words, "--", *_inside(config)], close_fds=False)
    os.close(info)
    with open(os.path.join(config.store, "state.json"), "w", encoding="utf-8") as file:
        json.dump({"pid": None, "storage": "disk", "layers": shown, "isExceeded": False}, file)
    return _watch(child, config, layers)


def _watch(child: subprocess.Popen[bytes], config: Config, layers: str) -> int:
    descriptor = os.open(layers, os.O_RDONLY | os.O_DIRECTORY)
    usage = Usage(config.disk_bytes, descriptor)
    while child.poll() is None:
        time.sleep(_LOOK_SECONDS)
        if usage.is_exceeded():
            state = os.path.join(config.store, "state.json")
            with open(state, encoding="utf-8") as file:
                facts = json.load(file)
            with open(state, "w", encoding="utf-8") as file:
                json.dump({**facts, "isExceeded": True}, file)
            child.kill()
    code = child.returncode
    # bubblewrap reports a signal as a shell does; of other codes above 128 programs make little use.
    number = -code if code < 0 else code - 128
    return end_by(number) if number in _FATAL else code


def _namespaces(config: Config, info: int) -> list[str]:
    network = [] if config.network else ["--unshare-net"]
    kinds = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", *network]
    return ["bwrap", *kinds, "--die-with-parent", "--cap-drop", "ALL", "--info-fd", str(info), "--chdir", config.cwd]


def _file_system(config: Config, layers: str) -> tuple[list[dict[str, object]], list[str]]:
    """What is mounted, in the order in which bubblewrap does it; and the layers for the server."""
    every = [mount.path for mount in mounts.read()]
    shown: list[dict[str, object]] = []
    words: list[str] = []
    for entry in sorted(os.scandir("/"), key=lambda entry: entry.name):
        if entry.name in SEPARATE:
            continue
        if entry.is_symlink():
            words += ["--symlink", os.readlink(entry.path), entry.path]
        elif not entry.is_dir() or any(mounts.is_below(path, entry.path) for path in every):
            words += ["--ro-bind", entry.path, entry.path]
        else:
            words += _overlay(entry.path, layers, shown)
    for path in _uncovered(config, shown):
        words += _overlay(path, layers, shown)
    words += ["--dev", "/dev", "--tmpfs", "/dev/shm", "--proc", "/proc", "--ro-bind", "/sys", "/sys"]
    for name in os.listdir("/dev"):
        if name.startswith(("nvidia", *_GRAPHICS)):
            words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    own = tuple(folder + "/" for folder in config.runtime)
    for path in sorted(devices.sockets(())):
        if os.path.exists(path) and not path.startswith(own):
            words += ["--ro-bind", "/dev/null", path]
    for path in config.hidden:
        if os.path.isdir(path):
            words += ["--tmpfs", path]
        elif os.path.lexists(path):
            words += ["--ro-bind", "/dev/null", path]
    for path in config.runtime:
        words += ["--bind", path, path]
    return shown, words


def _overlay(path: str, layers: str, shown: list[dict[str, object]]) -> list[str]:
    upper, work = (os.path.join(layers, str(len(shown)), name) for name in ("upper", "work"))
    os.makedirs(upper)
    os.mkdir(work)
    os.chmod(upper, os.stat(path).st_mode & 0o7777)
    shown.append({"folder": path, "upper": upper, "split": False})
    return ["--overlay-src", path, "--overlay", upper, work, path]


def _uncovered(config: Config, shown: list[dict[str, object]]) -> Iterable[str]:
    """Folders that the program writes to, below one that holds mounts and is read-only for that."""
    done = [str(layer["folder"]) for layer in shown]
    for path in sorted({os.path.realpath(path) for path in (config.cwd, *config.touched) if os.path.isdir(path)}):
        if not any(path == folder or mounts.is_below(path, folder) for folder in done):
            done.append(path)
            yield path


def _inside(config: Config) -> list[str]:
    """The configuration goes with the first shared folder: the store is hidden."""
    copy = os.path.join(config.runtime[0], "config.json")
    with open(copy, "w", encoding="utf-8") as file:
        json.dump(config._asdict(), file)
    here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "isolate.py")
    return [sys.executable, "-I", "-S", here, "inside", copy]


def inside(config: Config) -> int:
    """In the sandbox: the parent of the program."""
    program = start_program(config, frozenset())
    return reap(program, config.runtime[0])
