"""Digests. `mark` compares states within one process, fast; `value_digest` is stable between processes."""

from __future__ import annotations

import functools
import hashlib
import marshal
import os
from typing import Any

from .preview import of_library

VALUE_BYTES = 4 * 1024 * 1024
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


def value_digest(value: object) -> str | None:
    """Of plain values and arrays that are small enough; None for the rest."""
    try:
        data = _bytes_of(value)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    if data is None or len(data) > VALUE_BYTES:
        return None
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _bytes_of(value: Any) -> bytes | None:
    if of_library(value, "numpy", "ndarray"):
        if value.nbytes > VALUE_BYTES or value.dtype.hasobject:
            return None
        head = f"{value.dtype.str}{value.shape}".encode()
        return head + bytes(value.tobytes())
    if type(value) in (bool, int, float, complex, str, bytes, type(None)):
        return marshal.dumps(value, 2)
    if type(value) in (list, tuple, dict) and len(value) <= 10_000:
        return marshal.dumps(value, 2)
    return None
