"""Code that runs without probes: what `exec` and `eval` are given, `%run -i`, and functions made by them.

The interpreter's audit hook reports each code object as it starts; its names are read from its instructions.
"""

from __future__ import annotations

import dis
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from .audit import FRAMES_ABOVE, listen
from .probe_name import PROBE_LIST

_LOADS = ("LOAD_NAME", "LOAD_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL")
_STORES = ("STORE_NAME", "STORE_GLOBAL")


def watch(namespace: dict[str, Any], report: Callable[[set[str]], None]) -> Callable[[], None]:
    """`report` gets the names that such code loads from the namespace, until the returned function is called."""

    def heard(event: str, args: tuple[Any, ...]) -> None:
        code, frame = args[0], sys._getframe(FRAMES_ABOVE)
        if PROBE_LIST not in code.co_names and _runs_in(namespace, frame):
            report(names_of(code))

    return listen(["exec"], heard)


def _runs_in(namespace: dict[str, Any], frame: types.FrameType) -> bool:
    """Whether the namespace is what the caller executes in; one argument alone means the caller's own."""
    if frame.f_globals is namespace:
        return _arguments(frame) == 1
    if frame.f_code.co_filename.startswith("<frozen"):
        return False
    if frame.f_code.co_name in ("run_code", "<module>"):
        return False
    return any(value is namespace for value in frame.f_locals.values())


def _arguments(frame: types.FrameType) -> int:
    code = frame.f_code.co_code
    name = dis.opname[code[frame.f_lasti]]
    return code[frame.f_lasti + 1] if name in ("CALL", "PRECALL", "CALL_FUNCTION") else 0


def names_of(code: types.CodeType) -> set[str]:
    """Global names that the code and what is nested in it may load, those left out that it has stored before."""
    found: set[str] = set()
    stored: set[str] = set()
    for instruction in dis.get_instructions(code):
        name = str(instruction.argval)
        if instruction.opname in _LOADS and name not in stored:
            found.add(name)
        elif instruction.opname in _STORES:
            stored.add(name)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= names_of(constant)
    return found


def unprobed(value: Any, namespace: dict[str, Any]) -> types.CodeType | None:
    """The code of a function of the notebook's that was made without probes."""
    if type(value) is not types.FunctionType or value.__globals__ is not namespace:
        return None
    return None if has_probes(value.__code__) else value.__code__


def has_probes(code: types.CodeType) -> bool:
    """Whether it comes from a cell of the notebook."""
    return PROBE_LIST in code.co_names or any(map(has_probes, _nested(code)))


def _nested(code: types.CodeType) -> Iterable[types.CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
