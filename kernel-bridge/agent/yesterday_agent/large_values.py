"""Values too large to be stored while the kernel waits: written piece by piece, on the thread of late digests.

An array, a column of a frame and other memory are cut from their own beginning, so that what did not
change is kept once. The pickle itself is written as it is made. Invariant: no more than a few pieces are in memory.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from json import dumps
from typing import Any

from .kept import OVER_BUDGET, LatePieces
from .late import Check
from .piece_sizes import LEAST_PIECE, piece_size
from .reasons import UnstorableError, failing_as
from .record import StoredValue
from .secrecy import holds_known_secret, holds_secret
from .shared_memory import Memories
from .trees import CHUNK, LEAST, containers
from .values import BUNDLE, PARTS, TREE, SecretError, ValuePickler

_OVERLAP = 1024
"""Bytes of a piece that are looked through for secrets again with the next one."""
_CONTAINERS: dict[type, str] = {list: "list", tuple: "tuple", dict: "dict"}


def store_large(
    value: Any, namespace: Mapping[str, Any], pieces: LatePieces, checks: tuple[Check, Check], bundle: bool
) -> StoredValue:
    """`checks`: for pieces of memory, and for walking through objects. `bundle`: `value` holds variables by name.
    Raises `UnstorableError`."""
    with failing_as(UnstorableError):
        if not bundle and type(value) in _CONTAINERS and len(value) >= LEAST:
            stored = _tree(value, pieces, checks[1])
            if stored is not None:
                return stored
        return _pickled(value, namespace, pieces, checks, bundle)


def _pickled(
    value: Any, namespace: Mapping[str, Any], pieces: LatePieces, checks: tuple[Check, Check], bundle: bool
) -> StoredValue:
    piece, walk = checks
    sink = _Stream(pieces, walk)
    pickler = ValuePickler(sink, namespace, Memories() if bundle else None, gathers=not bundle)
    try:
        pickler.dump(value)
    finally:
        pickler.leave_no_trace()
    if bundle and not pickler.needs.isdisjoint(value):
        raise UnstorableError("they need each other to be loaded")
    written = sink.finish()
    buffers = [_memory(_slices(buffer.raw()), pieces, piece) for buffer in pickler.buffers]
    arrays = [_memory(each, pieces, piece) for each in pickler.arrays]
    body = {"pickle": written, "buffers": buffers, "arrays": arrays, "needs": sorted(pickler.needs)}
    return pieces.finish(BUNDLE if bundle else PARTS, dumps(body).encode())


class _Stream:
    """The pickle, in pieces."""

    def __init__(self, pieces: LatePieces, walk: Check) -> None:
        self._pieces, self._walk = pieces, walk
        self._held = bytearray()
        self._digests: list[str] = []
        self._secrets = _Secrets()

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        for start in range(0, len(view), LEAST_PIECE):
            self._held += view[start : start + LEAST_PIECE]
            while len(self._held) >= LEAST_PIECE:
                self._flush()
        self._walk()
        return len(view)

    def spend(self, size: int) -> None:
        if size > self._pieces.left:
            raise UnstorableError(OVER_BUDGET)

    def _flush(self) -> None:
        piece = bytes(self._held[:LEAST_PIECE])
        del self._held[:LEAST_PIECE]
        self._secrets.look(piece)
        self._digests.append(self._pieces.add(piece))

    def finish(self) -> list[str]:
        if self._held:
            self._flush()
        return self._digests


class _Secrets:
    """Looks through pieces that follow each other."""

    def __init__(self) -> None:
        self._before = b""
        self._is_first = True

    def look(self, piece: Any) -> None:
        looks = holds_secret if self._is_first else holds_known_secret
        if looks(piece) or (self._before and holds_known_secret(self._before + bytes(piece[:_OVERLAP]))):
            raise SecretError("it holds a secret")
        self._before, self._is_first = bytes(piece[-_OVERLAP:]), False


def _memory(parts: Iterable[Any], pieces: LatePieces, check: Check) -> list[str]:
    secrets = _Secrets()
    digests: list[str] = []
    for part in parts:
        check()
        secrets.look(part)
        digests.append(pieces.add(part))
    return digests


def _slices(memory: memoryview) -> Iterator[memoryview]:
    size = piece_size(memory.nbytes)
    return (memory[start : start + size] for start in range(0, memory.nbytes, size))


def _tree(value: Any, pieces: LatePieces, walk: Check) -> StoredValue | None:
    """Large lists and dicts of plain data, many times faster than by pickle, and without its memory of what it saw."""
    parts: list[Any] = [list(value)] if type(value) is not dict else [list(value.keys()), list(value.values())]
    if any(containers(part, walk) is None for part in parts):
        return None
    secrets = _Secrets()
    chunks: list[str] = []
    for part in parts:
        for start in range(0, len(part), CHUNK):
            walk()
            data = marshal.dumps(part[start : start + CHUNK], 2)
            secrets.look(data)
            chunks.append(pieces.add(data))
    return pieces.finish(TREE, dumps({"tree": _CONTAINERS[type(value)], "chunks": chunks}).encode())
