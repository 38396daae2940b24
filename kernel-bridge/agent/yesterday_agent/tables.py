"""Tables of databases as parts of the connection: who reads one does not depend on who wrote another.

A run is followed by table where its SQL is known, as in the code or given to calls, and names no table
whose making was not seen, since that might be a view or have triggers. Else the whole connection counts.
"""

from __future__ import annotations

import sqlite3
import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .accesses import SQL_CALLS, TABLE_CALLS, WHOLE, Access
from .addresses import address
from .databases import RESULT, fetches, is_connection, is_database
from .executed import unprobed
from .file_edges import shown_path
from .narrowing import Path
from .secrecy import mask
from .sql import Statement, statements

if TYPE_CHECKING:
    from .graph import Graph, Node
    from .reads import Reads
    from .record import Edge

_TEXT = 100_000
_SHOWN = 2_000
_PLAIN = frozenset(
    [
        "execute",
        "executemany",
        "executescript",
        "sql",
        "query",
        "cursor",
        "commit",
        "close",
        "begin",
        "table",
        "view",
        "register",
        "fetchall",
        "fetchone",
        "fetchdf",
        "fetchmany",
        "fetchnumpy",
        "df",
        "pl",
        "arrow",
        "from_query",
    ]
)
_ASIDE = frozenset(("print", "type", "isinstance", "id", "repr", "str", "display"))
_BEYOND = frozenset(
    ["rollback", "backup", "deserialize", "create_function", "create_aggregate", "load_extension", "unregister"]
)


@dataclass(frozen=True)
class RunSql:
    """What the SQL of one run does, all statements together. `known`: no other was given, as far as can be seen."""

    reads: Mapping[str, str]
    writes: Mapping[str, str]
    views: Mapping[str, frozenset[str]]
    known: bool
    makes: frozenset[str]
    everything: bool
    lasts: bool
    executes: bool


def sql_of(reads: Reads) -> RunSql:
    """Tables read and tables written, each with its statements; a piece that was put into one is none."""
    texts = [text for text in reads.texts if len(text) < _TEXT and statements(text)]
    whole = [text for text in texts if not any(text != other and text in other for other in reads.given)]
    found: list[tuple[str, Statement]] = [(text, one) for text in whole for one in statements(text)]
    return RunSql(
        reads=_by_table((table, text) for text, one in found for table in one.reads),
        writes=_by_table((table, text) for text, one in found for table in one.writes),
        views={one.view: frozenset(one.reads) for _, one in found if one.view is not None},
        known=not reads.untold and not any(one.beyond for _, one in found) and reads.calls.isdisjoint(_BEYOND),
        makes=frozenset(table for _, one in found for table in one.makes),
        everything=any(one.everything for _, one in found),
        lasts=any(one.lasts for _, one in found),
        executes=not reads.calls.isdisjoint(SQL_CALLS),
    )


