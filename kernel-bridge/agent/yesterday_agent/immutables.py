"""Objects that never change once they are made, and attributes that say nothing new."""

from __future__ import annotations

from typing import Any

from . import libraries
from .kinds import is_native, package_of


def is_atom(value: object) -> bool:
    """Scalars, types and what is fitted in C, which never change once they are made."""
    kind = type(value)
    package = package_of(kind)
    if package == "builtins":
        return kind.__name__ in _NAMELESS and is_native(kind)
    library = libraries.find(package)
    if library is not None:
        return library.is_constant is not None and library.is_constant(value)
    return package == "ssl"


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


def lazy_attributes(kind: type) -> frozenset[str]:
    """Attributes that are filled when they are first asked for, and say nothing new."""
    library = libraries.of_kind(kind)
    return _LAZY.get(package_of(kind), _NONE) if library is None else library.lazy_attributes


def borrowed_attributes(kind: type) -> frozenset[str]:
    """Attributes that hold an object of another owner; of a class of the notebook's also those of its bases."""
    if package_of(kind) != "__main__":
        library = libraries.of_kind(kind)
        return _NONE if library is None else library.borrowed_attributes
    return _NONE.union(*(one.borrowed_attributes for base in kind.__mro__ if (one := libraries.of_kind(base))))


def is_written_through(value: Any, name: str) -> bool:
    """Whether this lazy attribute leads to what is written: the file of an archive that is not only read."""
    return name == "fp" and getattr(value, "mode", "r") != "r"
