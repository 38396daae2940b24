"""Pillow: images by their pixels."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from ..digests import mark
from ..imported import is_a
from ..library import Description, Dissection, Library
from ..part_names import WHOLE
from ..pixels import MOST, Picture, png
from ..static_types import own_attributes

IMAGE_PIXELS = 64 << 20


def _dissect(value: Any) -> Dissection | None:
    if not is_a(value, "PIL.Image", "Image"):
        return None
    return {WHOLE: (value.mode, value.size), "pixels": _Pixels.of(value)}, [(".info", value.info)]


class _Pixels:
    """Of an image, by its bytes. One that is not yet read from its file is the same as the one that was read."""

    def __init__(self, digest: object) -> None:
        self._digest = digest

    @classmethod
    def of(cls, image: Any) -> _Pixels:
        core = getattr(image, "_im", None)
        if core is None or getattr(image, "tile", None) or image.width * image.height > IMAGE_PIXELS:
            return cls(None)
        colours = bytes(image.getpalette()) if image.mode == "P" else b""
        return cls(mark(image.tobytes() + colours))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pixels) and (None in (self._digest, other._digest) or self._digest == other._digest)

    def __hash__(self) -> int:
        return 0


def _describe(value: Any) -> Description | None:
    if not is_a(value, "PIL.Image", "Image"):
        return None
    stored = own_attributes(value)
    width, height = stored.get("_size", (0, 0))
    return {"shape": [int(height), int(width)], "preview": str(stored.get("_mode", "")), "opens": "image"}


def _picture(value: Any, fixed: Sequence[int]) -> Picture | None:
    """Of an image that is in memory: one that is not read from its file yet stays so."""
    if not is_a(value, "PIL.Image", "Image") or getattr(value, "tile", None) or getattr(value, "_im", None) is None:
        return None
    width, height = value.size
    step = max(1, -(-max(width, height) // MOST))
    small = value.copy() if step == 1 else value.resize((-(-width // step), -(-height // step)))
    small = small.convert("RGBA")
    data = png(small.width, small.height, 4, small.tobytes())
    return {"png": base64.b64encode(data).decode(), "width": width, "height": height}


LIBRARY = Library("PIL", dissect=_dissect, describe=_describe, picture=_picture)
