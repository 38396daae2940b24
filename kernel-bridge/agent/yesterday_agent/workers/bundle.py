"""The modules that a child with an interpreter of its own needs, compiled, in one file: reading a dozen takes longer.

`worker_start/sitecustomize.py` loads it. Other versions of Python find no file of their own, and import them.
"""

from __future__ import annotations

import marshal
import os
import sys
from itertools import chain
from types import CodeType

_MODULES = (
    "",
    ".workers",
    ".own_threads",
    ".drawers",
    ".audit",
    ".noise",
    ".own_record",
    ".workers.libraries",
    ".workers.libraries.library",
    ".workers.libraries.*",
    ".workers.libraries.registry",
    ".workers.starts",
    ".workers.draws",
    ".workers.epoch",
    ".workers.part",
    ".workers.observed",
    ".workers.child",
)
"""Each after those that it imports."""
_PACKAGES = ("", ".workers", ".workers.libraries")
_LATER = ("__init__.py", "registry.py")
_PACKAGE = "yesterday_agent"


def _named(short: str, agent: str) -> list[str]:
    """The module, or all of a folder."""
    above, _, last = short.rpartition(".")
    if last != "*":
        return [short]
    found = sorted(os.listdir(os.path.join(agent, _PACKAGE, *above.split("."))))
    return [f"{above}.{name[:-3]}" for name in found if name.endswith(".py") and name not in _LATER]


def write(folder: str, agent: str) -> None:
    """Into the folder of the children; `agent` is that of the package."""
    codes: list[tuple[str, str, CodeType, bool]] = []
    for short in dict.fromkeys(chain.from_iterable(_named(short, agent) for short in _MODULES)):
        name = f"{_PACKAGE}{short}"
        is_package = short in _PACKAGES
        path = os.path.join(agent, *name.split("."), *(["__init__"] if is_package else [])) + ".py"
        with open(path, encoding="utf-8") as source:
            codes.append((name, path, compile(source.read(), path, "exec", dont_inherit=True), is_package))
    target = os.path.join(folder, f"{sys.implementation.cache_tag}.marshal")
    temporary = f"{target}.tmp"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(marshal.dumps(codes))
    os.replace(temporary, target)
