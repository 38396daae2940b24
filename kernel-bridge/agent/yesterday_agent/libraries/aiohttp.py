"""aiohttp, by which fsspec fetches as well: each request and the bytes of its answer are recorded as they came over the
connection, and given again on replay to the same parser."""

from __future__ import annotations

import asyncio
import functools
import hashlib
from types import ModuleType
from typing import Any

from ..library import Library
from ..secrecy import mask
from ..urls import Fetch, UrlWatch, hearing
from ..web_answers import sent_digest
from ..web_replay import GIVEN, NoAnswerError, answer_bytes

_MARK = "_yesterday_fetch"
_HEAD = 64 * 1024
"""A longer head is not looked at."""
_NO_BODY = frozenset((204, 304))


def _watch(module: ModuleType) -> None:
    """Connections work as before; what goes through them is seen."""
    connector = getattr(module, "TCPConnector", None)
    request = getattr(module, "ClientRequest", None)
    protocol = getattr(getattr(module, "client_proto", None), "ResponseHandler", None)
    if connector is None or request is None or protocol is None:
        return
    _replace(connector, "_create_connection", functools.partial(_connecting, module))
    _replace(request, "send", _sending)
    _replace(protocol, "data_received", _receiving)
    _replace(protocol, "connection_lost", _losing)


def _replace(kind: Any, name: str, make: Any) -> None:
    real = vars(kind).get(name)
    if real is not None and not hasattr(real, _MARK):
        made = functools.wraps(real)(make(real))
        setattr(made, _MARK, True)
        setattr(kind, name, made)


class _Open:
    """An answer that comes on a connection."""

    def __init__(self, watch: UrlWatch, fetch: Fetch) -> None:
        self.watch, self.fetch = watch, fetch
        self._head: bytearray | None = bytearray()
        self._is_answer = True

    def take(self, data: bytes) -> None:
        if not self._is_answer:
            return
        if self._head is None:
            self._payload(data)
            return
        self._head += data
        head, found, rest = bytes(self._head).partition(b"\r\n\r\n")
        if not found:
            self._head = self._head if len(self._head) < _HEAD else None
            return
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        if status == 101:  # Messages of a WebSocket are no answer.
            self._begin(status, lines)
            self._is_answer = False
            return
        if status < 200:  # What comes before the answer, such as `100 Continue`.
            self._head = bytearray()
            self.take(rest)
            return
        self._head = None
        self._begin(status, lines)
        self._payload(rest)

    def _payload(self, data: bytes) -> None:
        """Some of the body. Without the framing of chunks its digest is known whatever its size."""
        fetch = self.fetch
        if not fetch.is_chunked and not fetch.whole:
            fetch.take(data)
            fetch.whole = fetch.length is not None and fetch.size >= fetch.length
        self.watch.came(fetch, data, fetch.whole)

    def _begin(self, status: int, lines: list[str]) -> None:
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        known = {name.lower(): value.lower() for name, value in headers}
        self.fetch.begins(status, lines[0].split(" ", 2)[-1] if lines[0].count(" ") > 1 else "", headers)
        self.fetch.is_chunked = "chunked" in known.get("transfer-encoding", "")
        length = known.get("content-length", "")
        self.fetch.length = int(length) if length.isdigit() and not self.fetch.is_chunked else None
        if self.fetch.method == "HEAD" or status in _NO_BODY:
            self.fetch.is_chunked, self.fetch.length = False, 0


_open: dict[int, _Open] = {}
"""By the identity of the connection: the last answer that was asked for on it. It goes when the connection does."""


def _sending(real: Any) -> Any:
    async def send(self: Any, conn: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            _open.pop(id(conn.protocol), None)
            watch = hearing()
            if watch is not None:
                fetch = Fetch(mask(_address(self)), self.method)
                if body := _body(self):
                    fetch.sends(body)
                watch.note(fetch)
                _open[id(conn.protocol)] = _Open(watch, fetch)
        except Exception:
            return await real(self, conn, *args, **kwargs)
        return await real(self, conn, *args, **kwargs)

    return send


def _receiving(real: Any) -> Any:
    def data_received(self: Any, data: bytes) -> None:
        # What comes before there is a parser is handed on again once there is one.
        answer = _open.get(id(self)) if data and getattr(self, "_parser", None) is not None else None
        if answer is not None:
            try:
                answer.take(data)
            except Exception:
                _open.pop(id(self), None)
        real(self, data)

    return data_received


def _losing(real: Any) -> Any:
    def connection_lost(self: Any, exc: BaseException | None) -> None:
        answer = _open.pop(id(self), None)
        if answer is not None and exc is None:
            answer.watch.came(answer.fetch, b"", True)
        real(self, exc)

    return connection_lost


def _connecting(module: Any, real: Any) -> Any:
    async def _create_connection(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        if not GIVEN.is_on:
            return await real(self, req, *args, **kwargs)
        if GIVEN.asks(req.url.host or ""):
            try:
                return await real(self, req, *args, **kwargs)
            except Exception:  # It is not there; an answer of it may be.
                pass
        body = _body(req)
        sent = sent_digest(hashlib.sha256(body)) if body else None
        try:
            facts, payload = GIVEN.take(req.method, _address(req), sent)
        except NoAnswerError as problem:
            raise module.ClientConnectionError(str(problem)) from None
        protocol = self._factory()
        is_over = facts["whole"] and any(
            name.lower() in ("content-length", "transfer-encoding") for name, _ in facts["headers"]
        )
        protocol.connection_made(_Answering(protocol, answer_bytes(facts, payload), is_over))
        return protocol

    return _create_connection


class _Answering(asyncio.Transport):
    """In place of a connection: gives the recorded answer once a request is written."""

    def __init__(self, protocol: Any, answer: bytes, is_over: bool) -> None:
        super().__init__()
        self._protocol, self._answer, self._is_over = protocol, answer, is_over
        self._has_answered = self._is_closing = False

    def write(self, data: Any) -> None:
        if not self._has_answered:
            self._has_answered = True
            asyncio.get_running_loop().call_soon(self._give)

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"")

    def _give(self) -> None:
        self._protocol.data_received(self._answer)
        if not self._is_over and not self._is_closing:
            self._is_closing = True
            self._protocol.connection_lost(None)

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        return self._is_closing

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return

    def pause_reading(self) -> None:
        return

    def resume_reading(self) -> None:
        return


def _address(request: Any) -> str:
    """Without the fragment, which is not sent."""
    return str(request.url.with_fragment(None))


def _body(request: Any) -> bytes:
    """What is sent, where it lies in memory."""
    body = request.body
    found = body if isinstance(body, bytes) else getattr(body, "_value", None)
    return bytes(found) if isinstance(found, (bytes, bytearray)) else b""


LIBRARY = Library("aiohttp", on_import={"aiohttp": _watch})
