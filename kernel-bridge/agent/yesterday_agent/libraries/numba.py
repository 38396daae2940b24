"""numba: it compiles functions from their code, without probes."""

from __future__ import annotations

from types import CodeType, ModuleType
from typing import Any

from ..library import Library
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


LIBRARY = Library(
    "numba",
    on_import={"numba.core.bytecode": _teach_numba},
    compiled_from=_compiled_from,
    is_compiler=True,
)
