"""torch's random state: its global generator, the seed that it takes from the system itself, and draws without a use.

A `DataLoader` draws a seed whenever it is looped over, for the processes that load: where it has none, the draw moves
the random state on and its outcome is not used. Invariant: the iterator is made as it was; the state is looked at
before and after.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

from ...library import RandomState, Seed
from ...type_methods import set_in_type

_MARK = "_yesterday_loader"
_MODULE = "torch.utils.data.dataloader"
_KIND = "_BaseDataLoaderIter"


class IdleDraws:
    """Whether nothing uses what the present run drew from torch's random state."""

    def __init__(self) -> None:
        self._began: bytes | None = None
        self._expected: bytes | None = None

    def begin(self, state: bytes | None) -> None:
        """`state` is that of torch as the run starts; None where it is not loaded."""
        self._began = self._expected = state
        kind = getattr(sys.modules.get(_MODULE), _KIND, None)
        if state is not None and kind is not None:
            _hearing[:] = [self]
            _look_on(kind)

    def only(self) -> bool:
        """To be asked of a run that moved the state."""
        return self._expected != self._began and self._expected == _state()

    def drew(self, before: bytes | None, after: bytes | None) -> None:
        if before == self._expected:
            self._expected = after


_hearing: list[IdleDraws] = []


def _look_on(kind: Any) -> None:
    real = kind.__init__
    if hasattr(real, _MARK):
        return

    @functools.wraps(real)
    def looked_on(self: Any, loader: Any) -> None:
        before = _state()
        real(self, loader)
        if loader.num_workers == 0:
            for draws in _hearing:
                draws.drew(before, _state())

    setattr(looked_on, _MARK, True)
    kind.__init__ = looked_on


def _state() -> bytes | None:
    """Torch is loaded."""
    return _read(sys.modules["torch"])


def _read(torch: Any) -> bytes | None:
    return None if not hasattr(torch, "get_rng_state") else bytes(torch.get_rng_state().numpy().tobytes())


def _write(data: bytes) -> None:
    import torch

    torch.set_rng_state(torch.frombuffer(bytearray(data), dtype=torch.uint8))


STATE = RandomState("torch", _read, _write, idle=IdleDraws)


def _first_seed() -> int | None:
    torch: Any = sys.modules.get("torch")
    return int(torch.initial_seed()) if torch is not None and hasattr(torch, "initial_seed") else None


def _give_seed(seed: int) -> None:
    import torch

    torch.default_generator.manual_seed(seed)


_SEED_MARK = "_yesterday_chance"


def _watch_seed() -> None:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "manual_seed") or hasattr(torch.seed, _SEED_MARK):
        return

    @functools.wraps(torch.seed)
    def seed() -> int:
        chosen = int.from_bytes(os.urandom(8), "little") >> 1
        torch.manual_seed(chosen)
        return chosen

    setattr(seed, _SEED_MARK, True)
    torch.seed = torch.random.seed = seed
    _watch_generators(torch.Generator)


def _watch_generators(kind: Any) -> None:
    """`seed()` of any generator draws in C++."""

    @functools.wraps(kind.seed)
    def seed(self: Any) -> int:
        chosen = int.from_bytes(os.urandom(8), "little") >> 1
        self.manual_seed(chosen)
        return chosen

    set_in_type(kind, "seed", seed)


SEED = Seed(_first_seed, _give_seed, _watch_seed)
