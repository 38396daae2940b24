"""What a run fetched: address and digest of each answer, as `urllib` (by `http.client`), `requests` and `httpx` read
it. An answer that was not read to its end has no digest.

Invariant: nothing is read that the code does not read, and what it gets is what the library gave. Addresses are kept
without their secrets.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .audit import listen
from .own_threads import is_own
from .record import Edge
from .secrecy import mask

_MARK = "_yesterday_fetch"
_MOST = 200


@dataclass
class Fetch:
    """One answer, as far as it was read."""

    address: str
    method: str
    status: int | None = None
    size: int = 0
    whole: bool = False
    hash: Any = field(default_factory=hashlib.sha256)

    def take(self, data: Any) -> None:
        self.hash.update(data)
        self.size += len(data)

    def edge(self) -> Edge:
        digest = f"sha256:{self.hash.hexdigest()}" if self.whole else None
        known = self.method if self.status is None else f"{self.method}, {self.status}"
        edge: Edge = {"kind": "url", "name": self.address, "version": digest or self.address, "edge": "observed"}
        edge.update({"digest": digest, "size": self.size if self.whole else None, "reason": f"fetched ({known})"})
        return edge


class UrlWatch:
    """Collects the present run's answers. The last one that was made is the one that hears."""

    def __init__(self) -> None:
        self._fetches: list[Fetch] | None = None
        # By the socket that a request went out on: the answer comes back on it.
        self._asked: dict[int, Fetch] = {}
        self._ends = listen(["http.client.send"], self._sent), listen(["socket.connect"], self._connects)

    def close(self) -> None:
        for end in self._ends:
            end()

    def begin(self) -> None:
        """Starts a list."""
        _hearing.append(self)
        del _hearing[:-1]
        self._asked.clear()
        self._fetches = []

    def finish(self) -> list[Edge]:
        fetches, self._fetches = self._fetches or [], None
        return [fetch.edge() for fetch in fetches]

    def _note(self, fetch: Fetch) -> None:
        if self._fetches is not None and len(self._fetches) < _MOST:
            self._fetches.append(fetch)

    def _connects(self, event: str, args: tuple[Any, ...]) -> None:
        """A connection begins: by now the library that will read the answer is loaded."""
        if self._fetches is None or is_own():
            return
        for module, kind, name, before, after in _DOORS:
            library = sys.modules.get(module)
            if library is not None and hasattr(library, kind):
                _look_on(getattr(library, kind), name, before, after)

    def _sent(self, event: str, args: tuple[Any, ...]) -> None:
        """The head of a request goes out; its body, which may come in pieces of its own, does not look like one."""
        connection, data = args
        if self._fetches is None or not isinstance(data, bytes) or is_own():
            return
        words = data.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/"):
            return
        fetch = Fetch(mask(_address(connection, words[1])), words[0])
        self._asked[id(connection.sock)] = fetch
        self._note(fetch)

    def answers(self, response: Any) -> None:
        """`http.client` is about to read: its socket, which it releases soon, shows which request it answers."""
        if not hasattr(response, _MARK):
            socket = getattr(getattr(response.fp, "raw", None), "_sock", None)
            fetch = self._asked.pop(id(socket), None)
            if fetch is not None:
                fetch.status = response.status
                setattr(response, _MARK, fetch)

    def has_read(self, response: Any, given: tuple[Any, ...], result: Any) -> None:
        fetch = getattr(response, _MARK, None)
        if fetch is not None:
            fetch.take(result if isinstance(result, bytes) else memoryview(given[0])[:result])
            fetch.whole = response.isclosed()

    def has_all(self, response: Any, given: tuple[Any, ...], result: Any) -> None:
        """The content as `requests` and `httpx` give it takes the place of what went over the wire for it."""
        if hasattr(response, _MARK) or not isinstance(result, bytes) or self._fetches is None:
            return
        address, method = mask(str(response.request.url)), str(response.request.method)
        on_the_wire = [one for one in self._fetches if (one.address, one.method) == (address, method)]
        fetch = on_the_wire[-1] if on_the_wire else Fetch(address, method)
        if not on_the_wire:
            self._note(fetch)
        fetch.hash, fetch.size, fetch.whole = hashlib.sha256(result), len(result), True
        fetch.status = response.status_code
        setattr(response, _MARK, fetch)


_hearing: list[UrlWatch] = []
_Before = Callable[[UrlWatch, Any], None]
_After = Callable[[UrlWatch, Any, tuple[Any, ...], Any], None]


def _nothing(watch: UrlWatch, response: Any) -> None:
    return


_DOORS: tuple[tuple[str, str, str, _Before, _After], ...] = (
    ("http.client", "HTTPResponse", "read", UrlWatch.answers, UrlWatch.has_read),
    ("http.client", "HTTPResponse", "readinto", UrlWatch.answers, UrlWatch.has_read),
    ("requests", "Response", "content", _nothing, UrlWatch.has_all),
    ("httpx", "Response", "read", _nothing, UrlWatch.has_all),
)


def _address(connection: Any, target: str) -> str:
    if "://" in target:
        return target
    is_secure = type(connection).__name__.startswith("HTTPS")
    port = "" if connection.port in (443 if is_secure else 80, None) else f":{connection.port}"
    return f"{'https' if is_secure else 'http'}://{connection.host}{port}{target}"


def _look_on(kind: type, name: str, before: _Before, after: _After) -> None:
    """The method or property works as before, and its result is reported."""
    found = vars(kind).get(name)
    real: Any = found.fget if isinstance(found, property) else found
    if real is None or hasattr(real, _MARK):
        return

    @functools.wraps(real)
    def looked_on(self: Any, *args: Any, **kwargs: Any) -> Any:
        _report(lambda watch: before(watch, self))
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
