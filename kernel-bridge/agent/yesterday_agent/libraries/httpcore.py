"""httpcore, by which httpx sends: each request and the bytes of its answer are recorded, and given again on replay."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from ..library import Library
from ..secrecy import mask
from ..urls import Fetch, hearing
from ..web_answers import sent_digest
from ..web_replay import GIVEN, NoAnswerError

_MARK = "_yesterday_pool"


def _watch(module: ModuleType) -> None:
    """The pools work as before, and what goes through them is seen."""
    for name, method in (("ConnectionPool", "handle_request"), ("AsyncConnectionPool", "handle_async_request")):
        kind = getattr(module, name, None)
        real = getattr(kind, method, None)
        if real is not None and not hasattr(real, _MARK):
            setattr(kind, method, (_asynchronous if "async" in method else _synchronous)(module, real))


def _synchronous(module: Any, real: Any) -> Any:
    @functools.wraps(real)
    def handle_request(self: Any, request: Any) -> Any:
        given = _given(module, request)
        if given is not None:
            return _seen(request, given, _Read)
        try:
            return _seen(request, real(self, request), _Read)
        except module.ConnectError:
            return _seen(request, _given(module, request, is_last=True), _Read)

    setattr(handle_request, _MARK, True)
    return handle_request


def _asynchronous(module: Any, real: Any) -> Any:
    @functools.wraps(real)
    async def handle_async_request(self: Any, request: Any) -> Any:
        given = _given(module, request)
        if given is not None:
            return _seen(request, given, _ReadAsync)
        try:
            return _seen(request, await real(self, request), _ReadAsync)
        except module.ConnectError:
            return _seen(request, _given(module, request, is_last=True), _ReadAsync)

    setattr(handle_async_request, _MARK, True)
    return handle_async_request


def _given(module: Any, request: Any, is_last: bool = False) -> Any:
    """The recorded answer; None to ask the network. `is_last`: that was asked. Raises as the library does."""
    if is_last and not GIVEN.is_on:
        raise
    if not is_last and GIVEN.asks(request.url.host.decode("latin-1")):
        return None
    body = _body(request)
    sent = sent_digest(hashlib.sha256(body)) if body else None
    try:
        facts, payload = GIVEN.take(request.method.decode("latin-1"), _address(request), sent)
    except NoAnswerError as problem:
        raise module.ConnectError(str(problem)) from None
    headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in facts["headers"]]
    extensions = {"http_version": b"HTTP/1.1", "reason_phrase": facts["reason"].encode("latin-1", "replace")}
    return module.Response(facts["status"], headers=headers, content=payload, extensions=extensions)


def _seen(request: Any, response: Any, reader: Any) -> Any:
    """The response, and its bytes are noted as they are read."""
    try:
        watch = hearing()
        if watch is None:
            return response
        fetch = Fetch(mask(_address(request)), request.method.decode("latin-1"))
        body = _body(request)
        if body:
            fetch.sends(body)
        reason = response.extensions.get("reason_phrase", b"").decode("latin-1")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
        fetch.begins(response.status, reason, headers)
        watch.note(fetch)
        response.stream = reader(response.stream, lambda data, is_over: watch.came(fetch, data, is_over))
    except Exception:  # The person's request goes on, whatever happens here.
        return response
    return response


def _address(request: Any) -> str:
    url = request.url
    scheme, host, target = (part.decode("latin-1") for part in (url.scheme, url.host, url.target))
    port = url.port
    shown = "" if port is None or (scheme, port) in (("http", 80), ("https", 443)) else f":{port}"
    return f"{scheme}://{host}{shown}{target}"


def _body(request: Any) -> bytes:
    """What is sent, where it lies in memory."""
    stream = request.stream
    for name in ("_content", "_stream"):
        body = getattr(stream, name, None)
        if isinstance(body, bytes):
            return body
    return b""


class _Read:
    """A stream that is read as before."""

    def __init__(self, real: Any, note: Any) -> None:
        self._real, self._note = real, note

    def __iter__(self) -> Iterator[bytes]:
        for part in self._real:
            self._note(part, False)
            yield part
        self._note(b"", True)

    def close(self) -> None:
        if hasattr(self._real, "close"):
            self._real.close()


class _ReadAsync:
    def __init__(self, real: Any, note: Any) -> None:
        self._real, self._note = real, note

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._real:
            self._note(part, False)
            yield part
        self._note(b"", True)

    async def aclose(self) -> None:
        if hasattr(self._real, "aclose"):
            await self._real.aclose()


LIBRARY = Library("httpcore", on_import={"httpcore": _watch})
