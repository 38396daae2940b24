"""pandas: frames column by column, labels once for each index."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...addresses import address
from ...content_parts import listed
from ...imported import is_a, library
from ...kinds import origin_of
from ...library import Description, Dissection, Frames, Library, Parts, SettingGroup, Use
from ...part_names import INDEX, NAMES, ORDER, WHOLE
from ..numpy import array_content, array_mark, array_memory, objects_in
from ..pyarrow import column_content as arrow_content

if TYPE_CHECKING:
    from ...table_view import Table

_INDEXERS = ("_LocIndexer", "_iLocIndexer", "_AtIndexer", "_iAtIndexer")


def _dissect(value: Any) -> Dissection | None:
    if is_a(value, "pandas", "DataFrame"):
        return _frame(value)
    if is_a(value, "pandas", "Series"):
        links = [(WHOLE, item) for item in _objects_in(value.array)]
        return {WHOLE: (_column(value.array), index_mark(value.index), _name(value.name))}, links
    if _is_extension(value):
        return {WHOLE: _column(value)}, []
    if type(value).__name__ in _INDEXERS:
        return {WHOLE: value.axis}, [(WHOLE, value.obj)]
    return None


def _name(name: object) -> object:
    return name if isinstance(name, (str, int, type(None))) else address(name)


def _is_extension(value: Any) -> bool:
    return is_a(value, "pandas.api.extensions", "ExtensionArray")


def _objects_in(array: Any) -> list[Any]:
    inner = getattr(array, "_ndarray", None)
    return [] if inner is None else objects_in(inner, 1_000)


def _column(array: Any) -> Any:
    """A pandas array: Arrow data by the identity of its buffers, the rest by its bytes."""
    arrow = getattr(array, "_pa_array", None)
    if arrow is not None:
        buffers = [buffer for chunk in arrow.chunks for buffer in chunk.buffers()]
        return ("arrow", len(arrow), tuple(buffer.address if buffer is not None else 0 for buffer in buffers))
    inner = getattr(array, "_ndarray", None)
    if inner is not None:
        return (str(array.dtype), array_mark(inner))
    data, missing = getattr(array, "_data", None), getattr(array, "_mask", None)
    if data is not None and missing is not None:
        return (str(array.dtype), array_mark(data), array_mark(missing))
    codes = getattr(array, "codes", None)
    if codes is not None:
        return ("category", array_mark(codes), address(array.categories))
    return ("?", address(array))


def _frame(value: Any) -> Dissection:
    names = list(value.columns)
    parts: dict[str, Any] = {WHOLE: tuple(map(_name, names)), INDEX: (index_mark(value.index), len(value))}
    parts |= {ORDER: _Order(parts[WHOLE]), NAMES: tuple(map(_name, value.columns.names))}
    links = [(".attrs", value._attrs)] if value._attrs else []
    for place, name in enumerate(names):
        part = f"[{name!r}]" if isinstance(name, (str, int)) else f"column {place}"
        array = value._ixs(place, axis=1).array
        parts[part] = _column(array)
        links += [(part, item) for item in _objects_in(array)]
    return parts, links


class _Order:
    """Columns by their places: the same for as long as they only come and go at the end."""

    def __init__(self, names: tuple[Any, ...]) -> None:
        self._names = names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Order) and all(
            one == two for one, two in zip(self._names, other._names, strict=False)
        )

    def __hash__(self) -> int:
        return 0


def _is_by_column(value: Any, parts: Mapping[str, Any], stores: bool) -> bool:
    """Whether `.loc[rows, column]` of a frame looks at its rows and that column alone.

    A second level of labels rules that out. `stores`: so does a row that was added since the frame had these parts.
    """
    if not is_a(value, "pandas", "DataFrame") or is_a(value.index, "pandas", "MultiIndex"):
        return False
    return not stores or parts.get(INDEX) == (index_mark(value.index), len(value))


def _has_attribute(frame: Any, name: str) -> bool:
    return hasattr(type(frame), name) or hasattr(library("pandas").core.groupby.DataFrameGroupBy, name)


def index_mark(index: Any) -> Any:
    """Labels by their content, computed once for each index, since an index never changes but for its names."""
    names = tuple(map(_name, index.names))
    kept = _INDEX_MARKS.get(address(index))
    if kept is not None and kept[0]() is index:
        return names, kept[1]
    mark_of_it = _labels(index)
    _INDEX_MARKS[address(index)] = (weakref.ref(index, lambda _: None), mark_of_it)
    if len(_INDEX_MARKS) > 2_000:
        _INDEX_MARKS.clear()
    return names, mark_of_it


_INDEX_MARKS: dict[int, tuple[Any, Any]] = {}


def _labels(index: Any) -> Any:
    if is_a(index, "pandas", "RangeIndex"):
        return ("range", index.start, index.stop, index.step)
    if is_a(index, "pandas", "MultiIndex"):
        return (tuple(array_mark(codes) for codes in index.codes), tuple(map(_labels, index.levels)))
    plain = getattr(index.array, "_ndarray", None)
    if plain is not None and plain.dtype.hasobject and plain.size <= 100_000:
        return tuple(label if type(label) in (str, int) else address(label) for label in plain.tolist())
    return _column(index.array)


def _memories(value: Any) -> list[int]:
    if _is_extension(value):
        return [array_memory(array) for array in _plain_arrays(value)]
    if is_a(value, "pandas", "DataFrame") or is_a(value, "pandas", "Series"):
        return [array_memory(plain) for array in value._mgr.arrays for plain in _plain_arrays(array)]
    return []


def _plain_arrays(array: Any) -> list[Any]:
    """The numpy arrays in which one of pandas keeps its values."""
    inner = [array, *(getattr(array, name, None) for name in ("_ndarray", "_data", "_mask"))]
    return [one for one in inner if is_a(one, "numpy", "ndarray")]


def _content(value: Any) -> Parts | None:
    if is_a(value, "pandas", "DataFrame"):
        return _frame_content(value)
    if is_a(value, "pandas", "Series"):
        return [("series", value.name), ("index", value.index), *_column_content(value.array), *_attributes(value)]
    if is_a(value, "pandas", "Index"):
        return _index_content(value)
    if _is_extension(value):
        return _column_content(value)
    return None


def _frame_content(value: Any) -> Parts:
    yield "frame", value.columns
    yield "index", value.index
    for place in range(value.shape[1]):
        yield from _column_content(value._ixs(place, axis=1).array)
    yield from _attributes(value)


def _attributes(value: Any) -> Parts:
    if value._attrs:
        yield "attrs", value._attrs
    if not value.flags.allows_duplicate_labels:
        yield "without duplicate labels", b""


def _index_content(value: Any) -> Parts:
    yield type(value).__name__, list(value.names)
    if is_a(value, "pandas", "RangeIndex"):
        yield "range", [value.start, value.stop, value.step]
    elif is_a(value, "pandas", "MultiIndex"):
        for level in range(value.nlevels):
            yield "level", value.get_level_values(level)
    else:
        yield from _column_content(value.array)
    if getattr(value, "freq", None) is not None:
        yield "frequency", value.freqstr


def _column_content(array: Any) -> Parts:
    import numpy

    yield "column", str(getattr(array, "dtype", "")).encode()
    arrow, inner = getattr(array, "_pa_array", None), getattr(array, "_ndarray", None)
    data, missing = getattr(array, "_data", None), getattr(array, "_mask", None)
    if arrow is not None:
        yield from arrow_content(arrow)
    elif type(array).__name__ == "Categorical":
        yield "codes", array.codes
        yield "categories", array.categories
        yield "ordered", bool(array.ordered)
    elif inner is not None:
        yield from array_content(inner)
    elif data is not None and missing is not None:
        yield "missing", missing
        yield "data", numpy.where(missing, numpy.zeros((), data.dtype), data)
    else:
        yield from listed(len(array), lambda: numpy.asarray(array, dtype=object).tolist())


_SCALARS = ("Timestamp", "Timedelta", "Period", "Interval", "Index")


def _is_constant(value: Any) -> bool:
    is_offset = is_a(value, "pandas.tseries.offsets", "BaseOffset")
    return is_offset or any(is_a(value, "pandas", name) for name in _SCALARS)


def _shape(value: Any) -> list[int] | None:
    is_table = is_a(value, "pandas", "DataFrame") or is_a(value, "pandas", "Series")
    return [int(size) for size in value.shape] if is_table else None


_NAMED = 8


def _describe(value: Any) -> Description | None:
    """From the block manager: a class of the notebook's may put anything before it."""
    is_frame = is_a(value, "pandas", "DataFrame")
    if is_a(value, "pandas", "Index"):
        return {"shape": [len(value)], "preview": str(value.dtype)} if origin_of(value) == "pandas" else None
    if not is_frame and not is_a(value, "pandas", "Series"):
        return None
    manager = object.__getattribute__(value, "_mgr")
    shape = [int(size) for size in reversed(manager.shape)]
    size = sum(_bytes_of(array) for array in manager.arrays)
    if not is_frame:
        return {"shape": shape, "preview": str(manager.array.dtype), "size": size, "opens": "table"}
    names = [_said(name) for name in manager.items[:_NAMED]]
    preview = ", ".join(names) + (", …" if shape[1] > _NAMED else "")
    return {"shape": shape, "preview": preview, "size": size, "opens": "table"}


