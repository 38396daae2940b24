"""A question of `input()` that waits: noted in the spool, for a server that comes back while it is open.

The question goes to the server that asked for the run, and nowhere where that is gone. An answer to a password prompt
is a secret from then on; other answers are recorded with the run.
"""

from __future__ import annotations

import contextlib
from typing import Any

from .answers import ANSWERS
from .secrecy import mask
from .secret_sources import answered
from .spool import Spool


def watch(kernel: Any, spool: Spool) -> None:
    """Note each question when it is sent, and forget it when something comes in answer."""
    session = kernel.session
    send, receive = session.send, session.recv
    asked: list[dict[str, Any]] = []

    def noting_send(stream: Any, message: Any, *words: Any, **options: Any) -> Any:
        if message == "input_request":
            content: dict[str, Any] = words[0] if words else options["content"]
            asked[:] = [content]
            spool.asks({**content, "prompt": mask(str(content.get("prompt", "")))})
        return send(stream, message, *words, **options)

    def noting_recv(socket: Any, *words: Any, **options: Any) -> Any:
        heard = receive(socket, *words, **options)
        if socket is kernel.stdin_socket:
            with contextlib.suppress(Exception):
                _learn(asked, heard)
            spool.answered()
        return heard

    session.send, session.recv = noting_send, noting_recv


def _learn(asked: list[dict[str, Any]], heard: Any) -> None:
    content = heard[1]["content"] if heard[1] is not None else None
    if asked and content is not None:
        question = asked.pop()
        prompt, is_password, value = (
            str(question.get("prompt", "")),
            question.get("password") is True,
            content.get("value"),
        )
        answered(prompt, is_password, value)
        if type(value) is str:
            ANSWERS.heard(prompt, value, is_password)
