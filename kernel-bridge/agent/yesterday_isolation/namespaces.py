"""Mount, process, network, IPC and host name namespaces, in a user namespace where the caller is not the system's root.

Three processes: the launcher, which the server knows and by whose `/proc/PID/root` it reads and lays files; the first
process of the process namespace, which reaps and hands on signals; and the program. The launcher ends with the server,
the first process with the launcher, and everything else with the first process.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from . import devices, mounts, system
from .config import Config
from .control import Control
from .reaping import HANDED_ON, end_as, hand_on, start_program
from .tree import Tree
from .usage import Usage

_ISOLATED = system.NEW_MOUNTS | system.NEW_PROCESSES | system.NEW_IPC | system.NEW_HOSTNAME
_FILE_CAPABILITIES = frozenset((0, 1, 2, 3, 4, 5, 6, 7))
"""What makes the system's root read and write files of others, and send signals: within its user namespace alone."""
_LOOK_SECONDS = 0.5


def run(config: Config) -> int:
    system.end_with_parent(config.parent)
    found = devices.sockets(())
    is_locked = _enter(config)
    system.mount(None, "/", None, system.RECURSIVE | system.PRIVATE)
    if not config.network:
        system.raise_loopback()
    for kind in ["disk", "memory"] if config.storage == "disk" else ["memory"]:
        tree = _make_tree(config, kind, is_locked)
        if _covers(tree, config.cwd):
            break
    else:
        raise RuntimeError(f"no private layer can lie over {config.cwd}")
    hide(tree.root, config, found)
    return _start(config, tree, kind, is_locked)


def _enter(config: Config) -> bool:
    """Unshares; returns whether this took a user namespace, in which the mounts that were there are locked."""
    flags = _ISOLATED | (0 if config.network else system.NEW_NETWORK)
    try:
        system.unshare(flags)
        return False
    except PermissionError:
        pass
    uid, gid = os.geteuid(), os.getegid()
    system.unshare(flags | system.NEW_USER)
    # The change made this process one that /proc shows to the system's root alone.
    system.set_dumpable(True)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    return True


def _make_tree(config: Config, kind: str, is_locked: bool) -> Tree:
    root, layers = (os.path.join(config.store, f"{name}-{kind}") for name in ("root", "layers"))
    os.mkdir(root, 0o700)
    os.mkdir(layers, 0o700)
    size = f"mode=755,size={config.memory_bytes}"
    system.mount("tmpfs", root, "tmpfs", system.NO_SETUID | system.NO_DEVICES, size)
    if kind == "memory":
        system.mount("tmpfs", layers, "tmpfs", system.NO_SETUID | system.NO_DEVICES, size)
    every = [mount for mount in mounts.read() if not mounts.is_below(mount.path, config.store)]
    tree = Tree(root, layers, is_locked, [*config.touched, config.cwd, *config.runtime], every)
    tree.build()
    return tree


def _covers(tree: Tree, path: str) -> bool:
    return any(path == layer.folder or mounts.is_below(path, layer.folder) for layer in tree.layers)


def hide(root: str, config: Config, sockets: set[str]) -> None:
    """Devices, settings and sockets; then what is hidden, and what is shared with the server."""
    devices.make_devices(root)
    devices.make_system(root)
    os.mkdir(os.path.join(root, "proc"))
    own = tuple(folder + "/" for folder in config.runtime)
    devices.hide_sockets(root, [path for path in sockets if not path.startswith(own)])
    for path in config.hidden:
        if os.path.isdir(root + path):
            system.mount("tmpfs", root + path, "tmpfs", system.NO_SETUID | system.NO_DEVICES, "mode=700,size=1m")
        elif os.path.lexists(root + path):
            system.bind("/dev/null", root + path)
    for path in config.runtime:
        os.makedirs(root + path, exist_ok=True)
        system.bind(path, root + path)


