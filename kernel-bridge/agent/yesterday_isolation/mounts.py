"""Which mounts there are, from `/proc/self/mountinfo` (proc_pid_mountinfo(5))."""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPED = re.compile(rb"\\([0-7]{3})")


class Mount(NamedTuple):
    path: str
    kind: str


def read() -> list[Mount]:
    """Each mount point once, parents first; of several mounts on one point the last."""
    with open("/proc/self/mountinfo", "rb") as lines:
        return parse(lines.read())


def parse(text: bytes) -> list[Mount]:
    found: dict[str, Mount] = {}
    for line in text.splitlines():
        words, _, rest = line.partition(b" - ")
        path = _ESCAPED.sub(lambda code: bytes([int(code[1], 8)]), words.split(b" ")[4])
        mount = Mount(path.decode("utf-8", "surrogateescape"), rest.split(b" ")[0].decode())
        found[mount.path] = mount
    return sorted(found.values(), key=lambda mount: mount.path)


def is_below(path: str, folder: str) -> bool:
    """Whether the path lies strictly below the folder."""
    return path.startswith(folder.rstrip("/") + "/")
