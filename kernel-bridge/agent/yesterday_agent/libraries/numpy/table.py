"""A numpy array as a table: the last two axes are rows and columns, and the others are fixed at a place each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...table_view import COMPARE, Column, Filter, Kind, Sort, cell, spread, wanted

_KINDS: dict[str, Kind] = {"b": "bool", "i": "number", "u": "number", "f": "number", "M": "time", "m": "time"}


def kind_of(dtype: Any) -> Kind:
    return _KINDS.get(dtype.kind, "text" if dtype.kind in "USTa" else "other")


class ArrayTable:
    """Of an array of one or two dimensions of numpy's own class; one of fields has a column for each."""

    def __init__(self, array: Any) -> None:
        self._names: tuple[str, ...] | None = array.dtype.names
        self._array = array.reshape(1) if array.ndim == 0 else array
        self._is_flat = self._array.ndim == 1

    @property
    def rows(self) -> int:
        return int(self._array.shape[0])

    @property
    def width(self) -> int:
        if self._names is not None and self._is_flat:
            return len(self._names)
        return 1 if self._is_flat else int(self._array.shape[1])

    def columns(self, start: int, end: int) -> list[Column]:
        found: list[Column] = []
        for place in range(start, min(end, self.width)):
            dtype = self._column(place).dtype
            name = self._names[place] if self._names is not None and self._is_flat else str(place)
            found.append(
                {"name": "value" if name == "0" and self._is_flat else name, "type": str(dtype), "kind": kind_of(dtype)}
            )
        return found

    def _column(self, place: int) -> Any:
        if not self._is_flat:
            return self._array[:, place]
        return self._array if self._names is None else self._array[self._names[place]]

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        import numpy

        places = None
        if filters:
            mask = numpy.ones(self.rows, bool)
            for one in filters:
                mask &= stays(self._column(one.column), one)
            places = numpy.flatnonzero(mask)
        for sort in reversed(sorts):
            column = self._column(sort.column)
            if column.dtype.hasobject:
                raise ValueError("objects have no order")
            found = order(column if places is None else column[places], sort.descending)
            places = found if places is None else places[found]
        places = numpy.arange(self.rows) if places is None else places
        return places.astype("u4") if self.rows < 1 << 32 else places

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        places = slice(start, end) if positions is None else positions[start:end]
        return [texts(self._column(column)[places]) for column in columns]

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        return None

    def sample(self, column: int, positions: Any, most: int) -> Any:
        values = self._column(column)
        values = values if positions is None else values[positions]
        values = values[spread(len(values), most)]
        return values if kind_of(values.dtype) in ("number", "time") else values.tolist()


def texts(values: Any) -> list[str | None]:
    """The cells of an array; numbers as numpy writes them, which keeps `float32` short."""
    if values.dtype.kind in "biufcMm":
        return [None if text in ("nan", "NaT") else text for text in map(str, values)]
    return [cell(value) for value in values.tolist()]


def order(values: Any, descending: bool) -> Any:
    """Places in ascending order; missing values are last in both directions, and equal ones keep their order."""
    import numpy

    if not descending:
        return numpy.argsort(values, kind="stable")
    if values.dtype.kind == "f":
        return numpy.argsort(-values, kind="stable")
    if values.dtype.kind in "biuMm":
        # The complement turns the order round without an overflow, and puts the time that is none last.
        return numpy.argsort(~(values.view("i8") if values.dtype.kind in "Mm" else values), kind="stable")
    missing = _missing(values)
    known = numpy.flatnonzero(~missing)
    backwards = known[::-1]
    sorted_places = backwards[numpy.argsort(values[backwards], kind="stable")][::-1]
    return numpy.concatenate([sorted_places, numpy.flatnonzero(missing)])


def _missing(values: Any) -> Any:
    import numpy

    if values.dtype.kind in "fc":
        return numpy.isnan(values)
    return numpy.isnat(values) if values.dtype.kind in "Mm" else numpy.zeros(len(values), bool)


def stays(values: Any, one: Filter) -> Any:
    """Which values a filter keeps."""
    import numpy

    if one.operation in ("missing", "present"):
        missing = _missing(values)
        return missing if one.operation == "missing" else ~missing
    if one.operation == "contains" or values.dtype.hasobject:
        needle = one.value.lower()
        found = [needle in (text or "").lower() for text in texts(values)]
        return numpy.array(found, bool)
    kind = kind_of(values.dtype)
    value = numpy.datetime64(one.value) if values.dtype.kind == "M" else wanted(one.value, kind)
    with numpy.errstate(all="ignore"):
        return COMPARE[one.operation](values, value)
