"""Connections of SQL cells: the default, saved names, URLs, and connections that the notebook holds.

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

from . import libraries
from .library import Database, Engine, Site
from .problems import SqlError
from .tables import to_frame

FILE = "connections.json"
_LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Connection:
    """`kind`: the package of the database. `label`: as tables are named in the record; empty for the default.
    `dialect` is sqlglot's name. `variable`: the name in the notebook, if it comes from there."""

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
        name, default = _default()
        if reference is None or reference in (f"{default.scheme}://", f"{default.scheme}:///:memory:"):
            held = default.default() if default.default is not None else None
            return Connection(name, held, "", default.dialect(held))
        if "://" in reference:
            return self._open(reference, _shown(reference))
        kind = _kind(variables.get(reference))
        if kind is not None:
            held = variables[reference]
            return Connection(kind, held, reference, libraries.databases()[kind].dialect(held), reference)
        known = saved(user_folder())
        if reference not in known:
            names = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
            raise SqlError(
                f"There is no connection `{reference}`. Saved connections: {names}.\n"
                f"Add it under Connections, or run `yesterday connections add {reference}`."
            )
        return self._open(known[reference], reference)

    def engine(self, connection: Connection, variables: dict[str, Any]) -> Engine:
        """What runs statements on it."""
        return libraries.databases()[connection.kind].engine(connection.held, Site(variables, self.secrets, to_frame))

    def _open(self, url: str, label: str) -> Connection:
        secrets = secrets_of(url)
        self.secrets += [one for one in secrets if one not in self.secrets]
        self._learn(secrets)
        if url not in self._made:
            self._made[url] = _connect(url, label, secrets)
        return self._made[url]


def _kind(value: object) -> str | None:
    """Of a value of the notebook that SQL can run on."""
    library = libraries.of_value(value)
    database = None if library is None else library.database
    is_held = database is not None and type(value).__name__ in database.connections
    return library.package if library is not None and is_held else None


def _default() -> tuple[str, Database]:
    return next((name, one) for name, one in libraries.databases().items() if one.default is not None)


def _shown(url: str) -> str:
    """Host and database of a URL, or the file."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}" if parts.hostname else parts.path[1:] or parts.scheme


def _connect(url: str, label: str, secrets: list[str]) -> Connection:
    databases, scheme = libraries.databases(), url.partition("://")[0]
    kind = next((name for name, one in databases.items() if one.scheme == scheme), None)
    kind = kind or next(name for name, one in databases.items() if not one.scheme)
    held = databases[kind].open(url, label, secrets)
    return Connection(kind, held, label, databases[kind].dialect(held))
