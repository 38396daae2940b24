"""Libraries that send a function's code elsewhere, or compile it, are given the code without probes.

Each says in `on_import` what is done once its modules are loaded.
"""

from __future__ import annotations

from . import libraries
from .on_import import Step, take_now, watch_imports


def watch() -> None:
    """From now on; what is imported already, at once."""
    for library in libraries.imported():
        take_now(library.on_import)
    watch_imports(_step_of)


def _step_of(name: str) -> Step | None:
    """What is done once the module of this name is loaded; loads what is known of its package."""
    library = libraries.find(name.partition(".")[0])
    return None if library is None else library.on_import.get(name)
