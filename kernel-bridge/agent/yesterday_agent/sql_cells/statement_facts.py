"""What a statement reads and writes: tables and columns by sqlglot, and texts that may be paths.

sqlglot parses in the kernel, where the columns of frames and tables are known. It is optional: without it the facts are
None, and the recorder reads table names from the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

Columns = Callable[[str], "list[str] | None"]
"""The columns of a table or frame; None if they are unknown."""


@dataclass
class StatementFacts:
    """`reads`: by table the columns, or None for all of it. Names are as written, without `main.` and `public.`."""

    reads: dict[str, set[str] | None] = field(default_factory=dict)
    writes: set[str] = field(default_factory=set)
    view: str | None = None


@dataclass(frozen=True)
class StatementUse:
    """One statement. `facts` is None if it could not be parsed. `frames`: variables that it reads as tables."""

    sql: str
    connection: str
    """The label of a named connection; empty for the default."""
    variable: str | None
    facts: StatementFacts | None
    frames: dict[str, set[str] | None]
    paths: set[str]


class Observer(Protocol):
    """Hears what SQL cells do."""

    def secrets(self, values: list[str]) -> None:
        """These must not be shown or stored."""

    def cell(self, texts: set[str], is_whole: bool) -> None:
        """These texts are SQL; `is_whole`: nothing else is in the cell."""

    def begins(self, use: StatementUse) -> None:
        """A statement is about to run."""

    def ended(self, use: StatementUse) -> None:
        """The statement has run without an error."""

    def variables(self, read: set[str], written: set[str]) -> None:
        """Variables of the notebook that the cell used beside frames."""


_LITERAL = re.compile(r"'((?:[^']|'')*)'|\"([^\"\n]+)\"")


def paths_in(sql: str) -> set[str]:
    """Quoted texts that may be paths of files."""
    texts = {a.replace("''", "'") or b for a, b in _LITERAL.findall(sql[:100_000])}
    return {text for text in texts if 0 < len(text) < 1_000 and re.search(r"[./]", text) and "\n" not in text}


def parse_facts(sql: str, dialect: str, columns: Columns) -> StatementFacts | None:
    """Of one statement; None without sqlglot, and for what it cannot parse."""
    try:
        import sqlglot
        from sqlglot.errors import SqlglotError
    except ImportError:
        return None
    try:
        parsed = [one for one in sqlglot.parse(sql, dialect=dialect) if one is not None]
        if not parsed or any(type(one).__name__ == "Command" for one in parsed):
            return None
        found = StatementFacts()
        for tree in parsed:
            _Reader(found, dialect, columns).read(tree)
        return found
    except (SqlglotError, ValueError, RecursionError, KeyError, AttributeError, TypeError):
        return None


_TARGETS = ("Insert", "Update", "Delete", "Merge", "Create", "Drop", "Alter", "TruncateTable", "Copy")
_KEEPS = ("Insert", "Update", "Delete", "Merge", "Alter", "Copy")
"""What these leave behind depends on what was there."""
_ONLY_QUERY = ("Select", "Union", "Intersect", "Except", "Subquery", "Insert", "Create")
"""The columns that these read are those of their query."""


class _Reader:
    """Adds what one parsed statement does to `found`."""

    def __init__(self, found: StatementFacts, dialect: str, columns: Columns) -> None:
        from sqlglot import exp

        self.exp: Any = exp
        self.found, self.dialect, self.columns = found, dialect, columns

    def read(self, tree: Any) -> None:
        kind = type(tree).__name__
        targets = [] if kind not in _TARGETS else self._targets(tree, kind)
        for target in targets:
            name = self._name(target)
            reads_only = kind == "Copy" and not tree.args.get("kind")
            if not reads_only:
                self.found.writes.add(name)
            if reads_only or kind in _KEEPS:
                self.found.reads[name] = None
        if kind == "Create" and str(tree.args.get("kind")).upper() == "VIEW" and targets:
            self.found.view = self._name(targets[0])
        sources = self._sources(tree, targets)
        if not sources:
            return
        by_column = self._known_columns(tree, sources) if kind in _ONLY_QUERY else None
        for name in sources:
            columns = None if by_column is None else by_column.get(name)
            known = self.found.reads.get(name, set())
            self.found.reads[name] = None if columns is None or known is None else known | columns

    def _targets(self, tree: Any, kind: str) -> list[Any]:
        held = tree.expressions if kind in ("TruncateTable",) else [tree.this]
        if kind == "Drop":
            held = list(tree.find_all(self.exp.Table))
        tables = (one.this if isinstance(one, self.exp.Schema) else one for one in held)
        return [one for one in tables if isinstance(one, self.exp.Table) and one.name]

    def _name(self, table: Any) -> str:
        parts = [one for one in (table.catalog, table.db, table.name) if one]
        return ".".join(parts[1:] if len(parts) > 1 and parts[0] in ("main", "public") else parts)

    def _sources(self, tree: Any, targets: list[Any]) -> set[str]:
        """Tables that are read; names of `with` are none where they are in scope."""
        held = {id(one) for one in targets}
        found = set()
        for table in tree.find_all(self.exp.Table):
            if id(table) not in held and table.name and isinstance(table.this, self.exp.Identifier):
                name = self._name(table)
                if not (name == table.name and self._is_defined(table)):
                    found.add(name)
        return found

    def _is_defined(self, table: Any) -> bool:
        """Whether a `with` around the table defines its name. Only a recursive definition sees itself."""
        inside, node = table, table.parent
        while node is not None:
            with_ = node.args.get("with_") or node.args.get("with")
            seen = [] if with_ is None or inside is with_ else with_.expressions
            if isinstance(node, self.exp.CTE):
                siblings = node.parent.expressions
                seen = siblings if node.parent.recursive else siblings[: siblings.index(node)]
            if any(one.alias.lower() == table.name.lower() for one in seen):
                return True
            inside, node = node, node.parent
        return False

    def _known_columns(self, tree: Any, sources: set[str]) -> dict[str, set[str]] | None:
        """As `_by_column`; None also where sqlglot needs columns that are unknown."""
        from sqlglot.errors import SqlglotError

        try:
            return self._by_column(tree, sources)
        except SqlglotError:
            return None

    def _by_column(self, tree: Any, sources: set[str]) -> dict[str, set[str]] | None:
        """Columns by table, where all that are read are known; None where nothing can be said."""
        from sqlglot.optimizer.qualify import qualify
        from sqlglot.optimizer.scope import traverse_scope

        if tree.find(self.exp.Pivot, self.exp.Columns):
            return None
        schemas = {name: columns for name in sources if (columns := self.columns(name)) is not None}
        flat = tree.copy()
        for table in list(flat.find_all(self.exp.Table)):
            self._flatten(table)
        for column in flat.find_all(self.exp.Column):
            column.set("db", None), column.set("catalog", None)
        schema: Any = {
            f'"{name.lower()}"': {f'"{one.lower()}"': "text" for one in held} for name, held in schemas.items()
        }
        for identifier in flat.find_all(self.exp.Identifier):
            identifier.set("this", str(identifier.this).lower())
        qualified = qualify(
            flat, schema=schema, dialect=self.dialect, validate_qualify_columns=False, quote_identifiers=False
        )
        found: dict[str, set[str]] = {}
        whole: set[str] = set()
        for scope in traverse_scope(qualified):
            tables = {alias: one.name for alias, one in scope.sources.items() if isinstance(one, self.exp.Table)}
            seen: dict[str, set[str]] = {name: set() for name in tables.values()}
            has_star = any(isinstance(one, self.exp.Star) for one in scope.expression.args.get("expressions") or ())
            unclear = has_star or any(not column.table for column in scope.columns)
            for column in scope.columns:
                if column.table in tables and isinstance(column.this, self.exp.Star):
                    whole.add(tables[column.table])
                elif column.table in tables:
                    seen[tables[column.table]].add(column.name)
            for name, read in seen.items():
                found.setdefault(name, set()).update(read)
                if unclear or not read:
                    whole.add(name)
        return self._as_written(found, whole, schemas)

    def _flatten(self, table: Any) -> None:
        """A name with a schema as one identifier, so that every table is at one depth."""
        if not table.db or not isinstance(table.this, self.exp.Identifier):
            return
        alias = table.alias or table.name
        table.set("this", self.exp.to_identifier(self._name(table), quoted=True))
        table.set("db", None), table.set("catalog", None)
        if not table.alias:
            table.set("alias", self.exp.TableAlias(this=self.exp.to_identifier(alias)))

    @staticmethod
    def _as_written(found: dict[str, set[str]], whole: set[str], schemas: dict[str, list[str]]) -> dict[str, set[str]]:
        """With the names as the notebook and the database spell them; a table whose columns are unknown is left out."""
        spelled: dict[str, set[str]] = {}
        for name, columns in schemas.items():
            by_lower = {column.lower(): column for column in columns}
            read = found.get(name.lower())
            if read is None or name.lower() in whole or not read <= by_lower.keys():
                continue
            spelled[name] = {by_lower[column] for column in read}
        return spelled
