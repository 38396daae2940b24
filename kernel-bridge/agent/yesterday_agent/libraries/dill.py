"""dill: it sends functions by value, without probes."""

from __future__ import annotations

from types import CodeType, ModuleType
from typing import Any

from ..library import Library
from ..plain_code import plain
from ..probe_name import PROBE_LIST


def _teach_dill(module: ModuleType) -> None:
    table = vars(getattr(module, "Pickler", None) or object).get("dispatch")
    save = table.get(CodeType) if table is not None else None
    if table is not None and save is not None:
        table[CodeType] = lambda pickler, code: save(pickler, plain(code) or code)


def _teach_dill_names(module: ModuleType) -> None:
    original = vars(module).get("globalvars")
    if original is None:
        return

    def globalvars(*given: Any, **named: Any) -> Any:
        found = original(*given, **named)
        return {name: value for name, value in found.items() if name != PROBE_LIST} if type(found) is dict else found

    vars(module)["globalvars"] = globalvars


LIBRARY = Library("dill", on_import={"dill._dill": _teach_dill, "dill.detect": _teach_dill_names})
