"""What objects of the standard library are made of that keep their state in C: elements of XML and maps of files."""

from __future__ import annotations

from typing import Any

from .addresses import address
from .digests import mark
from .imported import is_a
from .kinds import by_kind, package_of
from .library import Dissection
from .part_names import WHOLE

MAP_BYTES = 16 << 20


@by_kind
def _may_be(kind: type) -> bool:
    return package_of(kind) in ("xml", "mmap", "__main__")


def dissect(value: Any) -> Dissection | None:
    """None for what is none of them."""
    if not _may_be(type(value)):
        return None
    if is_a(value, "xml.etree.ElementTree", "Element"):
        kept = (value.tag, value.text, value.tail, tuple(value.items()), tuple(map(address, value)))
        return {WHOLE: kept}, [(WHOLE, child) for child in value]
    if is_a(value, "mmap", "mmap"):
        return _map(value)
    return None


def _map(value: Any) -> Dissection:
    try:
        return {WHOLE: (len(value), mark(value[:]) if len(value) <= MAP_BYTES else b"")}, []
    except ValueError:
        return {WHOLE: "closed"}, []
