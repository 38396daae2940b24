"""pure. SQL as text: what its tokens are, its statements, and the SQL that a driver takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z)|`[^`]*(?:`|\Z)"
    r"|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))|(?P<parameter>\{\{[^{}]*\}\})|(?P<block>\{%)|(?P<end>;)",
    re.S,
)


@dataclass
class Bound:
    """SQL that a driver takes. `marks`: offset in `sql`, offset in the source, for each piece that was copied."""

    sql: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """The variables that were read."""
    marks: list[tuple[int, int]] = field(default_factory=list)

    def offset(self, at: int) -> int:
        """Where in the source this character of the SQL comes from."""
        behind = [mark for mark in self.marks if mark[0] <= at]
        return at if not behind else behind[-1][1] + at - behind[-1][0]


def split(sql: str) -> list[tuple[int, str]]:
    """Each statement with its offset; those that are blank are left out."""
    found, begun = [], 0
    ends = [token.start() for token in TOKEN.finditer(sql) if token["end"]]
    for end in [*ends, len(sql)]:
        text = sql[begun:end]
        if not is_blank(text):
            lead = len(text) - len(text.lstrip())
            found.append((begun + lead, text.strip()))
        begun = end + 1
    return found


def is_blank(text: str) -> bool:
    """Only space and comments."""
    return not re.sub(r"--[^\n]*|/\*.*?\*/", "", text, flags=re.S).strip()
