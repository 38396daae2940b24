"""pure. Secrets in places of their own: addresses, headers, and calls and commands that take one.

Twin of the bridge's `secrets/places.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .secret_names import NameClass, variable_class
from .secret_shapes import is_placeholder, looks_random, looks_secret

FLAGS = re.A | re.I
QUOTED = r"[rRbBuUfF]{0,2}(\\{0,3}(?:\"\"\"|'''|[\"'`]))((?:\\.|[^\\\n])*?)\1"
"""A text in quotes, which may be escaped themselves: the second group."""
_ANY = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.]+)"


class Found(NamedTuple):
    """A secret at `start` to `end` of the text; `kind` is None if a format matched."""

    start: int
    end: int
    kind: NameClass | None


def _place(keys: str, pattern: str, group: int = 1) -> tuple[tuple[str, ...], re.Pattern[str], int]:
    return tuple(keys.split()), re.compile(pattern, FLAGS), group


_PLACES = (
    _place("://", r"://[^\s/:@\"'<>\\\[\]]{0,256}:([^\s/@\"'<>\\\[\]]{1,512})@"),
    _place("auth .login(", rf"(?:\bauth\s*=\s*\(|auth\(|\.login\()\s*{_ANY}\s*,\s*(?:\w+\s*=\s*)?{QUOTED}", 2),
    _place("set_password(", rf"set_password\(\s*{_ANY}\s*,\s*{_ANY}\s*,\s*{QUOTED}", 2),
    _place("curl", r"\bcurl\b[^\n|;]{0,400}?[ \t](?:-u|--user)[ \t]*[\"']?[^\s:\"']{1,100}:([^\s\"']{1,200})"),
    _place("mysql mariadb", r"\b(?:mysql|mysqldump|mariadb)\b[^\n|;]{0,400}?[ \t]-p([^\s\"']{3,200})"),
    _place("sshpass", r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"']{1,200})"),
    _place("password identified", r"\b(?:password|identified[ \t]+by)[ \t]+'([^'\s]{4,200})'"),
    _place("login", r"\blogin[ \t]+\S{1,200}\s+password[ \t]+(\S{1,512})"),
)
"""Words of which the text contains one, a pattern, and the group that holds a password."""

_HEADER = re.compile(r"\b(Bearer|Basic|Token)[ \t]+([A-Za-z0-9_.~+/=-]{8,4096})", re.A)
_AUTHORIZATION = re.compile(
    r"\bauthorization\\{0,3}[\"']?\]?[ \t]{0,4}[:=][ \t]{0,4}(\\{0,3}[\"'])?((?:bearer|basic|token|apikey)[ \t]+)?"
    r"([^\s\"'\\,;(){}]{6,4096})",
    FLAGS,
)
_ADDRESS_TOKEN = re.compile(r"://([A-Za-z0-9_.~-]{16,256})@", re.A)
_CALL = re.compile(
    r"(?:getenv|environ\.get|putenv|setenv|setdefault|setattr|set_secret)\(\s*(?:[\w.]+\s*,\s*)?[\"']([\w.-]{1,80})[\"']"
    r"\s*,\s*[rRbBuUfF]{0,2}([\"'])((?:\\.|[^\\\n])*?)\2",
    re.A,
)
_MAGIC = re.compile(r"%(?:set_)?env[ \t]+([A-Za-z_]\w*)[ \t=][ \t]*(\S{1,4096})", re.A)


def find_places(text: str, lowered: str) -> Iterator[Found]:
    """`lowered` is the text in small letters."""
    for keys, pattern, group in _PLACES:
        if any(key in lowered for key in keys):
            for match in pattern.finditer(text):
                if not is_placeholder(match[group]):
                    yield Found(*match.span(group), "password")
    yield from _in_headers(text, lowered)
    if "env" in lowered or "set" in lowered:
        yield from _named_values(_CALL.finditer(text), 3)
        yield from _named_values(_MAGIC.finditer(text), 2)


def _in_headers(text: str, lowered: str) -> Iterator[Found]:
    if "bearer" in lowered or "basic" in lowered or "token" in lowered:
        for match in _HEADER.finditer(text):
            if looks_random(match[2]) or (match[1] == "Basic" and match[2].endswith("=") and len(match[2]) % 4 == 0):
                yield Found(*match.span(2), "key")
    if "authorization" in lowered:
        for match in _AUTHORIZATION.finditer(text):
            if not is_placeholder(match[3]) and (match[1] or match[2] or looks_random(match[3])):
                yield Found(*match.span(3), "key")
    if "://" in lowered:
        for match in _ADDRESS_TOKEN.finditer(text):
            if looks_random(match[1]):
                yield Found(*match.span(1), "key")


def _named_values(matches: Iterable[re.Match[str]], group: int) -> Iterator[Found]:
    """Environment variables that code sets, or falls back on."""
    for match in matches:
        kind = variable_class(match[1])
        if kind is not None and looks_secret(match[group], kind):
            yield Found(*match.span(group), kind)
