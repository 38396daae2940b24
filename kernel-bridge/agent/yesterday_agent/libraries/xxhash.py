"""xxhash: hashes by what they have taken in."""

from __future__ import annotations

from typing import Any

from ..library import Dissection, Library
from ..part_names import WHOLE


def _dissect(value: Any) -> Dissection | None:
    return ({WHOLE: value.digest()}, []) if hasattr(value, "digest") else None


LIBRARY = Library("xxhash", dissect=_dissect)
