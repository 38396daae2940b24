"""pure. Which tables a text of SQL reads and writes, in the dialects that notebooks use.

Names are lower case, without `main.`; those of `with` are no tables. What a statement does beyond the tables that it
names (a trigger, a rollback, another database) is `beyond`, and what looks at all of them as `everything`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from .libraries import SQL_CATALOGUES

_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[\w+\]|[A-Za-z_][\w$]*|[^\s\w]|\w+", re.S
)
_OPENING = frozenset(
    [
        "select",
        "with",
        "from",
        "values",
        "insert",
        "replace",
        "update",
        "delete",
        "merge",
        "create",
        "drop",
        "alter",
        "truncate",
        "copy",
        "attach",
        "detach",
        "use",
        "rollback",
        "pragma",
        "set",
        "load",
        "install",
        "import",
        "call",
        "begin",
        "commit",
        "end",
        "savepoint",
        "release",
        "analyze",
        "vacuum",
        "checkpoint",
        "explain",
        "show",
        "describe",
        "summarize",
    ]
)
_NEUTRAL = frozenset(["begin", "commit", "end", "savepoint", "release", "analyze", "vacuum", "checkpoint"])
_CHANGES_OTHERS = frozenset(["attach", "detach", "use", "rollback", "set", "load", "install", "import", "call"])
_PASSING = frozenset(["rollback", "pragma", "set", "call", "insert", "replace", "update", "delete", "merge", "with"])
_LOOKS_AT_ALL = frozenset(["show", "describe", "pragma"])
_ENDS_SOURCES = frozenset(
    [
        "where",
        "group",
        "order",
        "having",
        "limit",
        "union",
        "intersect",
        "except",
        "window",
        "returning",
        "set",
        "values",
    ]
)
_CATALOGUE = re.compile(r"sqlite_(?:temp_)?(?:master|schema)$|(?:information_schema|pg_catalog)\.|pragma_")
_NO_NAME = frozenset(
    [
        "select",
        "where",
        "on",
        "using",
        "set",
        "values",
        "as",
        "join",
        "left",
        "right",
        "inner",
        "outer",
        "cross",
        "natural",
        "full",
    ]
)
_MODIFIERS = frozenset(
    ["or", "replace", "temp", "temporary", "unique", "virtual", "persistent", "unlogged", "recursive", "materialized"]
)


@dataclass
class Statement:
    """What one statement does. `makes`: tables that it re-creates; `view`: the view that it defines. `lasts`: what is
    beyond its tables has come to stay, and may be at work in any later statement."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    makes: set[str] = field(default_factory=set)
    view: str | None = None
    beyond: bool = False
    everything: bool = False
    lasts: bool = False


@functools.lru_cache(maxsize=512)
def statements(text: str) -> tuple[Statement, ...]:
    """In order; none where the text is no SQL."""
    tokens = [token for token in _TOKEN.findall(text) if not token.startswith(("--", "/*"))]
    if not tokens or tokens[0].lower() not in _OPENING:
        return ()
    found: list[Statement] = []
    begun = 0
    for place, token in enumerate([*tokens, ";"]):
        if token == ";":
            if place > begun:
                found.append(_Reader(tokens[begun:place]).read())
            begun = place + 1
    return tuple(found)


