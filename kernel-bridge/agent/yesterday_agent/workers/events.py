"""What one child process wrote down, line by line. A line that is no event of ours is left out.

The user's code can write into the folder: each value is checked before it is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .libraries.registry import POOL_ROLES
from .part import PART_BYTES

POOLS = frozenset(("pool", *POOL_ROLES))
"""They work for the run that waits for them."""
_LONGEST_LINE = 64 * 1024


@dataclass
class Event:
    """`order`: of the run that was on when it happened."""

    time: float
    order: int
    worker: Worker
    kind: str
    values: list[Any]

    def text(self, place: int) -> str | None:
        """The value there, if it is a text."""
        value = self.values[place] if place < len(self.values) else None
        return value if isinstance(value, str) else None

    def number(self, place: int) -> int | None:
        value = self.values[place] if place < len(self.values) else None
        return value if type(value) is int else None


@dataclass
class Worker:
    """One child process. `name` is `<order of the run>.<number>` and on, as `starts` gives it."""

    name: str
    path: str
    offset: int = 0
    how: str = "fork"
    pid: int = 0
    role: str = ""
    label: str = ""
    rank: int | None = None
    at: int = 0
    """The order of the run that was on when it wrote last."""
    parent_serves: bool = False
    is_over: bool = False
    is_full: bool = False
    has_undrawn: bool = False
    exit_code: int | None = None
    error: dict[str, str] | None = None
    _rest: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> str:
        """Its name within the run that started it."""
        return self.name.partition(".")[2]

    @property
    def order(self) -> int:
        digits = self.name.partition(".")[0]
        return int(digits) if digits.isdigit() else 0

    def is_known(self) -> bool:
        """Whether it is more than a fork that became a program or ended at once."""
        return self.how != "fork" or self.role != "" or self.is_over

    def serves(self) -> bool:
        """Whether it works for the run that waits for it."""
        return self.role in POOLS or self.how in POOLS or self.how == "server" or self.parent_serves

    def is_alive(self) -> bool:
        return not self.is_over and _is_alive(self.pid)

    def news(self) -> Iterator[Event]:
        """What it wrote since the last call."""
        try:
            with open(self.path, "rb") as handle:
                handle.seek(self.offset)
                data = handle.read(2 * PART_BYTES)
        except OSError:
            return
        whole, _, _ = data.rpartition(b"\n")
        self.offset += len(whole) + 1 if whole else 0
        for line in whole.split(b"\n") if whole else ():
            event = self._event(line)
            if event is not None:
                self._take(event)
                event.order = self.at
                yield event

    def _event(self, line: bytes) -> Event | None:
        try:
            found = json.loads(line) if len(line) <= _LONGEST_LINE else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, list) or len(found) < 2:
            return None
        kind, time = found[0], found[1]
        if not isinstance(kind, str) or not isinstance(time, float):
            return None
        return Event(time, self.at, self, kind, found[2:])

    def _take(self, event: Event) -> None:
        """What the event says of the process itself."""
        if event.kind == "start":
            self.how, self.pid = event.text(0) or "fork", event.number(1) or 0
            self.at = event.number(3) or 0
        elif event.kind == "run":
            self.at = event.number(0) or 0
        elif event.kind == "role":
            self.role, self.label = event.text(0) or "process", (event.text(1) or "")[:100]
            number = event.number(2)
            self.label = self.label if number is None else f"worker {number}"
        elif event.kind == "rank":
            rank = event.text(0) or ""
            self.rank = int(rank) if rank.isdigit() and len(rank) < 9 else None
        elif event.kind == "error":
            self.error = {
                "ename": (event.text(0) or "")[:200],
                "evalue": (event.text(1) or "")[:500],
                "traceback": (event.text(2) or "")[-8_000:],
            }
        elif event.kind == "end":
            self.is_over, self.exit_code = True, event.number(0)
        elif event.kind == "full":
            self.is_full = True
        elif event.kind == "undrawn":
            self.has_undrawn = True


def _is_alive(pid: int) -> bool:
    """A process that has ended and was not waited for is not alive."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as handle:
            return handle.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        pass
    if os.path.isdir("/proc/self"):
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0
