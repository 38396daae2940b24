"""torch: its first seed, which it takes from the system in C++, and the processes of its loaders."""

from __future__ import annotations

from .library import ChildLibrary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .library import Take

_POOL = "loader"
_LOADER = "torch.utils.data._utils.worker"


def _seed(torch: Any, take: Take) -> None:
    chosen = int(torch.initial_seed()).to_bytes(8, "little")
    data = take("torch.seed at import", 8, chosen)
    if data != chosen:
        torch.default_generator.manual_seed(int.from_bytes(data, "little"))


def _role(process: Any, module: str) -> tuple[str, int | None] | None:
    """With the number of the worker."""
    if module != _LOADER:
        return None
    code: Any = getattr(process._target, "__code__", None)
    names = code.co_varnames[: code.co_argcount]
    given = process._args
    place = names.index("worker_id") if "worker_id" in names else len(given)
    return _POOL, int(given[place]) if place < len(given) else None


LIBRARY = ChildLibrary("torch", _seed, _role, _POOL, temporary=("torchelastic_", "torchinductor_"))