def _by_table(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each table with all statements that name it."""
    found: dict[str, set[str]] = {}
    for table, text in named:
        found.setdefault(table, set()).add(text.strip().rstrip(";"))
    return {table: ";\n".join(sorted(texts)) for table, texts in found.items()}


class Tables:
    """The connections of one notebook. `files`: the file of each SQLite connection, by its id."""

    def __init__(self, graph: Graph, namespace: dict[str, Any], files: Mapping[int, str]) -> None:
        self._graph = graph
        self._namespace = namespace
        self._files = files
        self._made: dict[str, str] = {}
        self._sql: RunSql | None = None
        self._clear: set[int] = set()
        self._used: set[int] = set()

    def look(self, reads: Reads, identities: Mapping[str, int]) -> None:
        """What this run asks of databases; `identities` are the objects that its names are bound to."""
        found = {name: self._connection(identity) for name, identity in identities.items()}
        values = [reads.namespace.get(name) for name in {*reads.names, *reads.loads}]
        self._sql, self._clear, self._used = None, set(), {one for one in found.values() if one is not None}
        if not self._used and not any(map(is_database, values)):
            return
        sql = self._sql = sql_of(reads)
        clear = {
            name: sql.known and self._knows(self._graph.nodes[one], sql) and all(map(self._is_plain, reads.names[name]))
            for name, one in found.items()
            if one is not None
        }
        obscure = {found[name] for name, is_clear in clear.items() if not is_clear}
        self._clear = self._used - obscure

    def _connection(self, identity: int) -> int | None:
        """The id of the connection that this object is, or that this cursor has."""
        node = self._graph.nodes.get(identity)
        if node is None or is_connection(node.kind):
            return identity if node is not None else None
        inner = node.links.get(WHOLE, []) if issubclass(node.kind, sqlite3.Cursor) else []
        return inner[0] if len(inner) == 1 and inner[0] in self._graph.nodes else None

    def _knows(self, node: Node, sql: RunSql) -> bool:
        """Whether the making of every table was seen; a frame is read by its name."""
        named = (sql.reads.keys() | sql.writes.keys()) - sql.makes
        unseen = {table for table in named if _part(table) not in node.by and table not in self._namespace}
        return not node.is_obscure and not unseen

    def _is_plain(self, access: Access) -> bool:
        if access.verb == "argument":
            last = access.callee.rpartition(".")[2]
            made_here = self._namespace.get(access.callee)
            is_followed = type(made_here) is types.FunctionType and unprobed(made_here, self._namespace) is None
            return last in SQL_CALLS or last in TABLE_CALLS or last in _ASIDE or is_followed
        if access.verb in ("call", "through"):
            return access.part[1:] in _PLAIN
        return access.verb in ("identity", "enter")

    def paths(self, identity: int, accesses: Collection[Access]) -> set[Path] | None:
        """What this run saw of a connection or cursor; None where that is not clear."""
        held = self._connection(identity)
        if self._sql is None or held is None or held not in self._clear:
            return None
        connection = self._graph.nodes[held]
        tables = _behind(connection, self._sql.reads)
        if self._sql.everything:
            tables |= {part for part in connection.by if part.startswith(TABLE)}
        parts = {WHOLE, *tables, *([RESULT] if fetches(accesses) else [])}
        if held == identity:
            return {Path((part,), deep=False) for part in parts}
        return {Path((WHOLE,), deep=False), *(Path((WHOLE, part), deep=False) for part in parts)}

    def known(self) -> dict[int, set[str]]:
        """Of each connection whose use was clear, the parts that this run changed."""
        if self._sql is None:
            return {}
        changed = {identity: set(map(_part, self._sql.writes)) for identity in self._clear}
        for identity, parts in changed.items():
            if self._sql.executes and RESULT in self._graph.nodes[identity].parts:
                parts.add(RESULT)
        return changed

    def used(self) -> list[Edge]:
        """To each table that this run read, with the statement."""
        if self._sql is None:
            return []
        edges = [self._edge(table, text, None) for table, text in sorted(self._sql.reads.items())]
        return [edge for edge in edges if edge["by"] or edge["name"].rpartition(":")[2] not in self._sql.makes]

    def settle(self, run: str, reads: Reads, names: Iterable[str]) -> list[Edge]:
        """After the graph has settled: what the connections behind these names have learned, and the tables written."""
        held = [self._namespace.get(name) for name in names]
        every = [address(value) for value in held if is_connection(type(value))]
        new = [identity for identity in every if self._graph.nodes[identity].by.get(WHOLE) == run]
        sql = self._sql or (sql_of(reads) if new else None)
        if sql is None:
            return []
        self._sql, self._used = sql, self._used | set(new)
        for identity in self._used & self._graph.nodes.keys():
            node = self._graph.nodes[identity]
            node.views.update(sql.views)
            node.is_obscure |= sql.lasts
            if sql.known and identity in new:
                node.by.update(dict.fromkeys(map(_part, sql.writes), run))
        edges = [self._edge(table, text, run) for table, text in sorted(sql.writes.items())]
        self._made.update((edge["name"], run) for edge in edges)
        return edges

    def _edge(self, table: str, text: str, writer: str | None) -> Edge:
        files = {self._files[identity] for identity in self._used if identity in self._files}
        name = f"{shown_path(files.pop())}:{table}" if len(files) == 1 else table
        makers = {self._graph.nodes[one].by.get(_part(table)) for one in self._used & self._graph.nodes.keys()} - {None}
        by = writer or (makers.pop() if len(makers) == 1 else self._made.get(name))
        is_clear = bool(self._clear) and self._clear == self._used
        edge: Edge = {"kind": "table", "name": name, "version": f"{by or 'outside'}:{name}", "edge": "static"}
        edge["edge"] = "observed" if is_clear else "static"
        edge.update({"by": by, "query": mask(text)[:_SHOWN]})
        edge["reason"] = "written by SQL of this run" if writer else "read by SQL"
        return edge


TABLE = "table "


def _part(table: str) -> str:
    return f"{TABLE}{table}"


def _behind(node: Node, tables: Iterable[str]) -> set[str]:
    """With what the views among them look at."""
    found: set[str] = set()
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        if table not in found:
            found.add(table)
            waiting += node.views.get(table, ())
    return set(map(_part, found))
