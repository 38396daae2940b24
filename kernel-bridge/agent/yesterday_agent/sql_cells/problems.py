"""pure. What goes wrong in a SQL cell, with the place in the SQL. It is shown without a traceback of Python's."""

from __future__ import annotations

import re
from typing import NamedTuple


class Place(NamedTuple):
    """Both count from 1, below the line with the magic."""

    line: int
    column: int


class SqlError(Exception):
    """A SQL cell failed. `place` is where, if it is known."""

    def __init__(self, message: str, place: Place | None = None, sql: str = "") -> None:
        self.place = place
        self._picture = _pointed(place, sql)
        where = f"Line {place.line}, column {place.column}: " if place else ""
        super().__init__(f"{where}{message}")

    def _render_traceback_(self) -> list[str]:
        """IPython's own protocol: the lines to show."""
        return [f"\x1b[0;31m{type(self).__name__}\x1b[0m: {self}", *self._picture]


class MissingPackageError(SqlError):
    """A package is not installed in the kernel's Python."""

    def __init__(self, what: str, package: str) -> None:
        super().__init__(
            f"{what} is not installed in this kernel.\n"
            f"Run `%pip install {package}` in a cell, then run this cell again."
        )


def masked(text: str, secrets: list[str]) -> str:
    """The text without these."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def _pointed(place: Place | None, sql: str) -> list[str]:
    """The line with a mark below the column."""
    lines = sql.split("\n")
    if place is None or not 1 <= place.line <= len(lines):
        return []
    head, shown = f"{place.line} | ", lines[place.line - 1].expandtabs(1)
    start = max(0, place.column - 80)
    return [f"{head}{shown[start : start + 160]}", f"{' ' * (len(head) + place.column - 1 - start)}^"]


def place_at(sql: str, offset: int) -> Place:
    """The place of a character."""
    before = sql[: max(0, min(offset, len(sql)))]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


_QUOTED_WORD = re.compile(
    r"near \"([^\"]+)\"|no such (?:column|table|function): (?:\w+\.)*([\w\"]+)|ambiguous column name: ([\w.]+)"
)


def offset_of_word(message: str, statement: str) -> int | None:
    """The place of the word that SQLite names; it reports no place."""
    found = _QUOTED_WORD.search(message)
    word = next((one for one in found.groups() if one), None) if found else None
    if word is None:
        return None
    at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", statement, re.I) or re.search(re.escape(word), statement, re.I)
    return at.start() if at else None
