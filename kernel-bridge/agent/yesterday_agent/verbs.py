"""pure. How a name can be touched."""

from __future__ import annotations

from typing import Literal

Verb = Literal[
    "read",
    "through",
    "store",
    "update",
    "call",
    "invoke",
    "augment",
    "delete",
    "argument",
    "iterate",
    "contains",
    "identity",
    "enter",
]
"""Checked by mypy, which refuses any other word. Plain texts: accesses are hashed at each probe, and an enum's hash is
a call of Python."""
