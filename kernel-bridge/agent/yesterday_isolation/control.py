"""Requests of the server to a running sandbox: files to lay, files to take away.

They are carried out here, behind the change of the root, so that no link which the isolated program made leads to a
real file. One request for each connection: a line of JSON, answered by `{"problem": null}` or a reason.
"""

from __future__ import annotations

import json
import os
from _socket import AF_UNIX, SOCK_STREAM, socket
from collections.abc import Callable, Mapping

NAME = "control"
_SECONDS = 60.0
_PIECE = 1 << 20


class Control:
    """Listens in `folder`; a socket's path may be short only, so it is bound from there."""

    def __init__(self, folder: str) -> None:
        before = os.getcwd()
        os.chdir(folder)
        try:
            if os.path.lexists(NAME):
                os.remove(NAME)
            self._socket = socket(AF_UNIX, SOCK_STREAM)
            self._socket.bind(NAME)
            self._socket.listen(8)
        finally:
            os.chdir(before)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def answer(self) -> None:
        """Serves the connection that waits. A failure is reported to the caller, or lost with it."""
        descriptor, _ = self._socket._accept()  # type: ignore[attr-defined]
        caller = socket(AF_UNIX, SOCK_STREAM, fileno=descriptor)
        caller.settimeout(_SECONDS)
        try:
            caller.sendall(json.dumps({"problem": _performed(_line(caller))}).encode() + b"\n")
        except OSError:
            pass
        finally:
            caller.close()


def _line(caller: socket) -> str:
    received = b""
    while not received.endswith(b"\n"):
        piece = caller.recv(65536)
        if not piece:
            break
        received += piece
    return received.decode("utf-8", "surrogateescape")


def _performed(line: str) -> str | None:
    try:
        request = json.loads(line)
        _ACTS[request["act"]](request)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


def _lay(request: Mapping[str, str]) -> None:
    """The file `source` becomes the content of `target`: whole, with the mode of the existing file."""
    target = os.path.realpath(request["target"])
    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    passing = os.path.join(folder, f".yesterday-{os.getpid()}.new")
    mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o644
    with open(request["source"], "rb") as source, open(passing, "wb") as copy:
        while piece := source.read(_PIECE):
            copy.write(piece)
        os.fchmod(copy.fileno(), mode)
    os.replace(passing, target)


def _remove(request: Mapping[str, str]) -> None:
    if os.path.isfile(request["target"]):
        os.remove(request["target"])


_ACTS: dict[str, Callable[[Mapping[str, str]], None]] = {"lay": _lay, "remove": _remove}
