"""pure. The first line of a SQL cell: `%%sql [connection] [name <<] [SQL]`, as JupySQL writes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .problems import SqlError

_RESULT = re.compile(r"(?:^|(?<=\s))([A-Za-z_]\w*)\s*(=\s*)?<<(?=\s|$)")
_URL = re.compile(r"[A-Za-z][\w+.-]*://\S*$")
_NAME = re.compile(r"[A-Za-z_][\w-]*$")


class Header(NamedTuple):
    """`connection`: a name, a URL, or None for the default. `result`: the variable that gets the rows, if any."""

    connection: str | None
    result: str | None
    sql: str
    """What follows on the same line."""


def parse_header(line: str, is_connection: Callable[[str], bool]) -> Header:
    """Raises `SqlError` for an option. A single word is a connection; before SQL, only one that is known."""
    rest, result = line.strip(), None
    if found := _RESULT.search(rest):
        result = found[1]
        before, after = rest[: found.start()].strip(), rest[found.end() :].strip()
        if len(before.split()) > 1 or (before and not _is_reference(before)):
            raise SqlError(f"`%%sql {rest}`: write the connection and nothing else before `{result} <<`.")
        return Header(before or None, result, after)
    if rest.startswith("--") and rest[2:3].isalpha():
        raise SqlError(f"`%%sql` has no option `{rest.split()[0]}`. Write `%%sql [connection] [name <<]`.")
    word, _, sql = rest.partition(" ")
    if _URL.match(word) or (_NAME.match(word) and (not sql or is_connection(word))):
        return Header(word, None, sql.strip())
    return Header(None, None, rest)


def _is_reference(word: str) -> bool:
    return _URL.match(word) is not None or _NAME.match(word) is not None
