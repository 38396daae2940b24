"""pure. Finds secrets in a text by their shape, and by the words before them.

Twin of the bridge's `secrets/finder.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from .secret_formats import FORMATS, private_keys
from .secret_names import NameClass, name_class, variable_class, word_set
from .secret_places import FLAGS, QUOTED, Found, find_places
from .secret_shapes import (
    is_placeholder,
    is_template,
    is_wordy,
    looks_random,
    looks_secret,
    looks_secret_bare,
)

WORDS_UP_TO = 256 * 1024
"""Characters. In longer texts, as floods of output are, the words before a value are not looked at."""

_RUN_OF = b"a" * 16
_RUN_TABLE = bytes(97 if re.match(rb"[A-Za-z0-9_+/=-]", bytes([char])) else 32 for char in range(256))
"""Every format has as many of these characters in a row."""

_NOUNS = ("pass", "pwd", "pw", "secret", "token", "key", "credential", "sig")
_NOUN = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|key|credentials?|sig(?:nature)?)\d{0,3}(?![A-Za-z0-9_])",
    FLAGS,
)
_NAME_CHARS = string.ascii_letters + string.digits + "_.-"
_TYPE = r"(?::[ \t]{0,4}[A-Za-z_][\w.]{0,40}(?:\[[\w., |]{0,40}\])?(?:[ \t]?\|[ \t]?\w{1,20})?)?"
_OPERATOR = rf"\\{{0,3}}[\"'`]?\]?{_TYPE}[ \t]{{0,8}}(?::=|=>|=|:)[ \t]{{0,8}}"
_ASSIGNED = re.compile(_OPERATOR + r"(?:(?:SecretStr|SecretBytes|Secret|str|bytes)\()?" + QUOTED, FLAGS)
_ASSIGNED_BARE = re.compile(_OPERATOR + r"([^\s\"'`\\,;&<>(){}\[\]|]{4,512})", FLAGS)
_OPTION = re.compile(r"(?:[ \t]+|=)([\"']?)([^\s\"'`\\,;&<>(){}\[\]|]{3,512})", FLAGS)
_OPTION_IN_LIST = re.compile(r"[\"'][ \t]*,\s*" + QUOTED, FLAGS)
_QUERY = re.compile(r"=([^&;\s\"'<>#\\{}()\[\]]{1,4096})")
_PROSE = word_set(
    "is are was or and to for in with not can may must if when from file the option argument flag value requires"
    " required given set used via as of on by"
)
_LITERAL = re.compile(
    r"\"\"\"[^\0]*?(?:\"\"\"|(?![^\0]))|'''[^\0]*?(?:'''|(?![^\0]))|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*"
    r"|^[ \t]*(?:%%(?:bash|sh|script|cmd|system|!)[^\0]*|[!%][^\n]*)|=[ \t]*[!%][^\n]*",
    re.M,
)


def may_hold_format(data: bytes) -> bool:
    """Whether the bytes have a run of characters that is long enough for a format: most memory of numbers has none."""
    return _RUN_OF in data.translate(_RUN_TABLE)


def find_formats(text: str) -> Iterator[Found]:
    """Keys of known issuers, tokens and private keys."""
    if not may_hold_format(text.encode("utf-8", "surrogatepass")):
        return
    for one in FORMATS:
        if any(key in text for key in one.keys):
            yield from (Found(*match.span(), None) for match in one.pattern.finditer(text))
    yield from (Found(start, end, None) for start, end in private_keys(text))


def find_named(text: str, is_code: bool) -> Iterator[Found]:
    """Values behind names like `password`, in addresses, headers, options and calls. In code a value without quotes is
    an expression, and counts only inside a text, a comment or a shell command."""
    if len(text) > WORDS_UP_TO:
        return
    lowered = _lowered(text)
    yield from _after_nouns(text, lowered, is_code)
    yield from find_places(text, lowered)


def _lowered(text: str) -> str:
    """As long as the text itself."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def _after_nouns(text: str, lowered: str, is_code: bool) -> Iterator[Found]:
    literals: list[tuple[int, int]] | None = None
    for start in _positions(lowered):
        noun = _NOUN.match(text, start)
        if noun is None:
            continue
        before = text[max(0, start - 80) : start]
        name = before[len(before.rstrip(_NAME_CHARS)) :] + noun[0]
        found = _quoted_after(text, name, noun.end())
        if found is None:
            if is_code and literals is None:
                literals = [match.span() for match in _LITERAL.finditer(text)]
            if literals is None or any(low <= start < high for low, high in literals):
                found = _bare_after(text, name, noun.end())
        if found is not None:
            yield found


def _positions(lowered: str) -> list[int]:
    found: set[int] = set()
    for noun in _NOUNS:
        place = lowered.find(noun)
        while place >= 0:
            found.add(place)
            place = lowered.find(noun, place + 1)
    return sorted(found)


def _quoted_after(text: str, name: str, end: int) -> Found | None:
    """`password = "…"`, `"password": "…"`, `"--password", "…"`."""
    kind = name_class(name)
    match = _ASSIGNED.match(text, end) if kind else None
    if match is None and kind and name.startswith("-"):
        match = _OPTION_IN_LIST.match(text, end)
    if match is None or kind is None or not looks_secret(match[2], kind):
        return None
    return Found(*match.span(2), kind)


def _bare_after(text: str, name: str, end: int) -> Found | None:
    """`password: …`, `PASSWORD=…`, `--password …`, `?password=…&`."""
    start = end - len(name)
    if start > 0 and text[start - 1] in "?&;" and (query := _QUERY.match(text, end)) is not None:
        return _in_query(name, query)
    kind = variable_class(name) if name.isupper() else name_class(name)
    if kind is None:
        return None
    if name.startswith("-") and (option := _OPTION.match(text, end)) is not None:
        return Found(*option.span(2), kind) if _is_option_value(option[2], kind, option[1] != "") else None
    match = _ASSIGNED_BARE.match(text, end)
    if match is None or text[match.end() : match.end() + 1] in ("(", "["):
        return None
    value = match[1].rstrip(".,:!?")
    is_variable = name.isupper() and text[end : end + 1] == "="
    is_secret = looks_secret_bare(value, kind, is_variable)
    return Found(match.start(1), match.start(1) + len(value), kind) if is_secret else None


def _is_option_value(value: str, kind: NameClass, is_quoted: bool) -> bool:
    """Whether this follows `--password` in a command, and not in a sentence about it."""
    if is_placeholder(value) or value.startswith("-"):
        return False
    return is_quoted or not (is_wordy(value) if kind == "key" else value.lower() in _PROSE)


def _in_query(name: str, match: re.Match[str]) -> Found | None:
    last = name.lower().replace("-", "_").rpartition("_")[2]
    if last == "key" and name_class(name) is None:
        return Found(*match.span(1), "key") if looks_random(match[1]) else None
    is_secret = name_class(name) is not None or last in ("sig", "signature")
    return Found(*match.span(1), name_class(name) or "key") if is_secret and not is_template(match[1]) else None
