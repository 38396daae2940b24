"""torch's `DataLoader` draws a seed whenever it is looped over, for the processes that load: where it has none, the
draw moves the random state on and its outcome is not used.

Invariant: the iterator is made as it was; the state is looked at before and after.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from .state import torch_state

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
        return self._expected != self._began and self._expected == torch_state()

    def drew(self, before: bytes, after: bytes) -> None:
        if before == self._expected:
            self._expected = after


_hearing: list[IdleDraws] = []


def _look_on(kind: Any) -> None:
    real = kind.__init__
    if hasattr(real, _MARK):
        return

    @functools.wraps(real)
    def looked_on(self: Any, loader: Any) -> None:
        before = torch_state()
        real(self, loader)
        if loader.num_workers == 0:
            for draws in _hearing:
                draws.drew(before, torch_state())

    setattr(looked_on, _MARK, True)
    kind.__init__ = looked_on
