"""Digests of bytes: `mark` compares states within one process, fast; the others are the same everywhere."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import Any

FILE_BYTES = 256 * 1024 * 1024


def mark(data: Any) -> int | bytes:
    """Of a contiguous buffer: `xxhash` where the kernel has it, else BLAKE2."""
    xxhash = _xxhash()
    if xxhash is not None:
        digest: bytes = xxhash.xxh3_128(data).digest()
        return digest
    return hashlib.blake2b(data, digest_size=16).digest()


@functools.lru_cache(maxsize=1)
def _xxhash() -> Any:
    try:
        import xxhash
    except ImportError:
        return None
    return xxhash


def bytes_digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def text_digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def file_digest(path: str) -> str | None:
    """None for what is no readable plain file, or too large for the budget."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > FILE_BYTES:
            return None
        whole = hashlib.sha256()
        with open(path, "rb") as handle:
            while chunk := handle.read(1 << 20):
                whole.update(chunk)
    except OSError:
        return None
    return f"sha256:{whole.hexdigest()}"
