"""The state of numpy's global generator, the legacy one."""

from __future__ import annotations

import ctypes
import marshal
from typing import Any

from ...library import RandomState

_WORDS = 4 * 624


def _read(random: Any) -> bytes | None:
    if not hasattr(random, "get_state"):
        return None
    kind, keys, position, has_gauss, cached = random.get_state()
    return marshal.dumps((str(kind), keys.tobytes(), int(position), int(has_gauss), float(cached)), 2)


def _write(data: bytes) -> None:
    import numpy

    kind, keys, position, has_gauss, cached = marshal.loads(data)
    numpy.random.set_state((kind, numpy.frombuffer(keys, dtype="uint32"), position, has_gauss, cached))


def _memory(random: Any) -> bytes | None:
    """`mt19937_state`: 624 words and the position; None for another generator."""
    get = getattr(random, "get_bit_generator", None)
    generator: Any = None if get is None else get()
    if type(generator).__name__ != "MT19937":
        return None
    return ctypes.string_at(generator.ctypes.state_address, _WORDS + 4)


STATE = RandomState("numpy.random", _read, _write, _memory)
