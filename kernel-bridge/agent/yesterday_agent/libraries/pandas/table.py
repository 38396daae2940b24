"""A pandas frame or series as a table. Classes of the notebook's below pandas' are read as pandas' own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...table_view import COMPARE, Column, Filter, Kind, Sort, cell, spread, wanted
from ..numpy.table import order, texts

_ORDERED = frozenset(
    [
        *("string", "integer", "floating", "boolean", "decimal", "bytes", "mixed-integer-float", "empty"),
        *("date", "datetime", "datetime64", "timedelta"),
    ]
)
_MOST_OBJECTS = 2_000_000


class FrameTable:
    def __init__(self, value: Any, is_series: bool) -> None:
        import pandas

        manager = object.__getattribute__(value, "_mgr")
        plain = pandas.Series if is_series else pandas.DataFrame
        whole = plain._from_mgr(manager, axes=manager.axes)
        if is_series:
            whole._name = object.__getattribute__(value, "_name")
        self._frame = whole.to_frame() if is_series else whole

    @property
    def rows(self) -> int:
        return len(self._frame)

    @property
    def width(self) -> int:
        return int(self._frame.shape[1])

    def columns(self, start: int, end: int) -> list[Column]:
        names = list(self._frame.columns[start:end])
        return [
            {"name": label(name), "type": str(column.dtype), "kind": _kind(column)}
            for name, column in ((name, self._column(start + place)) for place, name in enumerate(names))
        ]

    def _column(self, place: int) -> Any:
        return self._frame._ixs(place, axis=1)

    def positions(self, sorts: Sequence[Sort], filters: Sequence[Filter]) -> Any:
        import numpy

        places = None
        if filters:
            mask = numpy.ones(self.rows, bool)
            for one in filters:
                mask &= _stays(self._column(one.column), one)
            places = numpy.flatnonzero(mask)
        for sort in reversed(sorts):
            found = _order(self._column(sort.column), places, sort.descending)
            places = found if places is None else places[found]
        places = numpy.arange(self.rows) if places is None else places
        return places.astype("u4") if self.rows < 1 << 32 else places

    def page(self, positions: Any, start: int, end: int, columns: Sequence[int]) -> list[list[str | None]]:
        places = slice(start, end) if positions is None else positions[start:end]
        return [_texts(self._column(column).array[places]) for column in columns]

    def labels(self, positions: Any, start: int, end: int) -> list[str] | None:
        index = self._frame.index
        if type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1):
            return None
        places = slice(start, end) if positions is None else positions[start:end]
        return [label(one) for one in index[places]]

    def sample(self, column: int, positions: Any, most: int) -> Any:
        array = self._column(column).array
        places = spread(len(array), most) if positions is None else positions[spread(len(positions), most)]
        some = array[places]
        kind = _kind(self._column(column))
        if kind == "number":
            return some.to_numpy(dtype="f8", na_value=float("nan"))
        if kind == "time":
            return some.to_numpy(dtype="m8[ns]" if "timedelta" in str(some.dtype) else "M8[ns]")
        return [None if text is None else text for text in _texts(some)]


def label(name: Any) -> str:
    """Of a row or column; of several levels all of them."""
    if type(name) is tuple:
        return " / ".join(map(label, name))
    return cell(name) or str(None)


def _kind(column: Any) -> Kind:
    dtype = column.dtype
    code = getattr(dtype, "kind", "O")
    if code == "b":
        return "bool"
    if code in "iuf":
        return "number"
    if code in "Mm":
        return "time"
    return "text" if str(dtype) in ("object", "str", "string", "category") or code in "USO" else "other"


def _texts(array: Any) -> list[str | None]:
    inner = getattr(array, "_ndarray", None)
    if inner is not None and inner.dtype == array.dtype and inner.dtype.kind in "biuf":
        return texts(inner)
    missing = array.isna()
    return [None if gone else cell(value) for value, gone in zip(list(array), missing, strict=True)]


def _order(column: Any, places: Any, descending: bool) -> Any:
    array = column.array if places is None else column.array[places]
    inner = getattr(array, "_ndarray", None)
    if inner is not None and inner.dtype == array.dtype and inner.dtype.kind in "biufMm":
        return order(inner, descending)
    if column.dtype == object:
        import pandas

        # An extension array of objects is not looked into by pandas before version 3.
        found = pandas.api.types.infer_dtype(inner if inner is not None else array, skipna=True)
        if found not in _ORDERED:
            raise ValueError(f"a column of {found} values has no order")
    return array.argsort(ascending=not descending, kind="stable", na_position="last")


def _stays(column: Any, one: Filter) -> Any:
    import numpy

    array, kind = column.array, _kind(column)
    missing = numpy.asarray(array.isna())
    if one.operation in ("missing", "present"):
        return missing if one.operation == "missing" else ~missing
    if one.operation == "contains" or kind == "other":
        if len(array) > _MOST_OBJECTS:
            raise ValueError(f"text is looked for in at most {_MOST_OBJECTS:,} rows")
        needle = one.value.lower()
        return numpy.array([needle in (text or "").lower() for text in _texts(array)], bool)
    if kind == "text" and column.dtype == object:
        compare = COMPARE[one.operation]
        found = [text is not None and compare(text, one.value) for text in _texts(array)]
        return numpy.array(found, bool)
    value = _time(one.value, column) if kind == "time" else wanted(one.value, kind)
    if str(column.dtype) == "category":
        column = column.astype("str")
    with numpy.errstate(all="ignore"):
        result = COMPARE[one.operation](column, value)
    return numpy.asarray(result.fillna(False) if hasattr(result, "fillna") else result, bool) & ~missing


def _time(text: str, column: Any) -> Any:
    import pandas

    try:
        if column.dtype.kind == "m":
            return pandas.Timedelta(text)
        zone = getattr(column.dtype, "tz", None)
        return pandas.Timestamp(text, tz=zone)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is not a time") from None
