"""State that hides: random generators, working directory, environment variables. Compared after each run."""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from typing import Any

SEEDERS = ("seed", "manual_seed", "setstate", "set_state", "set_rng_state")


def _short(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def random_states() -> dict[str, str]:
    """Digest of each library's global generator, for those that are imported."""
    states: dict[str, str] = {}
    if "random" in sys.modules:
        states["random"] = _short(marshal.dumps(sys.modules["random"].getstate(), 2))
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        kind, keys, position, has_gauss, cached = numpy_random.get_state()
        states["numpy.random"] = _short(keys.tobytes() + repr((kind, position, has_gauss, cached)).encode())
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):
        states["torch.random"] = _short(bytes(torch.get_rng_state().untyped_storage()))
    return states


def imported_states() -> frozenset[str]:
    """The names whose state can be told now."""
    modules = {"random": "random", "numpy.random": "numpy.random", "torch.random": "torch"}
    return frozenset(["cwd", "os.environ", *(name for name, module in modules.items() if module in sys.modules)])


def process_states() -> dict[str, str]:
    """Working directory and environment, as digests: values may be secret."""
    try:
        cwd = os.getcwd()
    except OSError:
        cwd = ""
    environ = "\0".join(f"{name}={value}" for name, value in sorted(os.environ.items()))
    return {"cwd": _short(cwd.encode()), "os.environ": _short(environ.encode("utf-8", "surrogateescape"))}
