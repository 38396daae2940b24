"""Frames of the notebook, and rows as the frame that is at hand."""

from __future__ import annotations

import html
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from . import libraries


def is_frame(value: object) -> bool:
    """Whether SQL reads a variable of this value as a table."""
    library = libraries.of_value(value)
    return isinstance(value, Rows) if library is None else type(value).__name__ in library.frames


def columns_of(value: Any) -> list[str] | None:
    """The names of a frame's columns; None where it has none or they are no texts."""
    library = libraries.of_value(value)
    try:
        ask = None if library is None else library.columns
        held = getattr(value, "columns", None) if ask is None else ask(value)
        names = None if held is None else list(held)
    except Exception:
        return None
    return names if names is not None and all(type(one) is str for one in names) else None


def frames_in(variables: Mapping[str, Any]) -> list[str]:
    """Names of frames, those of IPython's own left out."""
    return [name for name, value in list(variables.items()) if not name.startswith("_") and is_frame(value)]


def to_frame(columns: list[str], rows: list[Sequence[Any]]) -> Any:
    """A frame of the first library that is installed, else `Rows`."""
    for package, library in libraries.LIBRARIES.items():
        if library.to_frame is not None and importlib.util.find_spec(package) is not None:
            return library.to_frame(columns, rows)
    return Rows(columns, rows)


class Rows(list[Any]):
    """Rows as tuples, shown as a table: what is left without a library of frames."""

    SHOWN = 50

    def __init__(self, columns: list[str], rows: list[Sequence[Any]]) -> None:
        super().__init__(tuple(row) for row in rows)
        self.columns = columns

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(one))}</td>" for one in row) + "</tr>" for row in self[: self.SHOWN]
        )
        more = f"<p>{len(self):,} rows, {self.SHOWN} shown</p>" if len(self) > self.SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
