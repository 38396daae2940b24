"""pure. What is kept of an answer that came over HTTP, and what of it may be written down.

The kept body is the payload: as it was sent, packed or not, without the framing of chunks. No header that is kept holds
a secret; what was sent is known by a keyed digest alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from .secrecy import mask, masker

BODY_BYTES = 16 << 20
"""A longer body is not kept."""
RUN_BODIES = 48 << 20
"""Bytes of bodies that are held for one run."""
_HEADERS, _HEADER = 64, 1_000
_PRIVATE = ("cookie", "auth", "token", "secret", "key", "session", "signature", "credential")
_OF_CONNECTION = frozenset(("connection", "keep-alive", "upgrade"))


class AnswerFacts(TypedDict):
    """`sent`: a keyed digest of the request's body; None where there was none. `whole`: it was read to its end."""

    method: str
    status: int
    reason: str
    headers: list[list[str]]
    sent: str | None
    whole: bool


def address_of(connection: Any, target: str) -> str:
    """Of a request that goes out on a connection of `http.client`."""
    if "://" in target:
        return target
    is_secure = type(connection).__name__.startswith("HTTPS")
    port = "" if connection.port in (443 if is_secure else 80, None) else f":{connection.port}"
    return f"{'https' if is_secure else 'http'}://{connection.host}{port}{target}"


def safe_headers(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Without those of one connection, and those that hold a secret or seem to."""
    found: list[list[str]] = []
    for name, value in headers:
        lower = name.lower()
        is_private = lower not in ("etag", "cache-control") and any(word in lower for word in _PRIVATE)
        is_short = len(name) + len(value) <= _HEADER and len(found) < _HEADERS
        line = f"{name}: {value}"
        if is_short and lower not in _OF_CONNECTION and not is_private and mask(line) == line:
            found.append([name, value])
    return found


def sent_digest(sent: Any) -> str | None:
    """Of a hash over what was sent: keyed, since it may be a password."""
    return None if sent is None else masker().keyed(f"sha256:{sent.hexdigest()}")


def etag_of(headers: Iterable[Iterable[str]]) -> str | None:
    return next((value for name, value in headers if name.lower() == "etag"), None)


def payload(data: bytes, is_chunked: bool) -> tuple[bytes, bool]:
    """The payload of what was read, and whether the last chunk was among it (RFC 9112, 7.1)."""
    if not is_chunked:
        return data, False
    parts: list[bytes] = []
    place = 0
    while (end := data.find(b"\r\n", place)) >= 0:
        try:
            size = int(data[place:end].split(b";")[0], 16)
        except ValueError:
            break
        if size == 0:
            return b"".join(parts), True
        part = data[end + 2 : end + 2 + size]
        parts.append(part)
        if len(part) < size:
            break
        place = end + 2 + size + 2
    return b"".join(parts), False


class Tee:
    """A file that is read as before, and what was read of it."""

    def __init__(self, real: Any, note: Any) -> None:
        self._real, self._note = real, note

    def _noted(self, data: bytes, size: int | None) -> bytes:
        self._note(data, size is None or size < 0 or (size > 0 and not data))
        return data

    def read(self, size: int | None = -1) -> bytes:
        return self._noted(self._real.read(size), size)

    def read1(self, size: int = -1) -> bytes:
        return self._noted(self._real.read1(size), size if size > 0 else 1)

    def readline(self, size: int = -1) -> bytes:
        return self._noted(self._real.readline(size), 1)

    def readinto(self, target: Any) -> int:
        count: int = self._real.readinto(target)
        self._noted(bytes(memoryview(target)[:count]), len(target))
        return count

    def readinto1(self, target: Any) -> int:
        count: int = self._real.readinto1(target)
        self._noted(bytes(memoryview(target)[:count]), len(target))
        return count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
