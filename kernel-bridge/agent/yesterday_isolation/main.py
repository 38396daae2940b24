"""Starts the requested member. A failure before the program runs gives an exit code and a line on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import bubblewrap, config, landlock, namespaces

FAILED = 97
"""The exit code where the isolation could not be set up. The program was not started."""

_MEMBERS: dict[str, Callable[[config.Config], int]] = {
    "namespaces": namespaces.run,
    "bubblewrap": bubblewrap.run,
    "inside": bubblewrap.inside,
    "landlock": landlock.run,
}


def start(member: str, path: str) -> int:
    """Runs the program in the isolation layer; returns its exit code."""
    try:
        return _MEMBERS[member](config.read(path))
    except Exception as problem:
        print(f"isolation by {member} failed: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
        return FAILED