def _bytes_of(array: Any) -> int:
    """Without what the objects in it take."""
    size = getattr(array, "nbytes", 0)
    return int(size) if isinstance(size, int) else 0


def _said(name: Any) -> str:
    if type(name) is tuple:
        return ".".join(map(_said, name))
    return name if type(name) is str else str(name) if type(name) in (int, float, bool) else type(name).__name__


def _table(value: Any, fixed: Sequence[int]) -> Table | None:
    from .table import FrameTable

    is_series = is_a(value, "pandas", "Series")
    return FrameTable(value, is_series) if is_series or is_a(value, "pandas", "DataFrame") else None


_COLUMNS = 200


def _schema(value: Any) -> list[list[str]] | None:
    if not is_a(value, "pandas", "DataFrame"):
        return None
    columns = list(zip(value.columns, value.dtypes, strict=True))[:_COLUMNS]
    return [[str(name), str(kind)] for name, kind in columns]


def _options() -> dict[str, Any] | None:
    config = library("pandas._config.config")
    return None if config is None else _flat(config._global_config, "")


def _flat(tree: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def _options_matter(key: str, use: Use) -> bool:
    return use.shows and not key.startswith("mode.") and any(origin_of(value) == "pandas" for value in use.values)


_HARMLESS = frozenset(
    [
        *(".sum", ".mean", ".std", ".var", ".min", ".max", ".median", ".describe", ".head", ".tail", ".groupby"),
        *(".count", ".nunique", ".value_counts", ".corr", ".info", ".quantile", ".idxmax", ".idxmin", ".any", ".all"),
        ".copy",
    ]
)

LIBRARY = Library(
    "pandas",
    dissect=_dissect,
    memories=_memories,
    copies_on_write=True,
    frames=Frames(frozenset(("DataFrame",)), _is_by_column, _has_attribute),
    is_mask=lambda value: is_a(value, "pandas", "Series") and value.dtype == bool,
    content=_content,
    is_constant=_is_constant,
    lazy_attributes=frozenset(("_cache",)),
    text=lambda value: str(value) if is_a(value, "pandas", "Timestamp") else None,
    shape=_shape,
    describe=_describe,
    table=_table,
    schema=_schema,
    harmless_calls={"DataFrame": _HARMLESS, "Series": _HARMLESS},
    settings={"pandas": SettingGroup(_options, _options_matter)},
)
