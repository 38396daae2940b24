"""Replaces each secret in a text by `••••••` and a keyed fingerprint. The fingerprint differs for another secret, and
reveals nothing without the key.

Twin of the bridge's `secrets/masker.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from .known_secrets import KnownSecrets
from .secret_finder import find_formats, find_named
from .secret_names import name_class
from .secret_shapes import is_distinctive, looks_secret

SIGN = "\u2022" * 6
_PLACEHOLDER = re.compile(SIGN + "[0-9a-f]{8}")
_ESCAPES = re.compile("\x1b(?:\\[[0-9;:?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\^_])")
"""Escape sequences, as for colours; they may be inside a secret."""


class Span(NamedTuple):
    """The position of a secret, and its value."""

    start: int
    end: int
    value: str


class Masker:
    """Masks what is known and what looks like a secret. `key` is for the fingerprints."""

    def __init__(self, known: KnownSecrets, key: bytes) -> None:
        self.known = known
        self._key = key

    def mask(self, text: str, is_code: bool = False) -> str:
        """The text with a placeholder for each secret. What is masked already stays as it is."""
        spans = self.find(text, is_code)
        return self.replaced(text, spans, 0, len(text)) if spans else text

    def mask_tree(self, value: Any) -> Any:
        """As `mask`, for all texts in a JSON value; one without secrets stays the same object."""
        return _changed(value, self.mask, self._item)

    def find(self, text: str, is_code: bool = False) -> list[Span]:
        """Secrets in order, none within another. Escape sequences are looked past."""
        if len(text) < 3:
            return []
        plain, places = without_escapes(text)
        found = [*self.known.find(plain)]
        found += [(one.start, one.end, "") for one in (*find_formats(plain), *find_named(plain, is_code))]
        spans = _merged(found, plain) if found else []
        if places is None:
            return spans
        return [Span(places[one.start], places[one.end - 1] + 1, one.value) for one in spans]

    def values(self, text: str, is_code: bool) -> list[str]:
        """Secrets that the text itself reveals, and that are worth looking for elsewhere."""
        every = [text[one.start : one.end] for one in (*find_formats(text), *find_named(text, is_code))]
        return [value for value in every if is_distinctive(value) and SIGN not in value]

    def issued(self, text: str) -> bool:
        """Whether the text holds a key, token or private key of a known format."""
        return next(find_formats(text), None) is not None

    def fingerprint(self, value: str) -> str:
        """Eight hex digits."""
        return hmac.digest(self._key, value.encode("utf-8", "surrogatepass"), "sha256").hex()[:8]

    def placeholder(self, value: str) -> str:
        return SIGN + self.fingerprint(value)

    def keyed(self, digest: str) -> str:
        """A keyed digest of a content with a secret: guesses cannot be tried without the key."""
        return f"keyed:{hmac.digest(self._key, digest.encode(), 'sha256').hex()}"

    def replaced(self, text: str, spans: list[Span], begin: int, end: int) -> str:
        """This part of the text, masked. Escape sequences within a secret stay behind its placeholder."""
        parts: list[str] = []
        for span in spans:
            if span.end > begin and span.start < end and begin < end:
                escapes = "".join(_ESCAPES.findall(text[span.start : span.end])) if "\x1b" in text else ""
                parts += [text[begin : max(begin, span.start)], self.placeholder(span.value), escapes]
                begin = span.end
        return "".join([*parts, text[begin:end]])

    def _item(self, key: object, item: object) -> object:
        """The value under a key such as `password` is a secret, whatever it looks like by itself."""
        kind = name_class(key) if type(key) is str and type(item) is str else None
        is_secret = kind is not None and type(item) is str and looks_secret(item, kind)
        return self.placeholder(str(item)) if is_secret else item


def without_escapes(text: str) -> tuple[str, list[int] | None]:
    """The text without escape sequences, and the original positions of its characters; None if it has none."""
    if "\x1b" not in text:
        return text, None
    places: list[int] = []
    last = 0
    for escape in _ESCAPES.finditer(text):
        places += range(last, escape.start())
        last = escape.end()
    return _ESCAPES.sub("", text), [*places, *range(last, len(text))]


def _merged(found: list[tuple[int, int, str]], text: str) -> list[Span]:
    """Those that overlap become one; what is a placeholder already is none."""
    masked = [match.span() for match in _PLACEHOLDER.finditer(text)] if SIGN in text else []
    merged: list[Span] = []
    for start, end, secret in sorted(found, key=lambda one: (one[0], -one[1], one[2] == "")):
        if any(start < high and low < end for low, high in masked):
            continue
        if not merged or start >= merged[-1].end:
            merged.append(Span(start, end, secret or text[start:end]))
        elif end > merged[-1].end:
            merged[-1] = Span(merged[-1].start, end, text[merged[-1].start : end])
    return merged


_NO_TEXT = {int, float, bool, type(None)}


def _changed(value: Any, change: Callable[[str], str], item: Callable[[object, object], object]) -> Any:
    """A JSON value with each text changed, keys of objects too."""
    if type(value) is str:
        return change(value)
    if type(value) is dict:
        found = {
            change(key) if type(key) is str else key: _changed(item(key, each), change, item)
            for key, each in value.items()
        }
        is_same = found.keys() == value.keys() and all(each is value[key] for key, each in found.items())
        return value if is_same else found
    if type(value) in (list, tuple) and not {*map(type, value)} <= _NO_TEXT:
        items = [_changed(each, change, item) for each in value]
        return value if all(one is other for one, other in zip(items, value, strict=True)) else items
    return value
