"""Landlock and seccomp: for machines and containers that give ordinary users no namespaces.

The program writes to the named folders alone; elsewhere it is refused. It reaches no network, no socket of another
program and no process that it did not start. Modes, owners, times and attributes of files, which Landlock does not
guard (https://docs.kernel.org/userspace-api/landlock.html), stay as they are: such calls do nothing and say that they
succeeded.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct

from . import seccomp, system
from .config import Config

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_OLDEST = 4
"""Before this version connections are not guarded, and files can be cut short."""
_SCOPES_FROM = 6
_READ = 0b0000_0000_0000_1101
"""To execute, to read files and to list folders."""
_WRITE = 0b0111_1111_1111_0010
"""To write, remove, make anything, move and cut short."""
_CONTROL = 1 << 15
"""To set up devices, from version 5: graphics processors need it."""
_TO_FILES = 0b0100_0000_0000_0111 | _CONTROL
_NETWORK = 0b11
_SCOPES = 0b11
"""Abstract sockets and signals outside."""
_FILE_CAPABILITIES = frozenset((0, 1, 2, 3, 4, 5, 6, 7))
"""What the system's root needs to read files of others."""
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "nvidia", "dri", "kfd")


def run(config: Config) -> int:
    system.end_with_parent(config.parent)
    version = system.landlock(_CREATE_RULESET, None, 0, _VERSION)
    if version < _OLDEST:
        raise RuntimeError(f"Landlock has version {version}, and needs {_OLDEST}")
    with open(os.path.join(config.store, "state.json"), "w", encoding="utf-8") as file:
        json.dump({"pid": os.getpid(), "layers": [], "isExceeded": False}, file)
    system.forbid_new_privileges()
    system.drop_capabilities(_FILE_CAPABILITIES)
    _restrict(config, version)
    seccomp.restrict(config.network, guards_signals=version < _SCOPES_FROM)
    os.chdir(config.cwd)
    os.execvp(config.argv[0], config.argv)


def _restrict(config: Config, version: int) -> None:
    handled = _READ | _WRITE | (_CONTROL if version >= 5 else 0)
    network = 0 if config.network else _NETWORK
    scopes = _SCOPES if version >= _SCOPES_FROM else 0
    words = (handled, network, scopes) if version >= _SCOPES_FROM else (handled, network)
    attributes = struct.pack(f"{len(words)}Q", *words)
    ruleset = system.landlock(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        _allow(ruleset, "/", _READ)
        for path in [*config.runtime, *config.touched]:
            _allow(ruleset, path, handled)
        for name in os.listdir("/dev"):
            if name.startswith(_DEVICES):
                _allow(ruleset, f"/dev/{name}", handled)
        system.landlock(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    place = os.open(path, os.O_PATH)
    try:
        allowed = access if os.path.isdir(path) else access & _TO_FILES
        below_path = 1
        system.landlock(
            _ADD_RULE, ruleset, below_path, ctypes.create_string_buffer(struct.pack("=Qi", allowed, place)), 0
        )
    finally:
        os.close(place)
