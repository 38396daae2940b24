"""Methods of types in C, which refuse to be assigned to."""

from __future__ import annotations

import ctypes
import gc
from typing import Any


def set_in_type(kind: type, name: str, method: Any) -> None:
    """The methods of a type are in a dict that its proxy refers to; the type forgets what it looked up before."""
    (table,) = (one for one in gc.get_referents(kind.__dict__) if type(one) is dict)
    table[name] = method
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
