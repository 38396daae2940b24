"""pure. Parts as a person writes them. The server holds them against each other: what begins another contains it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .part_names import INDEX, ORDER

_TABLES = re.compile(r"\._(?:parameters|buffers|modules)\['(\w+)'\]")


def written(steps: Iterable[str]) -> str:
    """`['a'].b` of these steps; `.fc.weight`, not by the tables in which a module keeps it; `*` where a step leads to
    parts that are not distinguished, ` word` for a part that has no name in Python and lies inside another."""
    text = "".join(map(_step, steps)).removeprefix(" ")
    return _TABLES.sub(lambda found: f"[{found[1]}]" if found[1].isdigit() else f".{found[1]}", text)


def _step(part: str) -> str:
    if part in (INDEX, ORDER):
        return f".{part}"
    return part if part[:1] in (".", "[") else f" {part}" if part else "*"
