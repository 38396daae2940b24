"""The modules that a child with an interpreter of its own needs, compiled, in one file: reading a dozen takes longer.

`worker_start/sitecustomize.py` loads it. Other versions of Python find no file of their own, and import them.
"""

from __future__ import annotations

import marshal
import os
import sys
from types import CodeType

_MODULES = (
    "",
    ".workers",
    ".own_threads",
    ".drawers",
    ".audit",
    ".noise",
    ".own_record",
    ".workers.starts",
    ".workers.draws",
    ".workers.epoch",
    ".workers.part",
    ".workers.observed",
    ".workers.child",
)
"""Each after those that it imports."""
_PACKAGE = "yesterday_agent"


def write(folder: str, agent: str) -> None:
    """Into the folder of the children; `agent` is that of the package."""
    codes: list[tuple[str, str, CodeType, bool]] = []
    for short in _MODULES:
        name = f"{_PACKAGE}{short}"
        is_package = short in ("", ".workers")
        path = os.path.join(agent, *name.split("."), *(["__init__"] if is_package else [])) + ".py"
        with open(path, encoding="utf-8") as source:
            codes.append((name, path, compile(source.read(), path, "exec", dont_inherit=True), is_package))
    target = os.path.join(folder, f"{sys.implementation.cache_tag}.marshal")
    temporary = f"{target}.tmp"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(marshal.dumps(codes))
    os.replace(temporary, target)
