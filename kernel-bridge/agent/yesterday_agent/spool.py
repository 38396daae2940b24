"""Keeps each run's iopub messages and record on disk until the bridge has made them durable and deletes them.

Frames: repeated [u32 BE total][u32 BE json length][json][u32 buffer count, then (u32 length, bytes)*].
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections import OrderedDict
from collections.abc import Sequence
from json import dumps
from typing import BinaryIO

from .record import Record

FRAMES_LIMIT = 256 * 1024 * 1024
_HELD_PARENTS = 8
_HELD_MESSAGES = 64


def encode_frame(parts: Sequence[bytes], buffers: Sequence[bytes]) -> bytes:
    """`parts` are the wire's header, parent header, metadata and content, already JSON."""
    header, parent, metadata, content = parts
    text = b'{"header":%b,"parent_header":%b,"metadata":%b,"content":%b}' % (
        header,
        parent,
        metadata,
        content,
    )
    body = [struct.pack(">I", len(text)), text, struct.pack(">I", len(buffers))]
    for buffer in buffers:
        body += [struct.pack(">I", len(buffer)), buffer]
    whole = b"".join(body)
    return struct.pack(">I", len(whole)) + whole


def _private(path: str, flags: int) -> int:
    """Opens a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


class Spool:
    """One folder for one kernel. `message` and `settle` are called on a thread of their own, the rest on the main."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._runs: OrderedDict[str, str] = OrderedDict()
        self._held: OrderedDict[str, list[bytes]] = OrderedDict()
        self._open: tuple[str, BinaryIO] | None = None
        self._sizes: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._finished: set[str] = set()
        self.truncated: set[str] = set()
        self._current: str | None = None
        self._question: str | None = None

    def path(self, run: str, kind: str) -> str:
        safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in run)
        return os.path.join(self.folder, f"{safe}.{kind}")

    def begin(self, msg_id: str, run: str) -> None:
        """From now on, messages with this parent belong to the run; those held already come first. That it has begun
        the bridge has noted on the disk before it asked: nothing is written here, while people wait."""
        self._runs[msg_id] = self._current = run
        while len(self._runs) > 256:
            self._runs.popitem(last=False)

    def begun(self) -> list[str]:
        """The last runs that began, oldest first."""
        return list(self._runs.values())

    def count(self, run: str) -> int:
        """Messages that the run has published until now."""
        return self._counts.get(run, 0)

    def asks(self, content: object) -> None:
        """The run that is on waits for an answer. A note that cannot be written is only missed after a server's end."""
        if self._current is None:
            return
        self._question = self.path(self._current, "prompt.json")
        with contextlib.suppress(OSError), open(self._question, "w", encoding="utf-8", opener=_private) as handle:
            handle.write(dumps(content))

    def answered(self) -> None:
        """Nothing waits any more."""
        question, self._question = self._question, None
        if question is not None:
            with contextlib.suppress(OSError):
                os.remove(question)

    def message(self, parent_id: str, frame: bytes) -> None:
        """Append one message of a request; messages that outran `begin` are held for it. On disk after `settle`."""
        run = self._runs.get(parent_id)
        if run is None:
            self._hold(parent_id, frame)
            return
        for earlier in self._held.pop(parent_id, []):
            self._append(run, earlier)
        self._append(run, frame)

    def _hold(self, parent_id: str, frame: bytes) -> None:
        held = self._held.setdefault(parent_id, [])
        if len(held) < _HELD_MESSAGES:
            held.append(frame)
        while len(self._held) > _HELD_PARENTS:
            self._held.popitem(last=False)

    def _append(self, run: str, frame: bytes) -> None:
        self._counts[run] = self._counts.get(run, 0) + 1
        size = self._sizes.get(run, 0) + len(frame)
        if size > FRAMES_LIMIT:
            self.truncated.add(run)
            return
        self._sizes[run] = size
        handle = self._handle(run)
        if handle is not None:
            handle.write(frame)

    def settle(self) -> None:
        """What was appended is on disk."""
        if self._open is not None:
            self._open[1].flush()

    def _handle(self, run: str) -> BinaryIO | None:
        if self._open is not None and self._open[0] == run:
            return self._open[1]
        path = self.path(run, "frames")
        if run in self._finished and not os.path.exists(path):
            return None
        if self._open is not None:
            self._open[1].close()
        handle = open(path, "ab", opener=_private)  # noqa: SIM115
        self._open = (run, handle)
        return handle

    def finish(self, run: str, record: Record) -> None:
        """Write the record whole or not at all."""
        self.answered()
        target = self.path(run, "record.json")
        temporary = f"{target}.tmp"
        with open(temporary, "w", encoding="utf-8", opener=_private) as handle:
            handle.write(dumps(record))
        os.replace(temporary, target)
        self._finished.add(run)
