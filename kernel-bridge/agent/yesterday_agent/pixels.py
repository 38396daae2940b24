"""A picture of an array or image for the viewer: PNG, at most 1,024 pixels wide and high, by the standard library."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TypedDict

MOST = 1024


class Picture(TypedDict):
    """`width` and `height` are those of the value; the PNG may be smaller."""

    png: str
    width: int
    height: int


def png(width: int, height: int, channels: int, rows: bytes) -> bytes:
    """A PNG of 8 bits for each channel: 1 is grey, 3 colours, 4 colours with opacity."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    stride = width * channels
    lines = b"".join(b"\0" + rows[start : start + stride] for start in range(0, len(rows), stride))
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 6)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def is_picture(shape: list[int]) -> bool:
    """Whether an array of this shape can be shown as a picture: rows, columns, and perhaps channels."""
    if len(shape) == 3 and shape[2] in (1, 3, 4):
        shape = shape[:2]
    return len(shape) == 2 and min(shape) >= 2


def encoded(data: bytes, width: int, height: int) -> Picture:
    """A PNG of a value of this width and height."""
    return {"png": base64.b64encode(data).decode(), "width": width, "height": height}
