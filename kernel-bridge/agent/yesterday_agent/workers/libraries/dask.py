"""Dask: the workers of its clusters, each a process that a nanny starts by `multiprocessing`."""

from __future__ import annotations

from .library import ChildLibrary

_POOL = "dask"
_MODULES = ("distributed.nanny", "distributed.process")


def _role(process: object, module: str) -> tuple[str, int | None] | None:
    return (_POOL, None) if module in _MODULES else None


LIBRARY = ChildLibrary("distributed", role=_role, pool=_POOL, temporary=("dask-scratch-space", "dask-worker-space"))
