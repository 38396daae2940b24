"""Where a module keeps its parameters, buffers and inner modules, which are asked for as its attributes."""

from __future__ import annotations

from ...kinds import package_of
from ...library import Members


def _asker(kind: type) -> object:
    base = next((base for base in kind.__mro__ if base.__name__ == "Module" and package_of(base) == "torch"), object)
    return vars(base).get("__getattr__")


MEMBERS = Members(
    ("._parameters", "._buffers", "._modules"), frozenset(("Sequential", "ModuleList", "ModuleDict")), _asker
)