def _start(config: Config, tree: Tree, kind: str, is_locked: bool) -> int:
    """Forks the first process, notifies the server, and waits."""
    # What is opened here stays in reach when the root has changed.
    places = (config.store, tree.layers_folder, "/proc")
    store, layers, processes = (os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in places)
    ids = _own_ids()
    control = Control(config.store)
    came, status_pipe = os.pipe()
    ready, go = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(came)
        os.close(go)
        for place in (store, layers, processes):
            os.close(place)
        control.close()
        _first(config, tree, is_locked, ready, status_pipe)
    os.close(status_pipe)
    os.close(ready)
    for number in HANDED_ON:
        signal.signal(number, signal.SIG_IGN)
    is_own = _answer(came, b"processes ")
    if not is_locked:
        for name, text in ids.items():
            _write_below(processes, f"{first}/{name}", text)
    facts = _facts(tree, kind, layers, is_own)
    _write_state(store, facts)
    os.write(go, b"x")
    usage = Usage(config.disk_bytes, layers if kind == "disk" else None)
    return _watch(first, came, control, usage, lambda: _write_state(store, {**facts, "isExceeded": True}))


def _facts(tree: Tree, kind: str, layers: int, has_own_processes: bool) -> dict[str, Any]:
    """What the server needs to read the upper layers: by their paths on disk, or by a descriptor of this process."""
    at = tree.layers_folder if kind == "disk" else f"/proc/{os.getpid()}/fd/{layers}"
    shown = []
    for layer in tree.layers:
        upper = None if layer.split else at + layer.upper.removeprefix(tree.layers_folder)
        shown.append({**layer._asdict(), "upper": upper})
    return {
        "pid": os.getpid(),
        "storage": kind,
        "layers": shown,
        "readOnly": tree.read_only,
        "missing": tree.missing[:100],
        "ownProcesses": has_own_processes,
        "isExceeded": False,
    }


def _first(config: Config, tree: Tree, is_locked: bool, ready: int, status_pipe: int) -> NoReturn:
    """The first process of the process namespace: changes the root, starts the program, and reaps."""
    try:
        system.end_with_parent(0)
        is_own = devices.make_processes(tree.root)
        system.pivot(tree.root)
        if not is_locked:
            system.unshare(system.NEW_USER)
            system.set_dumpable(True)
        os.write(status_pipe, b"processes own\n" if is_own else b"processes all\n")
        if os.read(ready, 1) != b"x":
            os._exit(1)
        system.forbid_new_privileges()
        program = start_program(config, frozenset() if is_locked else _FILE_CAPABILITIES)
        system.drop_capabilities(frozenset((5,)))
        system.set_dumpable(False)
        _reap(program, status_pipe)
    except BaseException as problem:
        print(f"isolation failed: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
        os._exit(97)


def _reap(program: int, status_pipe: int) -> NoReturn:
    hand_on(program)
    while True:
        ended, status = os.wait()
        if ended == program:
            os.write(status_pipe, f"status {status}\n".encode())
            os._exit(0)


def _own_ids() -> dict[str, str]:
    """The system's root keeps every user and group, each as itself."""
    found = {}
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/self/{name}", encoding="ascii") as lines:
            ranges = [line.split() for line in lines]
        found[name] = "".join(f"{inside} {inside} {count}\n" for inside, _, count in ranges)
    return found


def _write_below(folder: int, name: str, text: str) -> None:
    target = os.open(name, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(target, text.encode())
    finally:
        os.close(target)


def _answer(came: int, expected: bytes) -> bool:
    line = os.read(came, 100)
    if not line.startswith(expected):
        raise RuntimeError("the first process ended before it was set up")
    return line.endswith(b"own\n")


def _watch(first: int, came: int, control: Control, usage: Usage, exceeded: Callable[[], None]) -> int:
    """Waits for the end; ends everything where too much was written. Returns the program's exit code."""
    while True:
        readable, _, _ = select.select([came, control.fileno()], [], [], _LOOK_SECONDS)
        if control.fileno() in readable:
            control.answer()
        if came in readable:
            line = os.read(came, 100)
            os.waitpid(first, 0)
            return end_as(int(line.split()[1])) if line.startswith(b"status ") else 1
        if usage.is_exceeded():
            exceeded()
            os.kill(first, signal.SIGKILL)


def _write_state(store: int, facts: dict[str, Any]) -> None:
    """All of it or none."""
    target = os.open("state.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600, dir_fd=store)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(facts, file)
    os.rename("state.new", "state.json", src_dir_fd=store, dst_dir_fd=store)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
