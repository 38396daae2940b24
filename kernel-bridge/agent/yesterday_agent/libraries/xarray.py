"""xarray: datasets by variable, each with its coordinates. Variables are copied often, and what they hold is not: that
is what counts. Attributes and encodings are filled when they are first read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..imported import is_a
from ..library import Description, Dissection, Library
from ..part_names import WHOLE
from ..parts import token

_NAMED = 8
_OWN = ("attrs", "encoding")


def _dissect(value: Any) -> Dissection | None:
    if is_a(value, "xarray", "Dataset"):
        return _dataset(value)
    if is_a(value, "xarray", "DataArray"):
        return _of_variables({WHOLE: [value._variable, *value._coords.values()]}, (value.name, tuple(value._coords)))
    if is_a(value, "xarray", "Variable"):
        return _of_variables({WHOLE: [value]}, ())
    return None


def _dataset(value: Any) -> Dissection:
    """What `dataset[name]` gives has the coordinates along its dimensions too."""
    variables = value._variables
    coordinates = [variables[name] for name in value._coord_names]
    held: dict[str, list[Any]] = {}
    for name, one in variables.items():
        along = [other for other in coordinates if other is not one and {*one.dims} >= {*other.dims}]
        part = f"[{name!r}]" if isinstance(name, (str, int)) else WHOLE
        held.setdefault(part, []).extend([one, *along])
    parts, links = _of_variables(held, (tuple(variables), sorted(map(repr, value._coord_names))))
    for name, kept in _own(value):
        parts[f".{name}"] = token(kept)
        links.append((f".{name}", kept))
    return parts, links


def _of_variables(held: dict[str, list[Any]], names: tuple[Any, ...]) -> Dissection:
    """By part the variables that it shows; `names` are part of the whole."""
    parts: dict[str, Any] = {WHOLE: names}
    links: list[tuple[str, Any]] = []
    for part, variables in held.items():
        states = tuple((one._dims, token(_data(one)), *(token(kept) for _, kept in _own(one))) for one in variables)
        parts[part] = (names, states) if part == WHOLE else states
        links += [(part, each) for one in variables for each in _links(one)]
    return parts, links


def _data(variable: Any) -> Any:
    """What an array holds; of an index what is behind its adapter, which is made again and again."""
    data = variable._data
    return data.array if _is_index(data) else data


def _links(variable: Any) -> Iterable[Any]:
    """What may change in place: an index does not."""
    kept = [kept for _, kept in _own(variable)]
    return kept if _is_index(variable._data) else [variable._data, *kept]


def _is_index(data: Any) -> bool:
    return type(data).__name__ in ("PandasIndexingAdapter", "PandasMultiIndexingAdapter")


def _own(value: Any) -> Iterable[tuple[str, Any]]:
    """The dictionaries of a dataset or variable in which something is."""
    found = ((name, getattr(value, f"_{name}", None)) for name in _OWN)
    return [(name, kept) for name, kept in found if kept]


def _describe(value: Any) -> Description | None:
    if is_a(value, "xarray", "Dataset"):
        names = [str(name) for name in value._variables]
        return {"preview": ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")}
    if is_a(value, "xarray", "DataArray"):
        variable = value._variable
        return {"shape": [int(size) for size in variable._data.shape], "preview": " by ".join(map(str, variable._dims))}
    return None


LIBRARY = Library("xarray", dissect=_dissect, describe=_describe)
