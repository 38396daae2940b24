"""matplotlib: figures are compared by their pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from ..addresses import address
from ..imported import library
from ..kinds import origin_of
from ..library import Library, Parts, SettingGroup

if TYPE_CHECKING:
    from ..accesses import Access


def _content(value: Any) -> Parts:
    return [("untold", "figures and what is drawn in them are compared by their pictures")]


def _is_constant(value: Any) -> bool:
    # Registries lead into the toolkit; markers never change, and share their paths.
    return type(value).__name__ in ("CallbackRegistry", "MarkerStyle")


_ITS_OWN = ("backend", "backend_fallback", "interactive")
"""What it sets by itself when it draws for the first time."""


def _parameters() -> dict[str, Any] | None:
    params = getattr(library("matplotlib"), "rcParams", None)
    if params is None:
        return None
    values = dict(dict.items(params))
    for key in _ITS_OWN:
        values.pop(key, None)
    return values


def _is_drawn(value: Any) -> bool:
    package = origin_of(value)
    return package in ("matplotlib", "seaborn") or (package == "pandas" and not isinstance(value, ModuleType))


_SHOWS = frozenset(
    [
        *(".savefig", ".show", ".get_xlim", ".get_ylim", ".get_zlim", ".get_title", ".get_xlabel", ".get_ylabel"),
        *(".get_xticks", ".get_yticks", ".get_xscale", ".get_yscale", ".get_size_inches", ".get_dpi", ".get_text"),
        *(".get_xdata", ".get_ydata", ".get_data", ".get_position", ".get_window_extent", ".get_tightbbox"),
        *(".get_facecolor", ".get_label", ".get_visible", ".get_aspect"),
    ]
)
"""Methods that lay out what was not yet laid out, and return nothing that could change it."""


def _only_lays_out(accesses: Collection[Access]) -> bool:
    return all(map(_shows, accesses))


def _shows(access: Access) -> bool:
    if access.verb == "through":
        return (access.part, access.callee) in ((".canvas", "draw"), (".figure", "savefig"))
    return access.verb == "call" and access.part in _SHOWS


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
_LOOKS_ON = frozenset(("gcf", "gca", "savefig", "show", "draw", "pause", "fignum_exists", "gci", "findobj", "getp"))


class _CurrentFigure:
    """pyplot's current figure, on which code draws without naming it: who drew on a figure that was left open.

    Notebooks that show their figures inline close them when a cell ends. Then nothing is left, and nothing depends.
    """

    name = "matplotlib's current figure"
    used_reason, changed_reason = "drawn on there", "drawn on in this run"

    def __init__(self) -> None:
        self._makers: dict[int, list[str]] = {}
        """By the address of an open figure the runs that drew on it."""
        self._before: list[int] = []

    def begin(self) -> None:
        self._before = _open_figures()

    def finish(
        self, run: str, loads: Mapping[str, Collection[Access]], namespace: Mapping[str, Any]
    ) -> tuple[list[str], bool]:
        """The runs that drew what this one drew on or looked at, and whether it drew."""
        calls = _pyplot_calls(loads, namespace)
        uses = {call for call in calls if call not in _ELSEWHERE}
        draws = any(call not in _LOOKS_ON and not call.startswith("get_") for call in uses)
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
    helpers = library("matplotlib._pylab_helpers")
    return [] if helpers is None else [address(manager.canvas.figure) for manager in helpers.Gcf.figs.values()]


def _pyplot_calls(loads: Mapping[str, Collection[Access]], namespace: Mapping[str, Any]) -> set[str]:
    """pyplot's functions that code called, by the names that led to them."""
    found: set[str] = set()
    for name, accesses in loads.items():
        value = namespace.get(name)
        if type(value) is ModuleType and value.__name__ in ("matplotlib.pyplot", "pylab"):
            found.update(_called(accesses))
        elif type(value) is FunctionType and value.__module__ == "matplotlib.pyplot":
            found.add(value.__name__)
    return found


def _called(accesses: Collection[Access]) -> Iterable[str]:
    return (access.part[1:] for access in accesses if access.verb in ("call", "through"))


LIBRARY = Library(
    "matplotlib",
    content=_content,
    is_constant=_is_constant,
    lazy_attributes=frozenset(("_isinit", "_lut", "_invalid", "_parents", "_transformed_path", "_subslices")),
    # They hold lists of `rcParams`.
    watchers=(_CurrentFigure,),
    only_lays_out=_only_lays_out,
    settings={"matplotlib": SettingGroup(_parameters, lambda key, use: any(map(_is_drawn, use.values)))},
    borrowed_attributes=frozenset(("_path_effects", "_powerlimits", "_family")),
)
