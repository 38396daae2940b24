"""loky, by itself or as joblib carries it: the processes of its pool."""

from __future__ import annotations

from .library import ChildLibrary

_POOL = "loky"


def _role(process: object, module: str) -> tuple[str, int | None] | None:
    return (_POOL, None) if "loky" in module else None


LIBRARY = ChildLibrary("loky", role=_role, pool=_POOL, spawner=b"popen_loky_posix", temporary=("joblib_memmapping_",))
