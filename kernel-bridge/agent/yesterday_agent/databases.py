"""Database connections: their tables live where no fingerprint sees them, so the SQL of the run decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from types import ModuleType

from . import libraries
from .accesses import Access
from .kinds import BUILT_IN, by_kind, package_of

_WRITES = re.compile(
    r"\b(?:insert\s+(?:or\s+\w+\s+)?into|update\s+\S+\s+set|delete\s+from|truncate|merge\s+into|replace\s+into"
    r"|(?:create|drop|alter)\s+(?:or\s+replace\s+)?(?:temp\w*\s+|unique\s+|virtual\s+|persistent\s+)?"
    r"(?:table|view|index|schema|sequence|type|macro|function|trigger|secret)|attach|detach|copy\s|install\s|load\s"
    r"|pragma\s+\w+\s*=|set\s+\w+\s*(?:=|to)|use\s+\w|rollback|import\s+database)",
    re.I,
)
_READS = re.compile(r"^\s*(?:--[^\n]*\n\s*)*(?:select|with|from|show|describe|explain|pragma|values|summarize)\b", re.I)
_LOOKING = frozenset(
    [
        "execute",
        "connect",
        "begin",
        "sql",
        "query",
        "cursor",
        "table",
        "view",
        "fetchall",
        "fetchone",
        "fetchdf",
        "df",
        "pl",
        "arrow",
        "fetchmany",
        "fetchnumpy",
        "from_query",
        "close",
        "commit",
        "iterdump",
    ]
)
_ADDS = frozenset(["add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings"])
_SENDS = frozenset(["commit", "flush", "begin"])
RESULT = "result"
"""The part of a connection that is the last statement's rows."""


@by_kind
def is_connection(kind: type) -> bool:
    """Exactly a library's own connection, or a subclass of it."""
    return kind not in BUILT_IN and any(map(_is_connection_class, kind.__mro__))


def _is_connection_class(kind: type) -> bool:
    package = package_of(kind)
    if package == "sqlite3":
        return kind.__name__ == "Connection"
    library = libraries.find(package)
    return library is not None and kind.__name__ in library.connections


def is_database(value: object) -> bool:
    """Something that leads to a database through connections of its own."""
    library = libraries.of_kind(type(value))
    return library is not None and type(value).__name__ in library.databases


def connects_itself(module: ModuleType) -> bool:
    """Whether functions of a module use a connection that it opened by itself."""
    library = libraries.find(module.__name__)
    return library is not None and library.connects_itself


def writes(strings: Iterable[str]) -> bool:
    """Whether the SQL among these strings changes anything; where there is none to be seen, it may."""
    texts = [text for text in strings if len(text) < 100_000]
    return any(map(_WRITES.search, texts)) or not any(map(_READS.match, texts))


def only_looks(accesses: Collection[Access], strings: Iterable[str], calls: Collection[str]) -> bool:
    """A use of a connection that leaves its tables as they were. `calls` are all of the run: objects that are added to
    a session of an object mapper are written where no SQL is seen."""
    if not _ADDS.isdisjoint(calls) and not _SENDS.isdisjoint(calls):
        return False
    known = all(access.verb in ("call", "through", "argument") for access in accesses)
    called = all(access.part[1:] in _LOOKING for access in accesses if access.verb != "argument")
    return known and called and not writes(strings)


def fetches(accesses: Collection[Access]) -> bool:
    """Takes rows of an earlier statement."""
    parts = {access.part for access in accesses}
    return any(part.startswith(".fetch") or part in (".df", ".pl", ".arrow") for part in parts)
