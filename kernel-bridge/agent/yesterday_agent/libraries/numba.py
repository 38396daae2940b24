"""numba: it compiles functions from their code, without probes."""

from __future__ import annotations

from types import CodeType, ModuleType
from typing import Any

from ..library import Library, Parts
from ..plain_code import plain
from ..userland import dict_of


def _teach_numba(module: ModuleType) -> None:
    original = vars(module).get("get_code_object")
    if original is None:
        return

    def get_code_object(function: Any) -> Any:
        code = original(function)
        return (plain(code) or code) if isinstance(code, CodeType) else code

    vars(module)["get_code_object"] = get_code_object


def _compiled_from(value: Any) -> Any:
    attributes = dict_of(value)
    inner = dict_of(attributes.get("_dispatcher"))
    return attributes.get("py_func") or inner.get("py_func") or attributes.get("__wrapped__")


def _content(value: Any) -> Parts | None:
    """A compiled function is its code and its options: what the compiler keeps has ids of the process."""
    function = _compiled_from(value)
    if function is None:
        return None
    attributes = dict_of(value)
    options = attributes.get("targetoptions") or dict_of(attributes.get("_dispatcher")).get("targetoptions") or {}
    names = (type(value).__name__, sorted((str(name), repr(option)) for name, option in options.items()))
    return [("compiled", names), ("function", function)]


LIBRARY = Library(
    "numba",
    on_import={"numba.core.bytecode": _teach_numba},
    content=_content,
    compiled_from=_compiled_from,
    is_compiler=True,
)
