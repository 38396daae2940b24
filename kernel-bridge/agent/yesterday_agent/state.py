"""State that hides: random generators and the working directory. Compared after each run; settings.py has the rest."""

from __future__ import annotations

import ctypes
import functools
import importlib
import marshal
import os
import sys
from array import array
from collections.abc import Callable
from typing import Any

from .digests import bytes_digest

SEEDERS = ("seed", "manual_seed", "setstate", "set_state", "set_rng_state")


TORCH = "torch.random"


def random_bytes(*, between_runs: bool = False) -> dict[str, bytes]:
    """State of each imported library's global generator, as `set_state` takes it. Between runs, where
    at most a thread draws, it is read again only if it has moved."""
    states: dict[str, bytes] = {}
    if "random" in sys.modules:
        states["random"] = _python.state(sys.modules["random"], between_runs)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None and hasattr(numpy_random, "get_state"):
        states["numpy.random"] = _numpy.state(numpy_random, between_runs)
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):
        states[TORCH] = torch_state()
    return states


def torch_state() -> bytes:
    """Of torch's own generator; torch is loaded."""
    return bytes(sys.modules["torch"].get_rng_state().numpy().tobytes())


class _LastState:
    """The last state of one generator, and its memory at that moment: reading the state takes ten times as long as
    looking whether it has moved."""

    def __init__(self, read: Callable[[Any], bytes], memory: Callable[[Any], bytes | None]) -> None:
        self._read, self._look = read, memory
        self._memory: bytes | None = None
        self._state = b""

    def state(self, module: Any, between_runs: bool) -> bytes:
        memory = self._look(module)
        if not between_runs or memory is None or memory != self._memory:
            state = self._read(module)
            # The same object for the same state: a caller that has seen it needs no digest of it.
            self._memory, self._state = memory, self._state if state == self._state else state
        return self._state


def _read_python(random: Any) -> bytes:
    return marshal.dumps(random.getstate(), 2)


def _read_numpy(random: Any) -> bytes:
    kind, keys, position, has_gauss, cached = random.get_state()
    return marshal.dumps((str(kind), keys.tobytes(), int(position), int(has_gauss), float(cached)), 2)


_WORDS = 4 * 624
_HEAD = object.__basicsize__


def _memory_of_python(random: Any) -> bytes | None:
    """CPython's `_randommodule.c`: the position and 624 words; None where they do not lie there."""
    generator: Any = getattr(random, "_inst", None)
    if sys.implementation.name != "cpython" or type(generator) is not random.Random or not _lies_there(random):
        return None
    return ctypes.string_at(id(generator) + _HEAD, 4 + _WORDS) + repr(generator.gauss_next).encode()


@functools.lru_cache(maxsize=1)
def _lies_there(random: Any) -> bool:
    _, words, _ = random.getstate()
    held = array("I", [words[-1], *words[:-1]])
    return ctypes.string_at(id(random._inst) + _HEAD, 4 + _WORDS) == held.tobytes()


def _memory_of_numpy(random: Any) -> bytes | None:
    """`mt19937_state`: 624 words and the position; None for another generator."""
    get = getattr(random, "get_bit_generator", None)
    generator: Any = None if get is None else get()
    if type(generator).__name__ != "MT19937":
        return None
    return ctypes.string_at(generator.ctypes.state_address, _WORDS + 4)


_python, _numpy = _LastState(_read_python, _memory_of_python), _LastState(_read_numpy, _memory_of_numpy)


def set_state(name: str, data: bytes) -> None:
    """Brings a library's generator to a state from `random_bytes`."""
    if name == "random":
        importlib.import_module("random").setstate(marshal.loads(data))
    elif name == "numpy.random":
        numpy = importlib.import_module("numpy")
        kind, keys, position, has_gauss, cached = marshal.loads(data)
        numpy.random.set_state((kind, numpy.frombuffer(keys, dtype="uint32"), position, has_gauss, cached))
    elif name == TORCH:
        torch = importlib.import_module("torch")
        torch.set_rng_state(torch.frombuffer(bytearray(data), dtype=torch.uint8))
    else:
        raise ValueError(f"no random state is named {name}")


def random_states() -> dict[str, str]:
    """Digest of each of them."""
    return {name: bytes_digest(data) for name, data in random_bytes().items()}


def imported_states() -> frozenset[str]:
    """The names whose state can be read now."""
    modules = {"random": "random", "numpy.random": "numpy.random", TORCH: "torch"}
    return frozenset(["cwd", *(name for name, module in modules.items() if module in sys.modules)])


def process_states() -> dict[str, str]:
    """The working directory, as a digest."""
    return {"cwd": bytes_digest(working_directory().encode("utf-8", "surrogateescape"))}


def working_directory() -> str:
    """Empty where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
