"""Steps that libraries state for modules of their packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import libraries
from .library import Library
from .on_import import Step, take_now, watch_imports


def when_libraries_import(steps_of: Callable[[Library], Mapping[str, Step]]) -> None:
    """By full name of the module; for what is imported already, at once. Loads what is known of a package as soon as
    the user imports it."""
    for library in libraries.imported():
        take_now(steps_of(library))

    def step_of(name: str) -> Step | None:
        library = libraries.find(name.partition(".")[0])
        return None if library is None else steps_of(library).get(name)

    watch_imports(step_of)
