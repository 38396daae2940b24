"""A stream of text in pieces, masked as if it came whole: a secret that is cut in two is masked too.

Text is held back only while its end may be the beginning of a secret; a line's end never is one of a password.

Twin of the bridge's `secrets/stream.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import re
import string

from .masking import Masker, Span, without_escapes
from .secret_finder import find_named
from .secret_formats import FORMATS, KEY_END

BEHIND = 256
"""Characters of what was given out that are looked at again, with what follows them."""
_HELD = 4096
_HELD_BLOCK = 20 * 1024
_AT_LEAST = 4
"""So many characters of a known value are held back; fewer could begin any text."""
_TOKEN_CHARS = string.ascii_letters + string.digits + "_.~+/=:-"
_MORE_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]*")
_BLOCK = "-----BEGIN"


class StreamMask:
    """One stream of one run. `feed` gives out what is sure; `flush` the rest, once the stream is over."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._behind = ""
        self._held = ""
        self._dropping: re.Pattern[str] | None = None

    def feed(self, text: str) -> str:
        text = self._dropped(text)
        begin, window = len(self._behind), self._behind + self._held + text
        spans = self._masker.find(window)
        end = max(begin, self._open_at(window))
        for span in spans:
            if span.start < end <= span.end and (end < span.end or end == len(window)):
                end = max(begin, span.start)
        return self._give_out(window, spans, begin, end)

    def flush(self) -> str:
        """All that is held."""
        begin, window = len(self._behind), self._behind + self._held
        self._behind = self._held = ""
        self._dropping = None
        return self._masker.replaced(window, self._masker.find(window), begin, len(window))

    @property
    def is_holding(self) -> bool:
        return self._held != ""

    def _give_out(self, window: str, spans: list[Span], begin: int, end: int) -> str:
        given = self._masker.replaced(window, spans, begin, end)
        self._behind, self._held = window[max(0, end - BEHIND) : end], window[end:]
        is_block = self._held.startswith(_BLOCK)
        if len(self._held) <= (_HELD_BLOCK if is_block else _HELD):
            return given
        # Too long for any secret that ends: what goes on in the same way is part of it.
        self._dropping = KEY_END if is_block else _MORE_TOKEN
        placeholder, self._behind, self._held = self._masker.placeholder(self._held), "", ""
        return given + placeholder

    def _dropped(self, text: str) -> str:
        """The text without what still belongs to a secret that was given up on."""
        if self._dropping is None:
            return text
        match = self._dropping.search(text) if self._dropping is KEY_END else self._dropping.match(text)
        if match is None or (match.end() == len(text) and self._dropping is _MORE_TOKEN):
            return ""
        self._dropping = None
        return text[match.end() :]

    def _open_at(self, window: str) -> int:
        """Where a secret may begin that does not end within the window; the window's length where none does."""
        plain, places = without_escapes(window)
        found = min(self._masker.known.begins(plain, _AT_LEAST), _token_at(plain), _block_at(plain), _named_at(plain))
        return len(window) if found >= len(plain) else (found if places is None else places[found])


def _token_at(text: str) -> int:
    """The last word, where it begins as a key of some issuer does."""
    tail = text[-_HELD:]
    last = tail[len(tail.rstrip(_TOKEN_CHARS)) :]
    return len(text) - (len(last) if any(key in last for one in FORMATS for key in one.keys) else 0)


def _block_at(text: str) -> int:
    """A private key whose end has not come."""
    start = text.rfind(_BLOCK)
    if start < 0 or KEY_END.search(text, start) is not None:
        return len(text)
    head = text[start + len(_BLOCK) : start + 60].partition("-----")
    return start if "PRIVATE KEY" in head[0] or not head[1] else len(text)


def _named_at(text: str) -> int:
    """A value in quotes, behind a name such as `password`, whose closing quote has not come."""
    line = text[max(text.rfind("\n") + 1, len(text) - 512) :]
    if '"' not in line and "'" not in line:
        return len(text)
    start = len(text) - len(line)
    ends = [one for quote in "\"'" for one in find_named(line + quote, is_code=False) if one.end == len(line)]
    return min((start + one.start for one in ends), default=len(text))
