"""Objects of libraries that never change once they are made, and attributes that say nothing new."""

from __future__ import annotations

from typing import Any

from .imported import is_a
from .kinds import is_native, module_of, package_of


def is_atom(value: object) -> bool:
    """Scalars, dtypes, arrow data and what is fitted in C, which never change once they are made."""
    module = package_of(type(value))
    if module == "torch":
        is_node = module_of(type(value)) == "torch.fx.node"
        return is_node or type(value).__name__ in ("device", "dtype", "layout", "memory_format", "finfo", "iinfo")
    if module in ("sklearn", "scipy"):
        # Trees of a forest and of neighbours: another fit makes others.
        return _begins_native(type(value))
    if module == "numpy":
        if type(value).__name__ == "busdaycalendar":
            return True
        return is_a(value, "numpy", "generic") or is_a(value, "numpy", "dtype") or is_a(value, "numpy", "ufunc")
    if module == "pandas":
        scalars = ("Timestamp", "Timedelta", "Period", "Interval", "Index")
        is_offset = is_a(value, "pandas.tseries.offsets", "BaseOffset")
        return is_offset or any(is_a(value, "pandas", name) for name in scalars)
    if module == "polars":
        return type(value).__name__ in ("Series", "LazyFrame", "Expr")
    if module == "sympy":
        return is_a(value, "sympy", "Basic")
    if module == "sqlalchemy":
        return module_of(type(value)).startswith(_ORM) and type(value).__name__ not in ("MetaData", "Session")
    if module == "matplotlib":
        # Registries lead into the toolkit; markers never change, and share their paths.
        return type(value).__name__ in ("CallbackRegistry", "MarkerStyle")
    if module == "builtins":
        return type(value).__name__ in _NAMELESS and is_native(type(value))
    if module == "pyarrow":
        is_open = is_a(value, "pyarrow", "NativeFile") or is_a(value, "pyarrow", "RecordBatchReader")
        return not is_open and not type(value).__name__.endswith("Writer")
    return module in ("pydantic_core", "rpds", "ssl")


_ORM = (
    *("sqlalchemy.sql", "sqlalchemy.orm.attributes", "sqlalchemy.orm.mapper", "sqlalchemy.orm.state"),
    *("sqlalchemy.orm.instrumentation", "sqlalchemy.orm.decl_api", "sqlalchemy.orm.relationships"),
    *("sqlalchemy.orm.properties", "sqlalchemy.event", "sqlalchemy.orm.clsregistry"),
)
"""Statements, tables and what maps classes to them: they remember much, and say the same."""


_NAMELESS = ("SuperLU", "Font", "ImagingFont", "ImagingCore", "ImagingDraw")
"""Types that name no module: factors of a matrix, fonts, and the pixels of an image, which the image tells of."""


def _begins_native(kind: type) -> bool:
    """Whether its objects begin with a struct that its own package defines in C."""
    native = next(base for base in kind.__mro__ if is_native(base))
    return package_of(native) == package_of(kind)


_POOLS = frozenset(
    [
        *("_work_queue", "_idle_semaphore", "_threads", "_shutdown_lock", "_pending_work_items", "_work_ids"),
        *("_queue_count", "_call_queue", "_result_queue", "_processes", "_executor_manager_thread"),
        *("_executor_manager_thread_wakeup", "_taskqueue", "_cache", "_pool", "_inqueue", "_outqueue", "_ctx"),
        *("_change_notifier", "_worker_handler", "_task_handler", "_result_handler", "_terminate", "_quick_put"),
        *("_quick_get",),
    ]
)
"""What a pool needs to do its work, and changes with each piece of it."""
LAZY = {
    "sqlalchemy": frozenset(("_fk_memos", "dispatch", "_compiled_cache", "dialect", "logger", "pool")),
    "concurrent": _POOLS,
    "multiprocessing": _POOLS,
    "pandas": frozenset(("_cache",)),
    "matplotlib": frozenset(("_isinit", "_lut", "_invalid")),
    "scipy": frozenset(
        ("_has_canonical_format", "_has_sorted_indices", "_transform", "_vertex_to_simplex", "_neighbor_vertices")
    ),
    "builtins": frozenset(("_clear_cache",)),
    "httpx": frozenset(("_encoding",)),
    "difflib": frozenset(("matching_blocks", "opcodes", "fullbcount")),
    "numpy": frozenset(("zip", "fid", "f")),
    "torch": frozenset(("_lineno_map", "_prologue_start")),
    "sklearn": frozenset(("_n_feature_outs", "_stop_words_id")),
    "zipfile": frozenset(("fp", "_fileRefCnt", "_lock")),
}
"""Attributes by package that are filled when they are first asked for, and say nothing new."""


def is_written_through(value: Any, name: str) -> bool:
    """Whether this lazy attribute leads to what is written: the file of an archive that is not only read."""
    return name == "fp" and getattr(value, "mode", "r") != "r"


SHARED = frozenset(("_path_effects", "_powerlimits", "_family"))
"""Attributes of matplotlib's objects that hold a list of `rcParams`, which they do not own."""
