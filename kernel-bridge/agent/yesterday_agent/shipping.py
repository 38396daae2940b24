"""Libraries that send a function's code elsewhere, or compile it, are given the code without probes.

Each says in `on_import` what is done once its modules are loaded.
"""

from __future__ import annotations

from .library_imports import when_libraries_import


def watch() -> None:
    """From now on; what is imported already, at once."""
    when_libraries_import(lambda library: library.on_import)
