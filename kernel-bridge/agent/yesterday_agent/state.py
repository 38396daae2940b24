"""State that hides: random generators and the working directory. Compared after each run; settings.py has the rest."""

from __future__ import annotations

import ctypes
import functools
import marshal
import os
import random
import sys
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from . import libraries
from .digests import bytes_digest
from .library import IdleDraws, RandomState

SEEDERS = ("seed", "manual_seed", "setstate", "set_state", "set_rng_state")


def random_bytes(*, between_runs: bool = False) -> dict[str, bytes]:
    """State of each imported library's global generator, as `set_state` takes it. Between runs, where
    at most a thread draws, it is read again only if it has moved."""
    states: dict[str, bytes] = {}
    for name, generator in generators():
        module = sys.modules.get(generator.module)
        state = None if module is None else _last_state(name, generator).state(module, between_runs)
        if state is not None:
            states[name] = state
    return states


def generators() -> Iterator[tuple[str, RandomState]]:
    """Python's own and those of the libraries that were imported, by the names that the record shows."""
    yield "random", _PYTHON
    for library in libraries.imported():
        yield from library.random.items()


class _LastState:
    """The last state of one generator, and its memory at that moment: reading the state takes ten times as long as
    looking whether it has moved."""

    def __init__(self, generator: RandomState) -> None:
        self._generator = generator
        self._memory: bytes | None = None
        self._state: bytes | None = None

    def state(self, module: Any, between_runs: bool) -> bytes | None:
        memory = self._generator.memory(module)
        if not between_runs or memory is None or memory != self._memory:
            state = self._generator.read(module)
            # The same object for the same state: a caller that has seen it needs no digest of it.
            self._memory, self._state = memory, self._state if state == self._state else state
        return self._state


_last: dict[str, _LastState] = {}


def _last_state(name: str, generator: RandomState) -> _LastState:
    return _last.setdefault(name, _LastState(generator))


def _read_python(module: Any) -> bytes:
    return marshal.dumps(module.getstate(), 2)


def _write_python(data: bytes) -> None:
    random.setstate(marshal.loads(data))


_WORDS = 4 * 624
_HEAD = object.__basicsize__


def _memory_of_python(module: Any) -> bytes | None:
    """CPython's `_randommodule.c`: the position and 624 words; None where they do not lie there."""
    generator: Any = getattr(module, "_inst", None)
    if sys.implementation.name != "cpython" or type(generator) is not random.Random or not _lies_there(module):
        return None
    return ctypes.string_at(id(generator) + _HEAD, 4 + _WORDS) + repr(getattr(generator, "gauss_next", None)).encode()


@functools.lru_cache(maxsize=1)
def _lies_there(module: Any) -> bool:
    _, words, _ = module.getstate()
    held = array("I", [words[-1], *words[:-1]])
    return ctypes.string_at(id(module._inst) + _HEAD, 4 + _WORDS) == held.tobytes()


_PYTHON = RandomState("random", _read_python, _write_python, _memory_of_python)


def set_state(name: str, data: bytes) -> None:
    """Brings a library's generator to a state from `random_bytes`. Imports the library where that is not done yet."""
    generator = _PYTHON if name == "random" else _generator_of(name)
    if generator is None:
        raise ValueError(f"no random state is named {name}")
    generator.write(data)


def _generator_of(name: str) -> RandomState | None:
    library = libraries.find(name.partition(".")[0])
    return None if library is None else library.random.get(name)


def random_states() -> dict[str, str]:
    """Digest of each of them."""
    return {name: bytes_digest(data) for name, data in random_bytes().items()}


def imported_states() -> frozenset[str]:
    """The names whose state can be read now."""
    return frozenset(["cwd", *(name for name, generator in generators() if generator.module in sys.modules)])


class IdleStates:
    """Which states the present run moved by draws that nothing uses (`library.IdleDraws`)."""

    def __init__(self) -> None:
        self._draws: dict[str, IdleDraws] = {}

    def begin(self, states: Mapping[str, bytes]) -> None:
        """A run starts from these."""
        for name, generator in generators():
            if generator.idle is not None:
                self._draws.setdefault(name, generator.idle()).begin(states.get(name))

    def only(self, name: str) -> bool:
        """To be asked of a state that the run moved."""
        draws = self._draws.get(name)
        return draws is not None and draws.only()


def process_states() -> dict[str, str]:
    """The working directory, as a digest."""
    return {"cwd": bytes_digest(working_directory().encode("utf-8", "surrogateescape"))}


def working_directory() -> str:
    """Empty where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def holds_work(path: str) -> bool:
    """Whether an absolute path is the working directory or a folder around it.

    Code names these as a place to start from (`Path('.')`, `sys.path.insert(0, '..')`), or means punctuation
    (`'a.b'.split('.')`). It does not mean the data in them.
    """
    return f"{working_directory()}{os.sep}".startswith(path.rstrip(os.sep) + os.sep)
