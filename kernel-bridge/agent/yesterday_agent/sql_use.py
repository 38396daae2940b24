"""What SQL cells use and generate: frames by column, tables by the run that wrote them, parameters, and files.

A connection that a variable holds is followed as if Python had called it (`tables.py`). Tables of other connections are
followed here: each has the run that wrote it last, and a view counts as the tables behind it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .accesses import WHOLE, Access, Touches
from .databases import connects_itself
from .secrecy import learn, mask
from .sql import statements
from .sql_cells.statement_facts import StatementFacts, StatementUse
from .sql_cells.tables import is_frame

if TYPE_CHECKING:
    from .reads import Reads
    from .record import Edge

_SHOWN = 2_000
MEMORY = "memory"
"""The type of a table in the default connection: it lives and ends with the kernel."""


@dataclass
class _RunTables:
    """Tables of one run: columns read (None for all) and what was written, each with its statements."""

    reads: dict[str, set[str] | None] = field(default_factory=dict)
    writes: set[str] = field(default_factory=set)
    queries: dict[str, list[str]] = field(default_factory=dict)
    makers: dict[str, str | None] = field(default_factory=dict)


class SqlUse:
    """Observes the SQL cells of one kernel. `hit` gets the names that are read, `reads` are those of the run."""

    def __init__(
        self, namespace: dict[str, Any], hit: Callable[[Touches], None], reads: Callable[[], Reads | None]
    ) -> None:
        self._namespace, self._hit, self._reads = namespace, hit, reads
        self._made: dict[str, str] = {}
        self._views: dict[str, set[str]] = {}
        self._now = _RunTables()

    def secrets(self, values: list[str]) -> None:
        learn(values)

    def cell(self, texts: set[str], is_whole: bool) -> None:
        """These texts of the code are SQL; a whole cell of it uses no other way to reach names."""
        reads = self._reads()
        if reads is not None:
            reads.strings -= texts
            if is_whole:
                reads.loads.pop("get_ipython", None)

    def variables(self, read: set[str], written: set[str]) -> None:
        loads = {name: {Access("read", WHOLE)} for name in read if not self._is_connection(name)}
        self._hit(Touches(loads=loads, stores=set(written)))

    def begins(self, use: StatementUse) -> None:
        frames, facts = dict(use.frames), use.facts or self._by_words(use)
        if use.facts is None:
            frames = {name: None for name in facts.reads if is_frame(self._namespace.get(name))}
        touches = Touches(strings=set(use.paths), calls={"sql"})
        for name, columns in frames.items():
            whole = columns is None or not columns
            touches.loads[name] = {Access("read", part) for part in ([WHOLE] if whole else map(_part, columns or ()))}
        seen = {*frames, *use.paths}
        tables = {name: columns for name, columns in facts.reads.items() if name not in seen}
        if use.variable is not None:
            self._add_python_use(touches, use, {use.variable})
        elif tables or facts.writes:
            if use.connection == "":
                self._add_python_use(touches, use, self._modules())
            self._read(use, tables)
        self._hit(touches)

    def ended(self, use: StatementUse) -> None:
        facts = use.facts or self._by_words(use)
        if use.variable is not None:
            return
        for table in facts.writes:
            name = _named(use, table)
            self._now.writes.add(name)
            self._now.queries.setdefault(name, []).append(use.sql.strip().rstrip(";"))
            self._views.pop(name, None)
        if facts.view is not None:
            self._views[_named(use, facts.view)] = {_named(use, table) for table in facts.reads}

    def finish(self, run: str, used: list[Edge], generated: list[Edge]) -> None:
        """Adds the edges of the run that is over."""
        now, self._now = self._now, _RunTables()
        for name, columns in sorted(now.reads.items()):
            used.append({**self._edge(name, now.makers.get(name), now, columns), "reason": "read by SQL"})
        for name in sorted(now.writes):
            generated.append({**self._edge(name, run, now, None), "reason": "written by SQL of this run"})
        self._made.update(dict.fromkeys(now.writes, run))

    def _read(self, use: StatementUse, tables: dict[str, set[str] | None]) -> None:
        waiting = [(_named(use, table), columns) for table, columns in tables.items()]
        while waiting:
            name, columns = waiting.pop()
            if name in self._now.reads and (columns is None or self._now.reads[name] is None):
                if self._now.reads[name] is not None:
                    self._now.reads[name] = None
                continue
            if name not in self._now.writes:  # What the run wrote itself comes from nowhere else.
                known = self._now.reads.get(name, set())
                self._now.reads[name] = None if columns is None else (known or set()) | columns
                self._now.makers[name] = self._made.get(name)
                self._now.queries.setdefault(name, []).append(use.sql.strip().rstrip(";"))
            waiting += [(behind, None) for behind in self._views.get(name, ()) if behind not in self._now.reads]

    def _edge(self, name: str, by: str | None, now: _RunTables, columns: set[str] | None) -> Edge:
        edge: Edge = {"kind": "table", "name": name, "version": f"{by or 'outside'}:{name}", "edge": "observed"}
        edge.update({"by": by, "query": mask(";\n".join(dict.fromkeys(now.queries.get(name, ()))))[:_SHOWN]})
        edge["parts"] = None if not columns else sorted(map(_part, columns))
        if ":" not in name:
            edge["type"] = MEMORY
        return edge

    def _add_python_use(self, touches: Touches, use: StatementUse, names: Iterable[str]) -> None:
        """As if Python had run the statement through these names."""
        for name in names:
            value = self._namespace.get(name)
            is_engine = type(value).__name__ in ("Engine", "Connection")
            access = Access("argument", WHOLE, "read_sql", at="1") if is_engine else Access("call", ".execute")
            touches.loads.setdefault(name, set()).add(access)
            touches.strings.add(use.sql)
            touches.calls.add("execute")

    def _modules(self) -> list[str]:
        """Names of modules with a connection of their own: Python reaches the same tables by it."""
        modules = [(name, value) for name, value in list(self._namespace.items()) if type(value) is types.ModuleType]
        return [name for name, value in modules if connects_itself(value)]

    def _is_connection(self, name: str) -> bool:
        return type(self._namespace.get(name)).__name__ in ("DuckDBPyConnection", "Engine", "Connection")

    def _by_words(self, use: StatementUse) -> StatementFacts:
        """By the agent's own reader, which knows tables and no columns."""
        found = statements(use.sql.strip())
        reads = {self._spelled(table): None for one in found for table in one.reads - one.makes}
        views = [one.view for one in found if one.view is not None]
        writes = {table for one in found for table in one.writes}
        return StatementFacts(dict(reads), writes, views[0] if views else None)

    def _spelled(self, table: str) -> str:
        """The reader gives names in lower case."""
        return next((name for name in self._namespace if name.lower() == table), table)


def _part(column: str) -> str:
    return f"[{column!r}]"


def _named(use: StatementUse, table: str) -> str:
    return f"{use.connection}:{table.lower()}" if use.connection else table.lower()
