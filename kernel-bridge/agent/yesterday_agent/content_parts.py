"""Values of libraries as content, and what the libraries' modules share to say it."""

from __future__ import annotations

from typing import Any

from . import libraries
from .kinds import module_of
from .library import Parts

VALUE_BYTES = 32 * 1024 * 1024
"""A larger value is not read, nor copied to be read."""
TOO_LARGE = f"it is larger than {VALUE_BYTES >> 20} MiB"
_LISTED = 200_000
"""Values that have no plain memory are looked at one by one, at most so many."""


def library_parts(value: Any) -> Parts | None:
    """None for a value that no library can say."""
    for kind in type(value).__mro__:
        library = libraries.of_kind(kind)
        if library is not None and library.content is not None:
            parts = library.content(value)
            return parts if parts is None or kind is type(value) else [*_subclass(value), *parts]
    return None


def _subclass(value: Any) -> Parts:
    """A class of the user's that extends a library's, and the attributes that it adds."""
    kind = type(value)
    yield "subclass", f"{module_of(kind)}.{kind.__qualname__}".encode()
    own = getattr(value, "__dict__", {})
    declared = getattr(kind, "_metadata", None)
    yield "kept", own if declared is None else {name: own[name] for name in declared if name in own}


def listed(count: int, items: Any) -> Parts:
    """`items()` one by one, where they are not too many."""
    if count > _LISTED:
        yield "untold", f"{count:,} values that have no plain memory"
    else:
        yield "listed", items()
