"""pandas: rows become its frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..library import SqlLibrary


def _to_frame(columns: list[str], rows: list[Sequence[Any]]) -> Any:
    import pandas

    return pandas.DataFrame.from_records([tuple(row) for row in rows], columns=columns)


LIBRARY = SqlLibrary("pandas", frozenset(("DataFrame",)), to_frame=_to_frame)
