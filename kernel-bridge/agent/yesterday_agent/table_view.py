"""What the value viewer needs of a table: its columns, a page of cells, an order, and the statistics of a column.

Each library that has tables gives an adapter (`Library.table`). Cells cross as text; a missing one is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, Protocol, TypedDict

from .describe import brief
from .libraries import of_value
from .static_types import is_plain_class

CELL = 300
"""Characters of a cell."""
SAMPLE = 1_000_000
"""Rows that statistics look at; of a longer table evenly spread ones."""
TEXTS = 50_000
"""As `SAMPLE`, for columns that are not numbers."""
_TOP = 5

Kind = Literal["number", "text", "time", "bool", "other"]
Operation = Literal["contains", "eq", "ne", "lt", "le", "gt", "ge", "missing", "present"]


class Column(TypedDict):
    name: str
    type: str
    kind: Kind


class Filter(NamedTuple):
    """Rows that stay: `value` is as a person writes it."""

    column: int
    operation: Operation
    value: str


class Sort(NamedTuple):
    column: int
    descending: bool


class Table(Protocol):
    """A value as rows and columns. Positions are row numbers in the order to show; None for all rows as they are."""

    @property
    def rows(self) -> int: ...
    @property
    def width(self) -> int: ...
    def columns(self, start: int, end: int) -> list[Column]: ...
    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        """A sequence of row numbers. Raises `ValueError` with a reason for people where this cannot be done."""

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        """Cells by column."""

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        """Names of the rows, where they have names other than their numbers."""

    def sample(self, column: int, positions: Any, most: int) -> Any:
        """At most so many values of a column: an array of numbers or times, else a list."""


class Summary(TypedDict, total=False):
    """Statistics of one column. `sampled`: how many rows they are computed from, where not from all."""

    column: int
    count: int
    missing: int
    sampled: int
    least: str
    greatest: str
    mean: str
    deviation: str
    bins: list[int]
    distinct: int
    top: list[list[Any]]


def summary(table: Table, column: int, positions: Any) -> Summary:
    """The statistics of a column, of the rows that are shown."""
    rows = table.rows if positions is None else len(positions)
    kind = table.columns(column, column + 1)[0]["kind"]
    most = SAMPLE if kind in ("number", "time") else TEXTS
    values = table.sample(column, positions, most)
    found: Summary = {"column": column, "count": rows}
    if len(values) < rows:
        found["sampled"] = len(values)
    computed = _by_library(values) if kind in ("number", "time") else None
    found.update(_of_texts(values) if computed is None else computed)
    return found


def _by_library(values: Any) -> Summary | None:
    for library in of_value(values):
        if library.statistics is not None:
            return library.statistics(values)
    return None


def _of_texts(values: Iterable[Any]) -> Summary:
    texts = [cell(value) for value in values]
    counted = Counter(text for text in texts if text is not None)
    found: Summary = {"missing": sum(text is None for text in texts), "distinct": len(counted)}
    found["top"] = [[text[:60], count] for text, count in counted.most_common(_TOP)]
    return found


def spread(count: int, most: int) -> slice:
    """Which of so many rows a sample takes."""
    return slice(0, None, max(1, -(-count // most)))


def cell(value: Any) -> str | None:
    """A cell as text; None for a missing one."""
    kind = type(value)
    if kind is str:
        return str(value[:CELL])
    if value is None or (kind is float and value != value):
        return None
    if kind in (int, float, bool):
        return brief(value)
    for library in of_value(value) if is_plain_class(kind) else ():
        text = None if library.text is None else library.text(value)
        if text is not None:
            return None if text in ("nan", "NaT", "<NA>") else text[:CELL]
    return brief(value)[:CELL]


def wanted(text: str, kind: Kind) -> Any:
    """What a person wrote into a filter, as a value of the column. Raises `ValueError` with a reason for people."""
    if kind == "number":
        try:
            return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
        except ValueError:
            raise ValueError(f"“{text[:40]}” is not a number") from None
    if kind == "bool":
        if text.strip().lower() not in ("true", "false"):
            raise ValueError("write true or false")
        return text.strip().lower() == "true"
    return text


class RowsTable:
    """A table of rows that are there as Python values, such as the layers of a network."""

    def __init__(self, columns: list[Column], rows: list[list[Any]]) -> None:
        self._columns = columns
        self._rows = rows

    @property
    def rows(self) -> int:
        return len(self._rows)

    @property
    def width(self) -> int:
        return len(self._columns)

    def columns(self, start: int, end: int) -> list[Column]:
        return self._columns[start:end]

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        places = [place for place, row in enumerate(self._rows) if all(self._stays(row, one) for one in filters)]
        for sort in reversed(sorts):
            places.sort(key=lambda place: _key(self._rows[place][sort.column]), reverse=sort.descending)
        return places

    def _stays(self, row: list[Any], one: Filter) -> bool:
        value = row[one.column]
        if one.operation in ("missing", "present"):
            return (value is None) == (one.operation == "missing")
        if value is None:
            return False
        if one.operation == "contains":
            return one.value.lower() in (cell(value) or "").lower()
        return bool(COMPARE[one.operation](value, wanted(one.value, self._columns[one.column]["kind"])))

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        places = range(len(self._rows))[start:end] if positions is None else positions[start:end]
        return [[cell(self._rows[place][column]) for place in places] for column in columns]

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        return None

    def sample(self, column: int, positions: Any, most: int) -> Any:
        places = range(len(self._rows)) if positions is None else positions
        return [self._rows[place][column] for place in islice(places, most)]


def _key(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda one, two: one == two,
    "ne": lambda one, two: one != two,
    "lt": lambda one, two: one < two,
    "le": lambda one, two: one <= two,
    "gt": lambda one, two: one > two,
    "ge": lambda one, two: one >= two,
}
"""By operation the comparison of a column, or of a value, with what was written."""
