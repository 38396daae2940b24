"""Takes files from the bridge into a kernel that shares no folder with it, in parts, by messages.

There are two kinds of folders: a private one for values, which is removed when they are loaded or the process ends, and
one below the kernel's own folder for files of the project, which stays. Invariant: nothing is written outside of them,
and a file is under its name only when all of it has the digest that was announced.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import PurePosixPath
from typing import Any

from .own_threads import as_own

MESSAGE = "yesterday_delivery_request"
_REPLY = "yesterday_delivery_reply"
_NAME = re.compile(r"[\w-][\w.-]{0,99}")
_LONGEST = 1_000
_PART = ".part"


class Deliveries:
    """Answers the bridge's messages."""

    def __init__(self, kernel: Any) -> None:
        self._folders: dict[str, str] = {}
        self._open: dict[tuple[str, str], Any] = {}
        self._asks = {"open": self._begin, "write": self._write, "remove": self._remove}
        atexit.register(self._remove_values)

        def handle(stream: Any, ident: Any, parent: Any) -> None:
            content = self.answer(parent["content"], parent.get("buffers") or [])
            kernel.session.send(stream, _REPLY, content, parent, ident=ident)

        kernel.control_handlers[MESSAGE] = handle
        kernel.shell_handlers[MESSAGE] = handle

    def answer(self, content: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
        """Never raises: a request that fails is answered with the reason."""
        answers: list[dict[str, Any]] = []

        def work() -> None:
            answers.append(self._asks[str(content.get("ask"))](content, buffers))

        try:
            as_own(work)
        except Exception as problem:
            why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
            return {"status": "error", "why": f"{type(problem).__name__}: {why}"[:300]}
        return {"status": "ok", **answers[0]}

    def _begin(self, content: dict[str, Any], _: list[Any]) -> dict[str, Any]:
        """A new folder: `values`, or `files` under a name. With the bytes that are free there."""
        kind = content["kind"]
        if kind == "values":
            folder = tempfile.mkdtemp(prefix="yesterday-values-")
        else:
            folder = _new_folder(os.getcwd(), str(content["name"]))
        self._folders[kind] = folder
        return {"folder": folder, "free": shutil.disk_usage(folder).free}

    def _write(self, content: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
        """Adds bytes to a file. The last ones are checked with all before them."""
        kind, name, at = str(content["kind"]), str(content["name"]), int(content["at"])
        path = self._path(kind, name)
        if at == 0:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            self._open[kind, name] = hashlib.sha256()
        flags = os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | (os.O_CREAT | os.O_EXCL if at == 0 else os.O_APPEND)
        seen = self._open[kind, name]
        with os.fdopen(os.open(path + _PART, flags, 0o600), "ab" if at else "wb") as file:
            if os.fstat(file.fileno()).st_size != at:
                raise ValueError("a part is missing")
            for buffer in buffers:
                file.write(buffer)
                seen.update(buffer)
        if content.get("last"):
            self._close(kind, name, path, str(content["digest"]))
        return {}

    def _close(self, kind: str, name: str, path: str, digest: str) -> None:
        found = "sha256:" + self._open.pop((kind, name)).hexdigest()
        if found != digest:
            os.remove(path + _PART)
            raise ValueError("what arrived has another digest")
        os.rename(path + _PART, path)

    def _remove(self, content: dict[str, Any], _: list[Any]) -> dict[str, Any]:
        folder = self._folders.pop(str(content["kind"]), None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return {}

    def _remove_values(self) -> None:
        if "values" in self._folders:
            shutil.rmtree(self._folders["values"], ignore_errors=True)

    def _path(self, kind: str, name: str) -> str:
        """Where a file goes; raises for a name that leads out of its folder."""
        folder, parts = self._folders[kind], PurePosixPath(name).parts
        is_inside = bool(parts) and ".." not in parts and not PurePosixPath(name).is_absolute()
        if not is_inside or len(name) > _LONGEST or "\0" in name or "\\" in name or ":" in name:
            raise ValueError("not a name of a file")
        path = os.path.join(folder, *parts)
        around = os.path.realpath(os.path.dirname(path)) + os.sep
        if not around.startswith(os.path.realpath(folder) + os.sep):
            raise ValueError("not a name of a file")
        return path


def _new_folder(base: str, name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError("not a name of a folder")
    for count in range(1, 1_000):
        folder = os.path.join(base, name if count == 1 else f"{name}-{count}")
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            continue
        return folder
    raise ValueError(f"there are too many folders named {name}")
