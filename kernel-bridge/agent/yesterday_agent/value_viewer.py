"""The value viewer: what is in one variable, a page at a time.

A value is named by its variable and the places of the children that lead to it. Invariant: no page is larger than its
limits, whatever the value; computed orders hold row numbers alone, so that no value lives longer for them.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from .addresses import address
from .describe import describe, of_library
from .libraries import of_bases
from .pixels import is_picture
from .secrecy import hidden, hides
from .static_types import is_plain_class
from .table_view import Filter, Sort, Table, summary
from .tree_view import child, children, count, is_hidden

ROWS = 500
COLUMNS = 100
CHILDREN = 200
TEXT = 20_000
_RESULT = re.compile(r"Out\[(\d{1,9})\]")
_ORDERS = 2
_STALE_SECONDS = 5.0
"""During a run an order is computed again after this time."""


class RefusalError(Exception):
    """Why there is no answer: `reason` is a code that the page words, `detail` is for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class ValueViewer:
    """`moment` changes with each run; `is_running`: one is on; `cell_of`: the cell that wrote a variable or result."""

    def __init__(
        self,
        namespace: Mapping[str, Any],
        is_users: Callable[[str], bool],
        moment: Callable[[], object],
        is_running: Callable[[], bool],
        cell_of: Callable[[str], str | None] = lambda name: None,
    ) -> None:
        self._namespace = namespace
        self._is_users = is_users
        self._moment = moment
        self._is_running = is_running
        self._cell_of = cell_of
        self._orders: OrderedDict[Any, tuple[float, Any]] = OrderedDict()

    def head(self, content: dict[str, Any]) -> dict[str, Any]:
        """What the value is, and the first of what its viewer needs."""
        value = self._value(content)
        entry = describe(value)
        found: dict[str, Any] = {"entry": entry, "form": entry.get("opens") or "none"}
        if found["form"] in ("table", "array", "module"):
            table = self._table(value, content)
            axes = entry.get("shape", [])[:-2] if found["form"] == "array" else []
            found |= {"rows": table.rows, "width": table.width, "axes": axes}
            found["columns"] = table.columns(0, COLUMNS)
            shape = entry.get("shape", [])
            found["picture"] = found["form"] == "array" and (is_picture(shape) or is_picture(shape[-2:]))
        elif found["form"] == "tree":
            found["count"] = count(value)
        elif found["form"] == "text":
            found |= _text(value)
        return found

    def columns(self, content: dict[str, Any]) -> dict[str, Any]:
        """A window of the columns of a table."""
        start = _number(content, "start")
        return {"columns": self._table(self._value(content), content).columns(start, start + COLUMNS)}

    def rows(self, content: dict[str, Any]) -> dict[str, Any]:
        """A page of rows, by column."""
        value = self._value(content)
        table = self._table(value, content)
        positions = self._positions(value, table, content)
        start = _number(content, "start")
        total = table.rows if positions is None else len(positions)
        end = min(total, start + min(ROWS, _number(content, "count")))
        places = [place for place in _numbers(content, "columns")[:COLUMNS] if place < table.width]
        if start >= end:
            return {"total": total, "start": start, "cells": [[] for _ in places], "labels": None}
        cells = table.page(positions, start, end, places)
        return {"total": total, "start": start, "cells": cells, "labels": table.labels(positions, start, end)}

    def summaries(self, content: dict[str, Any]) -> dict[str, Any]:
        """Statistics of columns, of the rows that the filters leave."""
        value = self._value(content)
        table = self._table(value, content)
        positions = self._positions(value, table, {**content, "sorts": []})
        places = [place for place in _numbers(content, "columns")[:COLUMNS] if place < table.width]
        return {"summaries": [summary(table, place, positions) for place in places]}

    def children(self, content: dict[str, Any]) -> dict[str, Any]:
        """A page of what is inside of a value."""
        value = self._value(content)
        start = _number(content, "start")
        found = []
        for name, item in islice(children(value), start, start + CHILDREN):
            entry = describe(item)
            if is_hidden(name, item):
                entry = {"type": entry["type"], "group": entry["group"], "preview": hidden(item)}
            found.append({"key": name, "entry": entry})
        return {"children": found, "count": count(value)}

    def picture(self, content: dict[str, Any]) -> dict[str, Any]:
        """The value as a PNG."""
        value = self._value(content)
        for library in of_bases(type(value)) if is_plain_class(type(value)) else ():
            if library.picture is not None and (found := library.picture(value, _numbers(content, "fixed"))):
                return {"picture": found}
        raise RefusalError("noPicture")

    def _value(self, content: dict[str, Any]) -> Any:
        name = str(content.get("name"))
        result = _RESULT.fullmatch(name)
        cell = content.get("cell")
        if result is not None and cell is not None and self._cell_of(name) == cell:
            name = f"_{result[1]}"
        elif not self._is_users(name):
            raise RefusalError("gone")
        if name not in self._namespace:
            raise RefusalError("gone")
        value = self._namespace[name]
        if hides(name, value):
            raise RefusalError("secret")
        try:
            for place in _numbers(content, "path"):
                value = child(value, place)
        except (LookupError, RuntimeError):
            raise RefusalError("gone") from None
        return value

    def _table(self, value: Any, content: dict[str, Any]) -> Table:
        if not is_plain_class(type(value)) or of_library(value) is None:
            raise RefusalError("gone")
        for library in of_bases(type(value)):
            if library.table is None:
                continue
            try:
                table = library.table(value, _numbers(content, "fixed"))
            except IndexError:
                raise RefusalError("gone") from None
            if table is not None:
                if getattr(table, "runs_queries", False) and self._is_running():
                    raise RefusalError("waits")
                return table
        raise RefusalError("gone")

    def _positions(self, value: Any, table: Table, content: dict[str, Any]) -> Any:
        sorts = [Sort(int(one["column"]), bool(one["descending"])) for one in content.get("sorts") or ()]
        filters = [
            Filter(int(one["column"]), one["operation"], str(one["value"])) for one in content.get("filters") or ()
        ]
        if not sorts and not filters:
            return None
        used = [one.column for one in sorts] + [one.column for one in filters]
        if not all(0 <= column < table.width for column in used):
            raise RefusalError("gone")
        shape = (address(value), *_numbers(content, "fixed"), table.width)
        key = (self._moment(), shape, tuple(sorts), tuple(filters))
        made, found = self._orders.get(key, (0.0, None))
        if found is None or (self._is_running() and time.monotonic() - made > _STALE_SECONDS):
            try:
                found = table.positions(sorts, filters)
            except ValueError as problem:
                raise RefusalError("impossible", str(problem)) from None
            self._orders[key] = time.monotonic(), found
        self._orders.move_to_end(key)
        while len(self._orders) > _ORDERS:
            self._orders.popitem(last=False)
        return found


def _text(value: Any) -> dict[str, Any]:
    shown = value[:TEXT]
    return {"text": shown if type(shown) is str else repr(bytes(shown)), "count": len(value)}


def _number(content: dict[str, Any], name: str) -> int:
    value = content.get(name)
    return max(0, value) if type(value) is int else 0


def _numbers(content: dict[str, Any], name: str) -> list[int]:
    value = content.get(name)
    return [one for one in value if type(one) is int and one >= 0] if type(value) is list else []
