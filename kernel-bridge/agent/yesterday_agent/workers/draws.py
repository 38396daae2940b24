"""The entropy that a child process draws: written down as it is drawn, given again to the child of the same name."""

from __future__ import annotations

import os
import sys

from ..drawers import drawer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Note = Callable[..., None]

DRAW_BYTES = 64 * 1024
"""Bytes that one child keeps."""
_SEED_BYTES = 32
_AT_FORK = "random.seed at fork"


class Draws:
    """Those of the child that this process is. `urandom` is the system's."""

    def __init__(self, urandom: Callable[[int], bytes]) -> None:
        self._urandom = urandom

    def begin(self, note: Note, given: dict[str, list[str]]) -> None:
        """`given` has what the child of this name drew in the recorded run, in order, by who drew."""
        self._note = note
        self._given = {name: [bytes.fromhex(one) for one in reversed(chunks)] for name, chunks in given.items()}
        self._left = DRAW_BYTES

    def draw(self, size: int) -> bytes:
        name = drawer()
        return self._urandom(size) if name is None else self.take(name, size)

    def take(self, name: str, size: int, drawn: bytes | None = None) -> bytes:
        """The bytes that this name gets; `drawn` if they are drawn already and none are given."""
        waiting = self._given.get(name)
        if waiting and len(waiting[-1]) == size:
            data = waiting.pop()
        else:
            data = self._urandom(size) if drawn is None else drawn
        self._left -= size
        if self._left >= 0:
            self._note("draw", name, data.hex())
        elif self._left + size >= 0:
            self._note("undrawn")
        return data

    def reseed(self) -> None:
        """Python seeds `random` in C after a fork; seeds it again from bytes that are written down."""
        random: Any = sys.modules.get("random")
        if random is not None and hasattr(random, "seed"):
            random.seed(int.from_bytes(self.take(_AT_FORK, _SEED_BYTES), "little"))


def wrap(draws: Draws) -> None:
    """In a child with an interpreter of its own, before anything is imported that draws."""
    real: Any = os.urandom

    def urandom(size: int, /) -> bytes:
        return draws.draw(size) if type(size) is int and size >= 0 else bytes(real(size))

    urandom.__doc__, urandom.__module__, urandom.__qualname__ = real.__doc__, real.__module__, "urandom"
    for module in (os, sys.modules[real.__module__]):
        module.urandom = urandom  # type: ignore[attr-defined]
    _wrap_getrandom(draws)


def _wrap_getrandom(draws: Draws) -> None:
    real: Any = getattr(os, "getrandom", None)
    if real is None:
        return

    def getrandom(size: int, flags: int = 0) -> bytes:
        plain = type(size) is int and size >= 0 and type(flags) is int and flags == 0
        return draws.draw(size) if plain else bytes(real(size, flags))

    getrandom.__doc__, getrandom.__module__, getrandom.__qualname__ = real.__doc__, real.__module__, "getrandom"
    for module in (os, sys.modules[real.__module__]):
        module.getrandom = getrandom  # type: ignore[attr-defined]


def wrap_seed(draws: Draws, random: Any) -> None:
    """`seed()` draws in C, and the module's own generator did so as it was imported."""
    real = random.Random.seed

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        real(self, int.from_bytes(draws.draw(_SEED_BYTES), "little") if a is None else a, version)

    seed.__doc__, seed.__qualname__, seed.__module__ = real.__doc__, real.__qualname__, real.__module__
    random.Random.seed = seed
    instance = random._inst
    random.seed = seed.__get__(instance, type(instance))
    instance.seed(int.from_bytes(draws.take("random.seed at import", _SEED_BYTES), "little"))
