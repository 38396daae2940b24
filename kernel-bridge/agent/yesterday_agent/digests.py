"""Digests of bytes: `mark` compares states within one process, fast; the others are the same everywhere."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

from .libraries import fast_hash

FILE_BYTES = 256 * 1024 * 1024


def mark(data: Any) -> int | bytes:
    """Of a contiguous buffer: by a fast hash where the kernel has one, else the faster of SHA-256 and BLAKE2 here."""
    fast = fast_hash()
    if fast is not None:
        digest: bytes = fast(data).digest()
        return digest
    plain: bytes = _faster()(data).digest()[:16]
    return plain


@functools.lru_cache(maxsize=1)
def _faster() -> Callable[[Any], Any]:
    """Processors that compute SHA-256 themselves do so twice as fast as BLAKE2."""
    sample = bytes(256 * 1024)

    def taken(kind: Callable[[Any], Any]) -> float:
        begun = perf_counter()
        kind(sample)
        return perf_counter() - begun

    blake2, sha256 = (min(taken(kind) for _ in range(3)) for kind in (hashlib.blake2b, hashlib.sha256))
    return hashlib.sha256 if sha256 < blake2 else hashlib.blake2b


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