class _Reader:
    """One walk over the tokens of a statement."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.words = [token.lower() if token[:1].isalpha() or token[:1] == "_" else token for token in tokens]
        self.found = Statement()
        self.defined: set[str] = set()

    def read(self) -> Statement:
        first = self.words[0]
        if first in _NEUTRAL:
            return self.found
        self.found.beyond = first in _CHANGES_OTHERS or ("cascade" in self.words and first in ("create", "alter"))
        self.found.everything = first in _LOOKS_AT_ALL
        if first == "pragma":
            self.found.beyond = "=" in self.words
        self._target(0)
        self.found.lasts = self.found.beyond and first not in _PASSING
        self._sources()
        self.found.reads -= self.defined
        return self.found

    def _word(self, place: int) -> str:
        return self.words[place] if place < len(self.words) else ""

    def _target(self, place: int) -> None:
        """What the statement changes: what follows its verb."""
        verb = self.words[place]
        if verb in ("create", "drop", "alter", "truncate"):
            self._of_definition(verb, place + 1)
        elif verb in ("insert", "replace", "merge", "update", "delete"):
            self._of_change(verb, place + 1)
        elif verb == "copy" and self._name(place + 1):
            name, behind = self._named(place + 1)
            is_read = "from" not in self.words[behind:]
            (self.found.reads if is_read else self.found.writes).add(name)
        elif verb in ("with", "explain"):
            inner = next((at for at, word in self._outside(place + 1) if word in ("insert", "update", "delete")), None)
            if inner is not None:
                self._target(inner)

    def _of_change(self, verb: str, place: int) -> None:
        if self._word(place) == "or":
            place += 2
        if verb != "update":
            place += self._word(place) in ("into", "from")
        name, _ = self._named(place)
        if name:
            self.found.writes.add(name)
            self.found.reads.add(name)
        else:
            self.found.beyond = True

    def _of_definition(self, verb: str, place: int) -> None:
        while self._word(place) in _MODIFIERS:
            place += 1
        kind = self._word(place)
        if kind == "index":
            on = next((at for at, word in enumerate(self.words) if word == "on"), None)
            name = self._named(on + 1)[0] if on is not None else ""
            self.found.writes.add(name) if name else None
            self.found.beyond = not name
            return
        if kind not in ("table", "view") and verb != "truncate":
            self.found.beyond = True
            return
        place += kind in ("table", "view")
        is_asked = self._word(place) == "if"
        while self._word(place) in ("if", "not", "exists"):
            place += 1
        name, behind = self._named(place)
        self.found.writes.add(name)
        if verb == "create":
            self.found.makes.add(name)
        if verb != "create" or is_asked or "replace" not in self.words[:place]:
            self.found.reads.add(name)
        if verb == "create" and kind == "view":
            self.found.view = name
        while verb == "drop" and self._word(behind) == ",":
            name, behind = self._named(behind + 1)
            self.found.writes.add(name)
            self.found.reads.add(name)
        if verb == "alter" and "rename" in self.words and "to" in self.words[behind:]:
            self.found.writes.add(self._named(behind + self.words[behind:].index("to") + 1)[0])

    def _outside(self, first: int) -> list[tuple[int, str]]:
        """Words outside of brackets."""
        depth, found = 0, []
        for place in range(first, len(self.words)):
            word = self.words[place]
            depth += (word == "(") - (word == ")")
            if depth == 0:
                found.append((place, word))
        return found

    def _sources(self) -> None:
        """Everything that follows `from` and `join`, at any depth of brackets."""
        expects, sources, selects = [False], [False], [True]
        place = 0
        while place < len(self.words):
            word = self.words[place]
            if word == "(":
                expects, sources, selects = [*expects, False], [*sources, False], [*selects, False]
                selects[-1] = self._word(place + 1) in ("select", "from", "with", "values")
            elif word == ")" and len(expects) > 1:
                expects.pop(), sources.pop(), selects.pop()
                expects[-1] = False
            elif word == "select":
                selects[-1], expects[-1], sources[-1] = True, False, False
            elif (word == "from" and selects[-1] and self.words[place - 1 : place] != ["distinct"]) or word == "join":
                expects[-1] = sources[-1] = True
            elif word in _ENDS_SOURCES:
                expects[-1] = sources[-1] = False
            elif word == "," and sources[-1]:
                expects[-1] = True
            elif word == "as" and self._word(place + 1) == "(" and "with" in self.words:
                self.defined.add(_plain(self.tokens[place - 1])) if self.words[place - 1] != ")" else None
            elif expects[-1] and word != "lateral":
                expects[-1] = False
                place = self._source(place)
                continue
            place += 1

    def _source(self, place: int) -> int:
        name, behind = self._named(place)
        if _CATALOGUE.match(name) or name.startswith(SQL_CATALOGUES):
            self.found.everything = True
        elif name and self._word(behind) != "(":
            self.found.reads.add(name)
        return max(behind, place + 1)

    def _name(self, place: int) -> str:
        token = self.tokens[place] if place < len(self.tokens) else ""
        is_name = token[:1].isalpha() or token[:1] in ("_", '"', "`") or (token[:1] == "[" and len(token) > 1)
        return _plain(token) if is_name and token.lower() not in _NO_NAME else ""

    def _named(self, place: int) -> tuple[str, int]:
        """A name with its schema, and the place behind it; empty where there is none."""
        parts: list[str] = []
        while part := self._name(place):
            parts.append(part)
            place += 1
            if self._word(place) != ".":
                break
            place += 1
        if len(parts) > 1 and parts[0] in ("main", "public"):
            parts = parts[1:]
        return ".".join(parts), place


def _plain(token: str) -> str:
    return token.strip('"`[]').lower()
