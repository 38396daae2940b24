"""Secret values that are known: found wherever they occur, also in another encoding.

Twin of the bridge's `secrets/known.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Iterator, Mapping
from json import dumps
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from .secret_finder import WORDS_UP_TO, find_formats, find_named
from .secret_names import variable_class
from .secret_shapes import is_path, is_placeholder, is_plain_word

SHORTEST = 3
"""Characters. A shorter value would be found in every text."""
_LONGEST = 16 * 1024
_MOST = 300
_SHORTEST_LINE = 16
_SHORTEST_ENCODED = 8
_WHOLE_SEARCH = 4 * 1024 * 1024


class Needle(NamedTuple):
    """One spelling of a secret. `alone`: it counts only where no letter or digit is beside it."""

    text: str
    secret: str
    alone: bool


class KnownSecrets:
    """The values that are known so far. They are never forgotten, and never written anywhere."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._plain: tuple[Needle, ...] = ()
        self._encoded: tuple[Needle, ...] = ()
        self._bytes: tuple[tuple[bytes, ...], tuple[bytes, ...]] = ((), ())
        self._variables: dict[str, str] = {}

    def learn(self, values: Iterable[str]) -> None:
        """From now on these are known. What is shorter than three characters is not looked for."""
        new = [value for value in values if SHORTEST <= len(value) <= _LONGEST and value not in self._secrets]
        if not new or len(self._secrets) >= _MOST:
            return
        self._secrets.update(dict.fromkeys(new))
        needles = [needle for secret in self._secrets for needle in _needles(secret)]
        self._plain = _longest_first(needle for needle in needles if needle.text in needle.secret)
        self._encoded = _longest_first(needle for needle in needles if needle.text not in needle.secret)
        self._bytes = _byte_forms(self._secrets)

    def learn_variables(self, variables: Mapping[str, str]) -> None:
        """Secrets of an environment, as far as they are new."""
        before, self._variables = self._variables, dict(variables)
        new = {name: value for name, value in variables.items() if before.get(name) != value}
        self.learn(value for name, text in new.items() for value in variable_secrets(name, text))

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The places of known values: start, end, and the value that it spells."""
        for needle in self._plain if len(text) > WORDS_UP_TO else (*self._plain, *self._encoded):
            yield from _occurrences(text, needle)

    def begins(self, text: str, at_least: int) -> int:
        """Where the end of the text may be the beginning of a known value; the text's length where nowhere."""
        found = len(text)
        last = text[-1:]
        for needle in (*self._plain, *self._encoded):
            if last not in needle.text:
                continue
            for size in range(min(len(needle.text) - 1, len(text)), min(at_least, len(needle.text) // 2 + 1) - 1, -1):
                if text.endswith(needle.text[:size]):
                    found = min(found, len(text) - size)
                    break
        return found

    def in_bytes(self, data: bytes | memoryview) -> bool:
        """Whether the bytes contain a known value. Above 4 MiB not every encoding is searched."""
        plain, encoded = self._bytes
        whole = bytes(data) if plain and isinstance(data, memoryview) else data
        return any(one in whole for one in (plain if len(whole) > _WHOLE_SEARCH else (*plain, *encoded)))


def variable_secrets(name: str, text: str) -> Iterator[str]:
    """What is secret in the value of an environment variable, or of a line in a dotenv file."""
    kind = variable_class(name)
    is_long = len(text) >= (4 if kind == "password" else 8)
    if kind is not None and is_long and not is_placeholder(text) and not is_path(text):
        yield text
    for found in (*find_formats(text), *find_named(text, is_code=False)):
        yield text[found.start : found.end]


def _longest_first(needles: Iterable[Needle]) -> tuple[Needle, ...]:
    return tuple(
        sorted({needle.text: needle for needle in needles}.values(), key=lambda one: (-len(one.text), one.text))
    )


def _needles(secret: str) -> Iterator[Needle]:
    yield Needle(secret, secret, is_plain_word(secret))
    for line in secret.splitlines() if "\n" in secret else ():
        if len(line) >= _SHORTEST_LINE and not line.startswith("-----"):
            yield Needle(line, secret, False)
    for text in {*_spelled(secret), *_coded(secret.encode("utf-8", "surrogatepass"))} - {secret}:
        yield Needle(text, secret, False)


def _spelled(secret: str) -> Iterator[str]:
    """As literals, addresses and pages spell it."""
    yield from (repr(secret)[1:-1], dumps(secret)[1:-1], dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret))
    data = secret.encode("utf-8", "surrogatepass")
    yield from (quote(data, safe=""), quote(data), quote_plus(data))


def _coded(data: bytes) -> Iterator[str]:
    """In hex, and in base64 at every offset of the encoded bytes."""
    found = [data.hex(), data.hex().upper()]
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(before) + data).decode()[skipped : (before + len(data)) * 8 // 6]
        found += [whole, whole.replace("+", "-").replace("/", "_")]
    yield from (text for text in found if len(text) >= _SHORTEST_ENCODED)


def _byte_forms(secrets: Iterable[str]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Spellings to look for in all bytes, and in few: a plain word counts from eight characters on."""
    distinct = [secret for secret in secrets if len(secret) >= 8 or not is_plain_word(secret)]
    plain = {one.encode(code, "surrogatepass") for one in distinct for code in ("utf-8", "utf-16-le")}
    encoded = {needle.text.encode("utf-8", "surrogatepass") for one in distinct for needle in _needles(one)}
    encoded |= {one.encode(code, "surrogatepass") for one in distinct for code in ("utf-16-be", "utf-32-le")}
    return tuple(plain), tuple(encoded - plain)


def _occurrences(text: str, needle: Needle) -> Iterator[tuple[int, int, str]]:
    start = text.find(needle.text)
    while start >= 0:
        end = start + len(needle.text)
        if not (needle.alone and (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1]))):
            yield start, end, needle.secret
        start = text.find(needle.text, end)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
