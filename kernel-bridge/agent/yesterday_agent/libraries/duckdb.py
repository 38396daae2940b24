"""duckdb: relations by their columns. A relation is a query, so its rows are not counted for a listing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..library import Description, Library
from ..table_view import TEXTS, Column, Filter, Kind, Sort, Table, cell

_NAMED = 8
_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")


def _is_relation(value: Any) -> bool:
    return type(value).__name__ == "DuckDBPyRelation"


def _describe(value: Any) -> Description | None:
    if not _is_relation(value):
        return None
    names = list(value.columns)
    preview = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return {"preview": preview, "opens": "table"}


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    return _Relation(value) if _is_relation(value) else None


class _Relation:
    """Each question runs a query in the relation's own connection. Positions are a relation with its count of rows."""

    runs_queries = True

    def __init__(self, relation: Any) -> None:
        self._relation = relation
        self._names = list(relation.columns)
        self._types = [str(one) for one in relation.types]
        self._rows: int | None = None

    @property
    def rows(self) -> int:
        self._rows = _count(self._relation) if self._rows is None else self._rows
        return self._rows

    @property
    def width(self) -> int:
        return len(self._names)

    def columns(self, start: int, end: int) -> list[Column]:
        pairs = list(zip(self._names, self._types, strict=True))[start:end]
        return [{"name": name, "type": kind, "kind": _kind(kind)} for name, kind in pairs]

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        found = self._relation
        for one in filters:
            found = found.filter(self._condition(one))
        if sorts:
            order = [f"{_quoted(self._names[one.column])} {'DESC' if one.descending else 'ASC'}" for one in sorts]
            found = found.order(", ".join(f"{one} NULLS LAST" for one in order))
        return _Rows(found)

    def _condition(self, one: Filter) -> str:
        name = _quoted(self._names[one.column])
        if one.operation in ("missing", "present"):
            return f"{name} IS {'' if one.operation == 'missing' else 'NOT '}NULL"
        if one.operation == "contains":
            return f"contains(lower(CAST({name} AS VARCHAR)), {_literal(one.value.lower())})"
        return f"{name} {_OPERATORS[one.operation]} CAST({_literal(one.value)} AS {self._types[one.column]})"

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        found = self._relation if positions is None else positions.relation
        rows = found.limit(max(0, end - start), offset=start).fetchall()
        return [[cell(row[column]) for row in rows] for column in columns]

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        return None

    def sample(self, column: int, positions: Any, most: int) -> Any:
        found = self._relation if positions is None else positions.relation
        rows = found.project(_quoted(self._names[column])).limit(min(most, TEXTS)).fetchall()
        values = [row[0] for row in rows]
        if _kind(self._types[column]) != "number":
            return values
        import numpy

        return numpy.array([float("nan") if value is None else float(value) for value in values], "f8")


class _Rows:
    def __init__(self, relation: Any) -> None:
        self.relation = relation
        self._count = _count(relation)

    def __len__(self) -> int:
        return self._count


def _count(relation: Any) -> int:
    return int(relation.aggregate("count(*)").fetchall()[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _kind(kind: str) -> Kind:
    if kind in (*_NUMBERS, "FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return "number"
    if kind.startswith(("TIMESTAMP", "DATE")):
        return "time"
    return "bool" if kind == "BOOLEAN" else "text" if kind == "VARCHAR" else "other"


LIBRARY = Library(
    "duckdb",
    describe=_describe,
    table=_table,
    connections=frozenset(("DuckDBPyConnection",)),
    connects_itself=True,
)
