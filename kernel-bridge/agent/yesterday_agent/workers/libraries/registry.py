"""The libraries that child processes know: a new one is a module of this folder and an entry here."""

from __future__ import annotations

from .dask import LIBRARY as DASK
from .library import ChildLibrary
from .loky import LIBRARY as LOKY
from .pyspark import LIBRARY as PYSPARK
from .ray import LIBRARY as RAY
from .torch import LIBRARY as TORCH

LIBRARIES: tuple[ChildLibrary, ...] = (TORCH, LOKY, DASK, RAY, PYSPARK)
POOL_ROLES = tuple(one.pool for one in LIBRARIES if one.pool)
SPAWNERS = tuple(one.spawner for one in LIBRARIES if one.spawner)
LAUNCHERS = {name: one.pool for one in LIBRARIES for name in one.launchers}
"""By name of the program the role of what it starts."""
SERVICES = tuple(mark for one in LIBRARIES for mark in one.services)
TEMPORARY = tuple(beginning for one in LIBRARIES for beginning in one.temporary)


def role_of(process: object, module: str) -> tuple[str, int | None] | None:
    """What a process of `multiprocessing` works for, and its number there; `module` has its target. None where no
    library says."""
    for one in LIBRARIES:
        found = None if one.role is None else one.role(process, module)
        if found is not None:
            return found
    return None
