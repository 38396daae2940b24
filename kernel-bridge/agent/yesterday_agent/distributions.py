"""Which installed distributions bring a module, by the lists of files that installers leave beside them.

`importlib.metadata.packages_distributions` returns the same, but needs up to a second: it makes an object of each file.
"""

from __future__ import annotations

import re
from importlib import metadata

_TOP = re.compile(r'^"?([^/,"\n]+?)(?:/|\.(?:py|pyd|[\w.-]+\.so|so),)', re.MULTILINE)
"""The first folder of a line of RECORD (PEP 376), or the module that is a file by itself."""


def distributions_by_module() -> dict[str, list[metadata.Distribution]]:
    """By a module's first name; folders that are no module are among them. Reads one or two files of each."""
    found: dict[str, list[metadata.Distribution]] = {}
    for distribution in metadata.distributions():
        for name in _top_names(distribution):
            found.setdefault(name, []).append(distribution)
    return found


def name_and_version(distribution: metadata.Distribution) -> tuple[str | None, str | None]:
    """From the head of the metadata: parsing all of it, as `importlib.metadata` does, takes some ten times as long. The
    name is None for what a broken installation left."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    found = dict(_HEAD.findall(text.partition("\n\n")[0]))
    if len(found) == 2:
        return found["Name"], found["Version"]
    try:
        return distribution.metadata["Name"], distribution.metadata["Version"]
    except Exception:
        # A package of this name, `importlib_metadata`, gives objects of its own once it is imported: without metadata
        # they raise, where Python's have no name.
        return None, None


_HEAD = re.compile(r"^(Name|Version):[ \t]*(\S+)[ \t]*$", re.MULTILINE)


def _top_names(distribution: metadata.Distribution) -> set[str]:
    listed = distribution.read_text("top_level.txt")
    if listed:
        return set(listed.split())
    record = distribution.read_text("RECORD")
    if record is not None:
        return set(_TOP.findall(record))
    return {path.parts[0].removesuffix(".py") for path in distribution.files or ()}
