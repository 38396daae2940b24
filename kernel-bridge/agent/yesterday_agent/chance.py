"""What Python code draws from the operating system's entropy, recorded for each run and given back on replay.

`os.urandom` and `random`'s way to it are wrapped, and with them `secrets`, `uuid`, `random.SystemRandom`, and what
libraries seed themselves from, at their import too. Draws are kept by who draws, so that one who draws more, or an
import that is not repeated, leaves the others theirs. A library that seeds itself in C says so (`library.Seed`): its
first seed is read afterwards.

Invariant: without a recording to give back, every byte comes from the operating system.
"""

from __future__ import annotations

import functools
import json
import os
import random
import sys
import types
from collections import deque
from collections.abc import Callable
from typing import Any

from . import libraries
from .drawers import PASSED_ON, drawer
from .library import Seed
from .own_threads import is_own
from .workers.draws import Draws

RUN_BYTES = 1024 * 1024
"""Bytes of entropy that one run keeps."""
_SEED_BYTES = 32
HASH_SEED = os.environ.get("PYTHONHASHSEED")
"""Of this process: orders sets of strings. What the user's code sets later is for processes that it starts."""
_MARK = "_yesterday_chance"


class Entropy:
    """The draws of the present run, and those of an earlier one that are given in their place."""

    def __init__(self, urandom: Callable[[int], bytes]) -> None:
        self._urandom = self.system = urandom
        self._drawn: dict[str, list[bytes]] = {}
        self._left = RUN_BYTES
        self._given: dict[str, deque[bytes]] = {}
        self._is_fresh = False
        self._process = os.getpid()
        self._seeded: frozenset[str] = frozenset()
        self.overflowed = False
        self.given_to_workers: dict[str, dict[str, list[str]]] = {}
        """By worker; for one run."""
        self.child: Draws | None = None
        """Set in a forked child, whose draws are its own."""

    def begin(self) -> None:
        """A run starts. What was given is for one run."""
        if not self._is_fresh:
            self._given, self.given_to_workers = {}, {}
        self._is_fresh = False
        self._drawn, self._left, self.overflowed = {}, RUN_BYTES, False
        self._seeded = frozenset(_seeds())

    def finish(self, workers: dict[str, dict[str, list[str]]]) -> bytes | None:
        """The run's draws as JSON, with the first seed of each library by its package, and with the draws of its
        workers; None where it drew nothing."""
        firsts = {package: seed.first() for package, seed in _seeds().items() if package not in self._seeded}
        known = {package: first for package, first in firsts.items() if first is not None}
        if not self._drawn and not known and not workers:
            return None
        draws = {name: [each.hex() for each in chunks] for name, chunks in self._drawn.items()}
        found = {"draws": draws, **known, **({"workers": workers} if workers else {})}
        return json.dumps(found, sort_keys=True).encode()

    def give(self, draws: dict[str, list[str]], workers: dict[str, dict[str, list[str]]]) -> None:
        """The next run draws these, as far as it draws as it did then."""
        self._given = {name: deque(bytes.fromhex(each) for each in chunks) for name, chunks in draws.items()}
        self.given_to_workers = workers
        self._is_fresh = True

    def draw(self, size: int) -> bytes:
        if self.child is not None:
            return self.child.draw(size)
        if is_own() or self._process != os.getpid():
            return self._urandom(size)
        name = drawer()
        if name is None:
            return self._urandom(size)
        waiting = self._given.get(name)
        data = waiting.popleft() if waiting and len(waiting[0]) == size else self._urandom(size)
        self._note(name, data)
        return data

    def _note(self, name: str, data: bytes) -> None:
        if len(data) > self._left:
            self.overflowed = True
            return
        self._left -= len(data)
        self._drawn.setdefault(name, []).append(data)


def watch() -> Entropy:
    """Wraps the sources of this process, once."""
    known: Entropy | None = getattr(os.urandom, _MARK, None)
    if known is not None:
        return known
    entropy = Entropy(os.urandom)
    _wrap_urandom(entropy)
    _wrap_seed(entropy)
    return entropy


def give(text: str) -> None:
    """Has the next run find the chance that a recorded one had, as `finish` returned it."""
    recorded: dict[str, Any] = json.loads(text)
    entropy: Entropy = getattr(os.urandom, _MARK)
    entropy.give(recorded["draws"], recorded.get("workers", {}))
    for package, first in recorded.items():
        library = None if package in ("draws", "workers") or first is None else libraries.find(package)
        if library is not None and library.seed is not None:
            library.seed.give(int(first))


def watch_seeds() -> None:
    """Has libraries take new seeds from the recorded sources as well."""
    for seed in _seeds().values():
        PASSED_ON.add(seed.watch.__module__)
        seed.watch()


def _seeds() -> dict[str, Seed]:
    return {one.package: one.seed for one in libraries.imported() if one.seed is not None}


def _wrap_urandom(entropy: Entropy) -> None:
    real = os.urandom

    @functools.wraps(real)
    def urandom(size: int, /) -> bytes:
        return entropy.draw(size) if type(size) is int and size >= 0 else real(size)

    setattr(urandom, _MARK, entropy)
    for module in (os, sys.modules[real.__module__]):
        module.urandom = urandom  # type: ignore[attr-defined]
    random._urandom = urandom  # type: ignore[attr-defined]
    _wrap_getrandom(entropy)


def _wrap_getrandom(entropy: Entropy) -> None:
    """Linux alone has it. With flags it may return less, or wait: then it is the system's."""
    real: Any = getattr(os, "getrandom", None)
    if real is None:
        return

    @functools.wraps(real)
    def getrandom(size: int, flags: int = 0) -> bytes:
        plain = type(size) is int and size >= 0 and type(flags) is int and flags == 0
        return entropy.draw(size) if plain else bytes(real(size, flags))

    for module in (os, sys.modules[real.__module__]):
        module.getrandom = getrandom  # type: ignore[attr-defined]


def _wrap_seed(entropy: Entropy) -> None:
    """`seed()` draws in C."""
    real: Any = random.Random.seed

    @functools.wraps(real)
    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        real(self, int.from_bytes(entropy.draw(_SEED_BYTES), "little") if a is None else a, version)

    random.Random.seed = seed  # type: ignore[method-assign]
    instance: Any = random._inst
    random.seed = types.MethodType(seed, instance)
