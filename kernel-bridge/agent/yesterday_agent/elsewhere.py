"""The spool of a kernel that shares no folder with the bridge: a private folder here, read by requests.

The folder is in memory where the system has room for it, so that nothing is written to a disk that is not ours. The
requests come on the control channel and are answered during a run. Invariant: a request reads and removes only files of
the spool.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from .own_threads import as_own
from .spool import Spool

MESSAGE = "yesterday_spool_request"
_REPLY = "yesterday_spool_reply"
_PREFIX = "yesterday-spool-"
_MEMORY = "/dev/shm"
_ROOM = 1 << 30
"""Bytes that must be free in memory's folder; containers often have 64 MiB."""
_CHUNK = 4 << 20
_NAME = re.compile(r"(objects/)?[^/\\]{1,255}")


def private_folder() -> str:
    """A new folder for this process, removed when it ends. Those of processes that were killed are removed now."""
    place = _place()
    _remove_abandoned(place)
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place)
    # Registered before all else of the agent: it is called after what still writes there.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _place() -> str:
    try:
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM:
            return _MEMORY
    except OSError:
        pass
    return tempfile.gettempdir()


def _remove_abandoned(place: str) -> None:
    for name in os.listdir(place):
        found = re.fullmatch(rf"{_PREFIX}(\d+)-\w+", name)
        if found is not None and not _runs(int(found[1])):
            shutil.rmtree(os.path.join(place, name), ignore_errors=True)


def _runs(pid: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


class SpoolRequests:
    """Answers what the bridge asks of the spool. `flush` returns when all messages so far are in it."""

    def __init__(self, spool: Spool, flush: Callable[[], None], kernel: Any) -> None:
        self._spool, self._flush = spool, flush
        self._asks = {"state": self._state, "read": self._read, "remove": self._remove}

        def handle(stream: Any, ident: Any, parent: Any) -> None:
            content, buffers = self.answer(parent["content"])
            kernel.session.send(stream, _REPLY, content, parent, ident=ident, buffers=buffers)

        kernel.control_handlers[MESSAGE] = handle
        kernel.shell_handlers[MESSAGE] = handle

    def answer(self, content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Never raises: a request that fails is answered with the reason."""
        answers: list[tuple[dict[str, Any], list[bytes]]] = []

        def work() -> None:
            answers.append(self._asks[str(content.get("ask"))](content))

        try:
            as_own(work)
        except FileNotFoundError:
            return {"status": "missing"}, []
        except Exception as problem:
            return {"status": "error", "why": f"{type(problem).__name__}: {problem}"[:300]}, []
        found, buffers = answers[0]
        return {"status": "ok", **found}, buffers

    def _state(self, _: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """What is there: file sizes by name, and the runs that have begun."""
        self._flush()
        with os.scandir(self._spool.folder) as entries:
            files = {one.name: one.stat().st_size for one in entries if one.is_file() and not one.name.endswith(".tmp")}
        return {"files": files, "begun": self._spool.begun()}, []

    def _read(self, content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """Bytes of a file from a place on, at most a chunk; with the size of the whole."""
        with open(self._path(content["name"]), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, int(content["from"])))
            return {"size": size}, [file.read(_CHUNK)]

    def _remove(self, content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        for name in content["names"]:
            path = self._path(name)
            if os.path.exists(path):
                os.remove(path)
        return {}, []

    def _path(self, name: object) -> str:
        if not isinstance(name, str) or _NAME.fullmatch(name) is None or os.path.basename(name).startswith(".."):
            raise ValueError("not a file of the spool")
        return os.path.join(self._spool.folder, *name.split("/"))
