"""What a run fetched: address and digest of each answer, as `http.client` and the clients of libraries read it,
with the body as it came within a budget. An answer that was not read to its end has no digest.

Invariant: nothing is read that the code does not read, and what it gets is what the library gave. Addresses are kept
without their secrets, and no header of a request is.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import libraries
from .audit import listen
from .own_threads import is_own
from .secrecy import holds_secret, mask
from .web_answers import (
    BODY_BYTES,
    RUN_BODIES,
    AnswerFacts,
    Tee,
    address_of,
    etag_of,
    payload,
    safe_headers,
    sent_digest,
)
from .web_replay import GIVEN

if TYPE_CHECKING:
    from .kept import Kept
    from .record import Edge, Missing

_MARK = "_yesterday_fetch"
_MOST = 200
_REASON = 200


@dataclass
class Fetch:
    """One answer, as far as it was read."""

    address: str
    method: str
    sent: Any = None
    """A hash over the request's body; None where there was none."""
    status: int | None = None
    reason: str = ""
    headers: list[list[str]] = field(default_factory=list)
    size: int = 0
    whole: bool = False
    hash: Any = field(default_factory=hashlib.sha256)
    is_chunked: bool = False
    length: int | None = None
    """Bytes of the payload, where the sender announced it."""
    came: bytearray | None = None
    """What was read, in its framing. None until the answer begins."""
    is_over: bool = False
    """The sender had no more."""
    over_budget: bool = False

    def sends(self, data: bytes) -> None:
        """Some of the request's body."""
        self.sent = self.sent or hashlib.sha256()
        self.sent.update(data)

    def begins(self, status: int, reason: str, headers: Iterable[tuple[str, str]]) -> None:
        """The head of the answer came."""
        self.status, self.reason, self.headers = status, reason[:_REASON], safe_headers(headers)
        self.came = bytearray()

    def take(self, data: Any) -> None:
        self.hash.update(data)
        self.size += len(data)

    def body(self) -> tuple[bytes, bool] | None:
        """The payload, and whether it is all of it; None where it is not known."""
        if self.came is None or self.over_budget:
            return None
        data, is_ended = payload(bytes(self.came), self.is_chunked)
        return data, is_ended if self.is_chunked else self.is_over if self.length is None else len(data) >= self.length

    def edge(self, kept: Kept | None, missing: list[Missing]) -> Edge:
        body = self.body()
        if body is not None and body[1] and not self.whole:
            self.hash, self.size, self.whole = hashlib.sha256(body[0]), len(body[0]), True
        digest = f"sha256:{self.hash.hexdigest()}" if self.whole else None
        known = self.method if self.status is None else f"{self.method}, {self.status}"
        edge: Edge = {"kind": "url", "name": self.address, "version": digest or self.address, "edge": "observed"}
        edge.update({"digest": digest, "size": self.size if self.whole else None, "reason": f"fetched ({known})"})
        if self.status is not None and kept is not None:
            edge["facets"] = {"etag": etag_of(self.headers), "answer": self._facts(body)}
            self._keep(edge, body, kept, missing)
        return edge

    def _facts(self, body: tuple[bytes, bool] | None) -> AnswerFacts:
        return {
            "method": self.method,
            "status": self.status or 0,
            "reason": self.reason,
            "headers": self.headers,
            "sent": sent_digest(self.sent),
            "whole": body is not None and body[1],
        }

    def _keep(self, edge: Edge, body: tuple[bytes, bool] | None, kept: Kept, missing: list[Missing]) -> None:
        why = f"it is larger than {BODY_BYTES >> 20} MiB, or came when the budget of the run was spent"
        if body is not None:
            why = "it holds a secret" if holds_secret(body[0]) else "over the budget of the run"
            digest = None if holds_secret(body[0]) else kept.within(body[0])
            if digest is not None:
                edge["value"] = {"format": "bytes", "digest": digest, "size": len(body[0])}
                return
        missing.append({"what": f"the answer of {self.address}", "why": why})


