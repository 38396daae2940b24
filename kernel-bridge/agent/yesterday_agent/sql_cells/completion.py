"""Completion in SQL cells: columns, tables, keywords, variables in `{{`, and connections in the header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .connections import Connection, saved, user_folder
from .header import parse_header
from .tables import frames_in

if TYPE_CHECKING:
    from .magic import SqlMagic

_WORDS = """
select from where group by order limit having join left right inner outer full cross on using as and or not in
is null between like ilike exists case when then else end with union all distinct insert into values update
set delete create table view drop alter replace cast over partition asc desc count sum avg min max coalesce
true false offset except intersect qualify window lateral unnest
"""
KEYWORDS = _WORDS.split()
_MOST = 500
_SOURCES = re.compile(
    r"\b(?:from|join|update|into)\s+([\w.\"]+)(?:\s+(?:as\s+)?(?!(?:where|on|using|join|left|right|inner|full|cross|group|order|limit|set|values|select)\b)(\w+))?"
    r"((?:\s*,\s*[\w.\"]+(?:\s+(?:as\s+)?\w+)?)*)",
    re.I,
)
_WORD = re.compile(r"[\w]*$")


def install(shell: Any, magic: SqlMagic) -> None:
    """Adds the matcher to a shell; an IPython before 8.6 has none, and completes no SQL."""
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return
    completer = getattr(shell, "Completer", None)
    if completer is None:
        return

    @context_matcher()  # type: ignore[untyped-decorator, unused-ignore]
    def sql_matcher(context: Any) -> Any:
        lines = context.full_text.split("\n")
        if not context.full_text.startswith("%%sql"):
            return {"completions": []}
        at = sum(len(line) + 1 for line in lines[: context.cursor_line]) + context.cursor_position
        before = context.full_text[:at]
        found = list(complete(magic, context.full_text, before))[:_MOST]
        word = _WORD.search(before)
        return {
            "completions": [SimpleCompletion(text=text, type=kind) for text, kind in found],
            "matched_fragment": word[0] if word else "",
            "suppress": True,
        }

    sql_matcher.matcher_identifier = "yesterday_sql"
    held = completer.custom_matchers
    held[:] = [one for one in held if getattr(one, "matcher_identifier", "") != "yesterday_sql"]
    held.append(sql_matcher)


def complete(magic: SqlMagic, text: str, before: str) -> Iterator[tuple[str, str]]:
    """Each completion of the word before the caret, with its kind."""
    word = (_WORD.search(before) or [""])[0]
    line, _, source = text.partition("\n")
    if "\n" not in before:
        names = [
            *saved(user_folder()),
            *(name for name in magic.variables if magic.connections.is_known(name, magic.variables)),
        ]
        yield from _beginning(word, ((name, "connection") for name in names))
        return
    if re.search(r"\{\{\s*\w*$", before):
        yield from _beginning(word, ((name, "variable") for name in magic.variables if not name.startswith("_")))
        return
    header = parse_header(line[len("%%sql") :], lambda name: magic.connections.is_known(name, magic.variables))
    connection = magic.connections.find(header.connection, magic.variables)
    yield from _beginning(word, _candidates(magic, connection, source, before[: len(before) - len(word)]))


def _candidates(magic: SqlMagic, connection: Connection, source: str, before: str) -> Iterator[tuple[str, str]]:
    engine = magic.engine(connection)
    used = dict(_used_tables(source))
    if qualified := re.search(r"(\w+)\.$", before):
        table = used.get(qualified[1].lower(), qualified[1])
        yield from ((column, "column") for column in magic.columns(engine, connection, table) or ())
        return
    for table in dict.fromkeys(used.values()):
        yield from ((column, "column") for column in magic.columns(engine, connection, table) or ())
    if engine.reads_frames:
        yield from ((name, "table") for name in [*frames_in(magic.variables), *engine.tables()])
    else:
        yield from ((name, "table") for name in magic.tables(engine, connection))
    yield from ((name, "keyword") for name in KEYWORDS)


def _used_tables(source: str) -> Iterator[tuple[str, str]]:
    """By alias, in lower case, the table."""
    for table, alias, more in _SOURCES.findall(source[:100_000]):
        others = [part.split() for part in more.split(",") if part.strip()]
        for name, short in [(table, alias), *((words[0], words[-1]) for words in others)]:
            plain = name.replace('"', "")
            yield (short or plain.rpartition(".")[2]).lower(), plain


def _beginning(word: str, found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for text, kind in found:
        if text.lower().startswith(word.lower()) and text not in seen:
            seen.add(text)
            yield text, kind
