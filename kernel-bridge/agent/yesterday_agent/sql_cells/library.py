"""pure. What SQL cells can know of one package: the type of the entries in `libraries`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from .problems import SqlError
from .statements import Bound


class Answer(NamedTuple):
    """`frame`: the rows as a frame; None of a statement without rows. `changed`: how many rows it changed, if known."""

    frame: Any
    changed: int | None


class Piece(NamedTuple):
    """One statement: its offset in the bound SQL, its text, and what the engine takes."""

    offset: int
    sql: str
    held: Any


class Engine(Protocol):
    """Runs statements on one connection."""

    reads_frames: bool
    """It looks up tables among the notebook's variables too."""

    def transaction(self) -> AbstractContextManager[None]:
        """Statements that run inside belong together, as the database sees it."""

    def mark(self, key: str) -> str:
        """What is in the SQL for a bound value."""

    def pieces(self, bound: Bound) -> list[Piece]:
        """The statements."""

    def run(self, piece: Piece, bound: Bound) -> Answer: ...

    def problem(self, error: Exception, piece: Piece | None, bound: Bound, source: str) -> SqlError:
        """The error with its place in the source."""

    def tables(self) -> list[str]: ...

    def columns(self, table: str) -> list[str] | None:
        """None where the table is unknown."""

    def schema(self) -> dict[str, list[str]] | None:
        """Columns by table, of all at once; None where that takes a question for each table."""


class Site(NamedTuple):
    """Where an engine runs: the notebook's variables, secrets to mask, and how rows become a frame."""

    variables: dict[str, Any]
    secrets: list[str]
    to_frame: Callable[[list[str], list[Sequence[Any]]], Any]


@dataclass(frozen=True)
class Database:
    """`connections`: names of classes that hold a connection. `open` raises `SqlError`; it gets URL, label and
    secrets. `engine` gets the connection. `dialect`: sqlglot's name."""

    connections: frozenset[str]
    open: Callable[[str, str, list[str]], Any]
    engine: Callable[[Any, Site], Engine]
    dialect: Callable[[Any], str]
    scheme: str = ""
    """Of the URLs that it opens; empty: all that no other database opens."""
    default: Callable[[], Any] | None = None
    """The connection of cells that name none."""


@dataclass(frozen=True)
class SqlLibrary:
    """`frames`: names of classes that are tables."""

    package: str
    frames: frozenset[str] = frozenset()
    columns: Callable[[Any], Sequence[Any]] | None = None
    """Of a frame, where its `columns` are not their names."""
    to_frame: Callable[[list[str], list[Sequence[Any]]], Any] | None = None
    plain: Callable[[Any], Any] | None = None
    """A value as drivers take it as a parameter."""
    database: Database | None = None
