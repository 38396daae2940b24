"""pure. What code looks at, by the names and calls in it: the working folder, the environment, how values are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .accesses import Access

ASK_FOR_FOLDER = frozenset(("getcwd", "getcwdb", "cwd", "resolve", "absolute", "abspath", "realpath", "relpath"))


def looks_at_environ(loads: Mapping[str, Collection[Access]]) -> bool:
    words = {".environ", ".getenv", ".environb"}
    return any(access.part in words for access in loads.get("os", ())) or not {"environ", "getenv"}.isdisjoint(loads)


SHOWS = frozenset(("print", "display", "str", "repr", "format"))
_TEXTS = frozenset(("to_string", "to_html", "to_markdown", "to_latex", "array2string", "array_repr", "format"))


def says(access: Access) -> bool:
    """A method that makes text of what it is called on."""
    return access.callee in _TEXTS
