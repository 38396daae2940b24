"""A question of `input()` that waits: noted in the spool, for a server that comes back while it is open.

The question goes to the server that asked for the run, and to nobody where that is gone.
"""

from __future__ import annotations

from typing import Any

from .spool import Spool


def watch(kernel: Any, spool: Spool) -> None:
    """Note each question when it is sent, and forget it when something comes in answer."""
    session = kernel.session
    send, receive = session.send, session.recv

    def noting_send(stream: Any, message: Any, *words: Any, **options: Any) -> Any:
        if message == "input_request":
            spool.asks(words[0] if words else options.get("content"))
        return send(stream, message, *words, **options)

    def noting_recv(socket: Any, *words: Any, **options: Any) -> Any:
        heard = receive(socket, *words, **options)
        if socket is kernel.stdin_socket:
            spool.answered()
        return heard

    session.send, session.recv = noting_send, noting_recv
