"""Messages of the kernel without their secrets: outputs, errors and code are masked before they are sent, so that
neither the server, the document nor the spool ever has them. Widgets talk to the page as they are; see `spool_copy`.

Invariant: a message is delayed only while its end may be the beginning of a secret; what fails here never stops one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from json import dumps, loads
from typing import Any

from .masking import Masker
from .secrecy import mask, mask_code, masker
from .secret_stream import StreamMask

_IMAGES = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream")
_MOST = 64


def watch(kernel: Any, failed: Callable[[BaseException], None]) -> Outgoing:
    """Mask what the kernel sends from now on."""
    outgoing = Outgoing(kernel.session, kernel.iopub_socket, failed)
    kernel.session.send = outgoing.send
    return outgoing


class Outgoing:
    """Takes the place of a session's `send`."""

    def __init__(self, session: Any, iopub: Any, failed: Callable[[BaseException], None]) -> None:
        self._send, self._session, self._iopub, self._failed = session.send, session, iopub, failed
        self._streams: dict[tuple[str, str], tuple[StreamMask, Any]] = {}
        self._lock = threading.RLock()

    def send(
        self, stream: Any, message: Any, content: Any = None, parent: Any = None, *words: Any, **named: Any
    ) -> Any:
        """As `Session.send`, which takes a type with its content, or a whole message."""
        is_whole = isinstance(message, dict)
        kind = message["header"]["msg_type"] if is_whole else message
        with self._lock:
            try:
                body = message["content"] if is_whole else content
                parents = message.get("parent_header") if is_whole else parent
                body = self._masked(kind, body, parents)
            except Exception as problem:
                self._failed(problem)
                return self._send(stream, message, content, parent, *words, **named)
            if body is None:
                return None
            if is_whole:
                return self._send(stream, {**message, "content": body}, content, parent, *words, **named)
            return self._send(stream, message, body, parent, *words, **named)

    def flush(self) -> None:
        """Send what is held of all streams."""
        with self._lock:
            for place in list(self._streams):
                self._release(place)

    def _masked(self, kind: str, content: Any, parent: Any) -> Any:
        """The content to send; None for a piece of a stream that is held back."""
        if kind == "stream":
            return self._stream(content, parent)
        if self._streams:
            self._interrupt(_id_of(parent))
        step = _STEPS.get(kind)
        return content if step is None or not isinstance(content, dict) else step(content)

    def _stream(self, content: Any, parent: Any) -> Any:
        place = (_id_of(parent), content["name"])
        one, _ = self._streams.pop(place, (StreamMask(masker()), None))
        self._streams[place] = (one, parent)
        while len(self._streams) > _MOST:
            self._release(next(iter(self._streams)))
        text = one.feed(content["text"])
        return {**content, "text": text} if text else None

    def _interrupt(self, request: str) -> None:
        """Something else comes of the request: the streams are as whole as people see them."""
        for place in [one for one in self._streams if one[0] == request]:
            self._release(place)

    def _release(self, place: tuple[str, str]) -> None:
        one, parent = self._streams.pop(place)
        if one.is_holding and (text := one.flush()):
            content = {"name": place[1], "text": text}
            self._send(self._iopub, "stream", content, parent, ident=f"stream.{place[1]}".encode())


def _id_of(parent: Any) -> str:
    header = (parent or {}).get("header", parent) if isinstance(parent, dict) else None
    return str((header or {}).get("msg_id", ""))


def _bundle(content: dict[str, Any]) -> dict[str, Any]:
    found = dict(content)
    if isinstance(data := content.get("data"), dict):
        found["data"] = {
            mime: one if str(mime).startswith(_IMAGES) and "svg" not in mime else _tree(one)
            for mime, one in data.items()
        }
    if content.get("metadata"):
        found["metadata"] = _tree(content["metadata"])
    return found


def _error(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, **{key: _tree(content[key]) for key in ("ename", "evalue", "traceback") if key in content}}


def _reply(content: dict[str, Any]) -> dict[str, Any]:
    found = _error(content)
    pages = content.get("payload")
    if isinstance(pages, list):
        found["payload"] = [_bundle(one) if isinstance(one, dict) and "data" in one else one for one in pages]
    if content.get("user_expressions"):
        found["user_expressions"] = _tree(content["user_expressions"])
    return found


def _input(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "code": mask_code(content["code"])} if isinstance(content.get("code"), str) else content


def _prompt(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "prompt": mask(content["prompt"])} if isinstance(content.get("prompt"), str) else content


_STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "display_data": _bundle,
    "update_display_data": _bundle,
    "execute_result": _bundle,
    "error": _error,
    "execute_reply": _reply,
    "execute_input": _input,
    "input_request": _prompt,
}


def _tree(value: Any) -> Any:
    """A JSON value without secrets, however deep."""
    try:
        return masker().mask_tree(value)
    except RecursionError:
        return loads(mask(dumps(value)))


def spool_copy(parts: list[bytes], kept: Masker) -> list[bytes]:
    """A message's header, parent, metadata and content for the spool: widgets' messages go out as they are."""
    if b'"comm_' not in parts[0] or not kept.find(parts[3].decode("utf-8", "replace")):
        return parts
    return [*parts[:3], dumps(kept.mask_tree(loads(parts[3]))).encode()]
