"""Recorded answers, given to the code of a replay in place of the network. Only in a kernel that repeats runs.

A request gets the next answer that the recorded run got to the same method, address and body. In a sandbox with a
network of its own, servers there are asked first: the notebook started them. What the record has no answer to fails.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from typing import Any, TypedDict

from .library_imports import when_libraries_import
from .on_import import Step, when_imported
from .secrecy import mask
from .web_answers import AnswerFacts, address_of, sent_digest

_MARK = "_yesterday_replay"


class GivenAnswer(TypedDict):
    """`file` has the body."""

    address: str
    facts: AnswerFacts
    file: str | None


class NoAnswerError(ConnectionError):
    """The record has no answer to a request."""


class GivenAnswers:
    """The answers for one run."""

    def __init__(self) -> None:
        self._left: list[GivenAnswer] = []
        self.is_on = self._is_fresh = self._is_apart = False
        self._hosts = frozenset[str]()

    def give(self, answers: list[GivenAnswer], is_apart: bool, hosts: Iterable[str] = ()) -> None:
        """The next run gets these. `is_apart`: the process has a network of its own; `hosts`: are asked themselves."""
        self._hosts = frozenset(hosts)
        self._left, self.is_on, self._is_fresh, self._is_apart = answers, True, True, is_apart

    def asks(self, host: str) -> bool:
        """Whether the network is asked first."""
        return not self.is_on or host.lower() in self._hosts or (self._is_apart and _is_here(host))

    def begin(self) -> None:
        """A run starts. What was given is for one run."""
        if not self._is_fresh:
            self._left, self.is_on = [], False
        self._is_fresh = False

    def take(self, method: str, address: str, sent: str | None) -> tuple[AnswerFacts, bytes]:
        """Raises `NoAnswerError`."""
        key = method, mask(address).rstrip("/"), sent
        for place, one in enumerate(self._left):
            if (one["facts"]["method"], one["address"].rstrip("/"), one["facts"]["sent"]) == key:
                del self._left[place]
                if one["file"] is None:
                    raise NoAnswerError(f"the answer to {method} {mask(address)} was not kept; --live asks for it")
                with open(one["file"], "rb") as body:
                    return one["facts"], body.read()
        raise NoAnswerError(f"the record has no answer to {method} {mask(address)}; --live asks for it")


GIVEN = GivenAnswers()


def give(text: str, is_apart: bool, hosts: Iterable[str] = ()) -> None:
    """Has the next run get these answers, a list of `GivenAnswer` as JSON. `is_apart`: the process has a network of its
    own, in which nothing from outside answers; `hosts`: those that are asked themselves."""
    when_imported({"http.client": _leading_all(("HTTPConnection", "HTTPSConnection"))})
    when_libraries_import(
        lambda library: {module: _leading_all(names) for module, names in library.http_connections.items()}
    )
    GIVEN.give(json.loads(text), is_apart, hosts)


def _is_here(host: str) -> bool:
    """Whether it is a server of this machine."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _leading_all(names: Iterable[str]) -> Step:
    return lambda module: _lead(module, names)


def _lead(module: Any, names: Iterable[str]) -> None:
    """Connections get their answers here."""
    for name in names:
        kind = getattr(module, name, None)
        real = vars(kind).get("connect") if isinstance(kind, type) else None
        if real is not None and not hasattr(real, _MARK):
            setattr(kind, "connect", _leading(real))  # noqa: B010


def _leading(real: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(real)
    def connect(self: Any) -> None:
        if not GIVEN.is_on:
            real(self)
            return
        if GIVEN.asks(self.host):
            try:
                real(self)
                return
            except Exception:  # It is not there; an answer of it may be.
                self.sock = None
        self.sock = _Answering(self)
        if hasattr(self, "is_verified"):
            self.is_verified = True

    setattr(connect, _MARK, True)
    return connect


class _Answering:
    """In place of a socket: takes a request and returns the answer that was recorded."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._sent = bytearray()

    def sendall(self, data: bytes) -> None:
        self._sent += data

    def makefile(self, *mode: Any, **options: Any) -> io.BufferedReader:
        head, _, body = bytes(self._sent).partition(b"\r\n\r\n")
        method, target, *_ = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        self._sent.clear()
        sent = sent_digest(hashlib.sha256(body)) if body else None
        facts, payload = GIVEN.take(method, address_of(self._connection, target), sent)
        return io.BufferedReader(_Raw(answer_bytes(facts, payload), self))

    def __getattr__(self, name: str) -> Any:
        """Timeouts, options and closing do nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


class _Raw(io.BytesIO):
    """As `socket.SocketIO`, which leads from the answer to the request."""

    def __init__(self, data: bytes, socket: _Answering) -> None:
        super().__init__(data)
        self._sock = socket


def answer_bytes(facts: AnswerFacts, payload: bytes) -> bytes:
    lines = [f"HTTP/1.1 {facts['status']} {facts['reason']}"]
    lines += [f"{name}: {value}" for name, value in facts["headers"]]
    head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace")
    chunked = any(name.lower() == "transfer-encoding" for name, _ in facts["headers"])
    return head + (_chunks(payload, facts["whole"]) if chunked else payload)


def _chunks(payload: bytes, whole: bool) -> bytes:
    chunk = b"%x\r\n%b\r\n" % (len(payload), payload) if payload else b""
    return chunk + (b"0\r\n\r\n" if whole else b"")
