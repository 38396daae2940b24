"""pyplot's current figure, on which code draws without naming it: who drew on a figure that was left open.

Notebooks that show their figures inline close them when a cell ends; then nothing is left, and nothing depends.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .accesses import Access
from .addresses import address

NAME = "matplotlib's current figure"
_MAKES = frozenset(("figure", "subplots", "subplot_mosaic"))
"""A run that calls these draws on what it made itself."""
_ELSEWHERE = _MAKES | frozenset(
    [
        "close",
        "imread",
        "imsave",
        "get_cmap",
        "set_cmap",
        "switch_backend",
        "ion",
        "ioff",
        "isinteractive",
        "rc",
        "rcdefaults",
        "use",
        "colormaps",
        "xkcd",
        "get_fignums",
        "get_figlabels",
    ]
)
"""These make another figure, or have nothing to do with any."""
_LOOKS = frozenset(("gcf", "gca", "savefig", "show", "draw", "pause", "fignum_exists", "gci", "findobj", "getp"))


class CurrentFigure:
    """Between runs: the runs that drew on each open figure, by the figure's address."""

    def __init__(self) -> None:
        self._makers: dict[int, list[str]] = {}
        self._before: list[int] = []

    def begin(self) -> None:
        self._before = _open_figures()

    def finish(self, run: str, calls: Collection[str]) -> tuple[list[str], bool]:
        """The runs that drew what this one drew on or looked at, and whether it drew."""
        uses = {call for call in calls if call not in _ELSEWHERE}
        draws = any(call not in _LOOKS and not call.startswith("get_") for call in uses)
        own = not _MAKES.isdisjoint(calls)
        current = self._before[-1] if uses and self._before and not own else None
        used = list(self._makers.get(current, [])) if current is not None else []
        now = _open_figures()
        if current is not None and draws and run not in used:
            self._makers.setdefault(current, []).append(run)
        fresh = [figure for figure in now if figure not in self._before]
        self._makers = {figure: self._makers.get(figure, [run]) for figure in now}
        return used, bool(fresh) or (draws and current is not None)


def _open_figures() -> list[int]:
    """Addresses, the current one last."""
    helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
    return [] if helpers is None else [address(manager.canvas.figure) for manager in helpers.Gcf.figs.values()]


def pyplot_calls(loads: Mapping[str, Collection[Access]], namespace: Mapping[str, Any]) -> set[str]:
    """pyplot's functions that code called, by the names that led to them."""
    found: set[str] = set()
    for name, accesses in loads.items():
        value = namespace.get(name)
        if type(value) is types.ModuleType and value.__name__ in ("matplotlib.pyplot", "pylab"):
            found.update(_called(accesses))
        elif type(value) is types.FunctionType and value.__module__ == "matplotlib.pyplot":
            found.add(value.__name__)
    return found


def _called(accesses: Collection[Access]) -> Iterable[str]:
    return (access.part[1:] for access in accesses if access.verb in ("call", "through"))
