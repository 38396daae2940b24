"""Connections of SQL cells: DuckDB, saved names, URLs of SQLAlchemy, and connections that the notebook holds.

Saved connections are in `connections.json` in the user's folder, outside the notebook and the project. The server and
`yesterday connections` write it.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .problems import MissingPackageError, SqlError

FILE = "connections.json"
_LARGEST = 1024 * 1024
_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "pyodbc": "pyodbc",
    "odps": "pyodps[sqlalchemy]",
}
_URL_PACKAGES = {
    "trino": "trino[sqlalchemy]",
    "hive": "pyhive[hive]",
    "odps": "pyodps",
    "snowflake": "snowflake-sqlalchemy",
}


@dataclass(frozen=True)
class Connection:
    """`kind`: duckdb or sqlalchemy. `label`: as tables are named in the record; empty for the default. `dialect` is
    sqlglot's name. `variable`: the name in the notebook, if it comes from there."""

    kind: str
    held: Any
    label: str
    dialect: str
    variable: str | None = None


def user_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where Yesterday keeps the user's own data; the server's `user-folder.ts` computes the same."""
    if environ.get("YESTERDAY_HOME"):
        return Path(environ["YESTERDAY_HOME"])
    home = Path.home()
    if platform == "darwin":
        return home / "Library" / "Application Support" / "Yesterday"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Yesterday"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "yesterday"


def saved(folder: Path) -> dict[str, str]:
    """URLs by name; empty without the file. Raises `SqlError` if the file is damaged or open to others."""
    path = folder / FILE
    try:
        facts = path.stat()
        if os.name == "posix" and stat.S_IMODE(facts.st_mode) & 0o077:
            raise SqlError(f"Other users can read `{path}`. Run `chmod 600 {path}` and try again.")
        text = path.read_text("utf-8") if facts.st_size <= _LARGEST else ""
        entries = json.loads(text)["connections"]
        return {str(one["name"]): str(one["url"]) for one in entries}
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise SqlError(f"Could not read `{path}`: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise SqlError(f"`{path}` is damaged. Correct it, or delete it and add the connections again.") from None


def secrets_of(url: str) -> list[str]:
    """The password of a URL, as written and decoded, and values of secret query parameters."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return []
    found = [password, unquote(password)] if password else []
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if value and any(word in name.lower() for word in ("password", "passwd", "pwd", "token", "secret", "key")):
            found += [value, unquote(value)]
    return list(dict.fromkeys(one for one in found if len(one) > 2))


def masked(text: str, secrets: list[str]) -> str:
    """The text without these."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


class Connections:
    """Those of one kernel. Engines are made once for each URL."""

    def __init__(self, learn: Callable[[list[str]], None]) -> None:
        self._learn = learn
        self._made: dict[str, Connection] = {}
        self.secrets: list[str] = []

    def is_known(self, name: str, variables: Mapping[str, Any]) -> bool:
        """Whether a word before SQL is a connection."""
        return _kind(variables.get(name)) is not None or name in saved(user_folder())

    def find(self, reference: str | None, variables: Mapping[str, Any]) -> Connection:
        """Raises `SqlError` if there is none of this name."""
        if reference is None or reference in ("duckdb://", "duckdb:///:memory:"):
            return Connection("duckdb", _default_duckdb(), "", "duckdb")
        if "://" in reference:
            return self._open(reference, _shown(reference))
        kind = _kind(variables.get(reference))
        if kind is not None:
            held = variables[reference]
            return Connection(kind, held, reference, "duckdb" if kind == "duckdb" else dialect_of(held), reference)
        known = saved(user_folder())
        if reference not in known:
            names = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
            raise SqlError(
                f"There is no connection `{reference}`. Saved connections: {names}.\n"
                f"Add it under Connections, or run `yesterday connections add {reference}`."
            )
        return self._open(known[reference], reference)

    def _open(self, url: str, label: str) -> Connection:
        secrets = secrets_of(url)
        self.secrets += [one for one in secrets if one not in self.secrets]
        self._learn(secrets)
        if url not in self._made:
            self._made[url] = _connect(url, label, secrets)
        return self._made[url]


def _kind(value: object) -> str | None:
    """Of a value of the notebook that SQL can run on."""
    package, name = type(value).__module__.partition(".")[0], type(value).__name__
    if package in ("duckdb", "_duckdb") and name == "DuckDBPyConnection":
        return "duckdb"
    return "sqlalchemy" if package == "sqlalchemy" and name in ("Engine", "Connection") else None


def _default_duckdb() -> Any:
    """The connection that `duckdb.sql` uses as well."""
    default = _duckdb().default_connection
    return default() if callable(default) else default


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingPackageError("DuckDB", "duckdb") from None
    return duckdb


def _shown(url: str) -> str:
    """Host and database of a URL, or the file."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}" if parts.hostname else parts.path[1:] or parts.scheme


def _connect(url: str, label: str, secrets: list[str]) -> Connection:
    scheme = url.partition("://")[0]
    if scheme == "duckdb":
        try:
            return Connection("duckdb", _duckdb().connect(url.partition(":///")[2] or ":memory:"), label, "duckdb")
        except MissingPackageError:
            raise
        except Exception as problem:
            raise SqlError(f"Could not open `{label}`: {masked(str(problem), secrets)}") from None
    try:
        import sqlalchemy
    except ImportError:
        raise MissingPackageError("SQLAlchemy", "sqlalchemy") from None
    try:
        return Connection("sqlalchemy", engine := sqlalchemy.create_engine(url), label, dialect_of(engine))
    except ModuleNotFoundError as problem:
        name = problem.name or scheme
        raise MissingPackageError(f"The driver `{name}`", _PACKAGES.get(name, name)) from None
    except Exception as problem:
        package = _URL_PACKAGES.get(scheme.partition("+")[0])
        if type(problem).__name__ == "NoSuchModuleError" and package:
            raise MissingPackageError(f"The driver for `{scheme}`", package) from None
        raise SqlError(f"Could not open `{label}`: {masked(str(problem), secrets)}") from None


_DIALECTS = {
    "postgresql": "postgres",
    "mssql": "tsql",
    "mariadb": "mysql",
    "redshift": "redshift",
    "odps": "hive",
    "maxcompute": "hive",
    "sparksql": "spark",
    "cockroachdb": "postgres",
    "awsathena": "athena",
}


def dialect_of(engine: Any) -> str:
    """sqlglot's name of an engine's dialect."""
    name = str(engine.dialect.name)
    return _DIALECTS.get(name, name)
