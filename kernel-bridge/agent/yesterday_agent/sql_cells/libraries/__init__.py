"""What SQL cells know of single packages, each in a module of its own. None imports its package at the top.

Apart from `yesterday_agent.libraries`: SQL cells run in plain Jupyter too, without the agent.
"""

from __future__ import annotations

from ..library import Database, SqlLibrary
from .duckdb import LIBRARY as DUCKDB
from .numpy import LIBRARY as NUMPY
from .pandas import LIBRARY as PANDAS
from .polars import LIBRARY as POLARS
from .pyarrow import LIBRARY as PYARROW
from .sqlalchemy import LIBRARY as SQLALCHEMY

LIBRARIES: dict[str, SqlLibrary] = {
    "pandas": PANDAS,
    "polars": POLARS,
    "pyarrow": PYARROW,
    "numpy": NUMPY,
    **dict.fromkeys(("duckdb", "_duckdb"), DUCKDB),
    "sqlalchemy": SQLALCHEMY,
}
"""By package. Rows become a frame of the first that is installed and makes some."""


def of_value(value: object) -> SqlLibrary | None:
    """The library of a value's class."""
    return LIBRARIES.get(type(value).__module__.partition(".")[0])


def databases() -> dict[str, Database]:
    """By package, those that SQL runs on."""
    return {one.package: one.database for one in LIBRARIES.values() if one.database is not None}
