"""pure. Into what pieces memory is cut that is stored behind the reply."""

from __future__ import annotations

APART = 64 * 1024
"""Bytes from which a buffer is stored beside the pickle."""
LEAST_PIECE = 256 * 1024
MOST_PIECE = 4 * 1024 * 1024


def piece_size(size: int) -> int:
    """Of memory of so many bytes: a change of a hundredth of them leaves most pieces as they are."""
    return min(MOST_PIECE, max(LEAST_PIECE, 1 << max(0, (size >> 7).bit_length() - 1)))
