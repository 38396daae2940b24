"""What to start, and what it may reach. Twin of the server's `isolation/launch.ts`."""

from __future__ import annotations

import json
from typing import NamedTuple


class Config(NamedTuple):
    """All paths are absolute, with links resolved."""

    argv: list[str]
    cwd: str
    store: str
    """A private folder for upper layers and for `state.json`."""
    runtime: list[str]
    """Folders that the program shares with the server."""
    hidden: list[str]
    """Folders and files that the program must not see."""
    touched: list[str]
    """Paths that the program is expected to write, or that the server will write for it."""
    network: bool
    """Whether the network stays reachable."""
    memory_bytes: int
    """Limit for what is written where the upper layers are in memory."""
    disk_bytes: int
    """Limit for what is written where they are on the disk."""
    storage: str
    """`disk`: on the disk where that works; `memory`: in memory."""
    parent: int
    """The process that this one ends with."""


def read(path: str) -> Config:
    """Raises `KeyError` or `ValueError` where the file is not a configuration."""
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    return Config(**{name: found[name] for name in Config._fields})