class UrlWatch:
    """Collects the present run's answers. The last one that was made is the one that hears."""

    def __init__(self) -> None:
        self._fetches: list[Fetch] | None = None
        self._held = self._more = 0
        """Bytes of bodies, and requests beyond the most that are recorded."""
        # By the socket that a request went out on: the answer comes back on it.
        self._asked: dict[int, Fetch] = {}
        self._ends = listen(["http.client.send"], self._sent), listen(["socket.connect"], self._connects)

    def close(self) -> None:
        for end in self._ends:
            end()

    def begin(self) -> None:
        """Starts a list."""
        GIVEN.begin()
        _hearing.append(self)
        del _hearing[:-1]
        self._asked.clear()
        self._fetches = []
        self._held = self._more = 0

    def finish(self, kept: Kept | None, missing: list[Missing]) -> list[Edge]:
        """An edge for each answer. Without `kept` no answer can be given again."""
        fetches, self._fetches = self._fetches or [], None
        if self._more:
            missing.append({"what": f"{self._more:,} requests", "why": f"a run records {_MOST} at most"})
        return [fetch.edge(kept, missing) for fetch in fetches]

    @property
    def is_on(self) -> bool:
        """Whether a run is on."""
        return self._fetches is not None

    def note(self, fetch: Fetch) -> None:
        """A request goes out."""
        if self._fetches is not None and len(self._fetches) < _MOST:
            self._fetches.append(fetch)
        elif self._fetches is not None:
            self._more += 1

    def came(self, fetch: Fetch, data: bytes, is_over: bool) -> None:
        """Some of the answer, in its framing."""
        fetch.is_over |= is_over
        if fetch.came is None or fetch.over_budget or not data:
            return
        self._held += len(data)
        fetch.came += data
        if len(fetch.came) > BODY_BYTES or self._held > RUN_BODIES:
            self._held -= len(fetch.came)
            fetch.came, fetch.over_budget = bytearray(), True

    def _connects(self, event: str, args: tuple[Any, ...]) -> None:
        """A connection begins: by now the library that will read the answer is loaded."""
        if self._fetches is None or is_own():
            return
        response = getattr(sys.modules.get("http.client"), "HTTPResponse", None)
        for name, after in _READING.items():
            _look_on(response, name, after)
        for library in libraries.web_clients():
            for kind, name in library.answers.items():
                _look_on(getattr(sys.modules[library.package], kind, None), name, UrlWatch.has_all)

    def _sent(self, event: str, args: tuple[Any, ...]) -> None:
        """The head of a request goes out, or its body, in pieces of its own, which does not look like one."""
        connection, data = args
        if self._fetches is None or not isinstance(data, bytes) or is_own():
            return
        words = data.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/"):
            asked = self._asked.get(id(connection.sock))
            if asked is not None:
                asked.sends(data)
            return
        fetch = Fetch(mask(address_of(connection, words[1])), words[0])
        self._asked[id(connection.sock)] = fetch
        self.note(fetch)

    def begins(self, response: Any, given: tuple[Any, ...], result: Any) -> None:
        """`http.client` has read the head: its socket, which it releases soon, shows which request it answers."""
        file = response.fp
        fetch = self._asked.pop(id(getattr(getattr(file, "raw", None), "_sock", None)), None)
        if fetch is None:
            return
        fetch.begins(response.status, str(response.reason), response.headers.items())
        fetch.is_chunked, fetch.length, fetch.is_over = bool(response.chunked), response.length, file is None
        setattr(response, _MARK, fetch)
        if file is not None:
            response.fp = Tee(file, lambda data, is_over: self.came(fetch, data, is_over))

    def has_read(self, response: Any, given: tuple[Any, ...], result: Any) -> None:
        fetch = getattr(response, _MARK, None)
        if fetch is not None:
            fetch.take(result if isinstance(result, bytes) else memoryview(given[0])[:result])
            fetch.whole = response.isclosed()

    def has_all(self, response: Any, given: tuple[Any, ...], result: Any) -> None:
        """The content as a library gives it takes the place of what went over the wire for it."""
        if hasattr(response, _MARK) or not isinstance(result, bytes) or self._fetches is None:
            return
        address, method = mask(str(response.request.url)), str(response.request.method)
        key = address.rstrip("/"), method
        on_the_wire = [one for one in self._fetches if (one.address.rstrip("/"), one.method) == key]
        fetch = on_the_wire[-1] if on_the_wire else Fetch(address, method)
        if not on_the_wire:
            self.note(fetch)
        fetch.hash, fetch.size, fetch.whole = hashlib.sha256(result), len(result), True
        fetch.status = response.status_code
        setattr(response, _MARK, fetch)


_hearing: list[UrlWatch] = []


def hearing() -> UrlWatch | None:
    """The watch of the run that is on; None where none hears this thread."""
    watch = _hearing[0] if _hearing and not is_own() else None
    return watch if watch is not None and watch.is_on else None


_After = Callable[[UrlWatch, Any, tuple[Any, ...], Any], None]

_READING: dict[str, _After] = {"begin": UrlWatch.begins, "read": UrlWatch.has_read, "readinto": UrlWatch.has_read}
"""Methods by which `http.client` reads an answer."""


def _look_on(kind: type | None, name: str, after: _After) -> None:
    """The method or property works as before, and its result is reported. None: it is not loaded."""
    found = None if kind is None else vars(kind).get(name)
    real: Any = found.fget if isinstance(found, property) else found
    if real is None or hasattr(real, _MARK):
        return

    @functools.wraps(real)
    def looked_on(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = real(self, *args, **kwargs)
        _report(lambda watch: after(watch, self, args, result))
        return result

    setattr(looked_on, _MARK, True)
    setattr(kind, name, property(looked_on, doc=found.__doc__) if isinstance(found, property) else looked_on)


def _report(step: Callable[[UrlWatch], None]) -> None:
    try:
        for watch in _hearing:
            step(watch)
    except Exception:
        return
