"""Objects that never change once they are made, and attributes that say nothing new."""

from __future__ import annotations

from typing import Any

from . import libraries
from .kinds import by_kind, is_native, package_of


def are_atoms(kind: type) -> bool | None:
    """Whether all values of the class, scalars, types and what is fitted in C, never change once they are made. None
    where `is_constant` decides."""
    package = package_of(kind)
    if package == "builtins":
        return kind.__name__ in _NAMELESS and is_native(kind)
    library = libraries.find(package)
    if library is not None:
        return None if library.is_constant is not None else False
    return package == "ssl"


def is_constant(value: object) -> bool:
    """As its library says."""
    library = libraries.of_kind(type(value))
    return library is not None and library.is_constant is not None and library.is_constant(value)


_NAMELESS = ("SuperLU", "Font", "ImagingFont", "ImagingCore", "ImagingDraw")
"""Types that name no module: factors of a matrix, fonts, and the pixels of an image, which the image covers."""


_POOLS = frozenset(
    [
        *("_work_queue", "_idle_semaphore", "_threads", "_shutdown_lock", "_pending_work_items", "_work_ids"),
        *("_queue_count", "_call_queue", "_result_queue", "_processes", "_executor_manager_thread"),
        *("_executor_manager_thread_wakeup", "_taskqueue", "_cache", "_pool", "_inqueue", "_outqueue", "_ctx"),
        *("_change_notifier", "_worker_handler", "_task_handler", "_result_handler", "_terminate", "_quick_put"),
        *("_quick_get",),
    ]
)
"""What a pool needs to do its work, and changes with each piece of it."""
_LAZY = {
    "concurrent": _POOLS,
    "multiprocessing": _POOLS,
    "builtins": frozenset(("_clear_cache",)),
    "difflib": frozenset(("matching_blocks", "opcodes", "fullbcount")),
    "zipfile": frozenset(("fp", "_fileRefCnt", "_lock")),
}
"""Of the standard library, by its modules."""
_NONE: frozenset[str] = frozenset()


@by_kind
def lazy_attributes(kind: type) -> frozenset[str]:
    """Attributes that are filled when they are first asked for, and say nothing new."""
    library = libraries.of_kind(kind)
    return _LAZY.get(package_of(kind), _NONE) if library is None else library.lazy_attributes


@by_kind
def borrowed_attributes(kind: type) -> frozenset[str]:
    """Attributes that hold an object of another owner; of a class of the notebook's also those of its bases."""
    if package_of(kind) != "__main__":
        library = libraries.of_kind(kind)
        return _NONE if library is None else library.borrowed_attributes
    return _NONE.union(*(one.borrowed_attributes for base in kind.__mro__ if (one := libraries.of_kind(base))))


def is_written_through(value: Any, name: str) -> bool:
    """Whether this lazy attribute leads to what is written: the file of an archive that is not only read."""
    return name == "fp" and getattr(value, "mode", "r") != "r"
