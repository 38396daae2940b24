"""State that hides: random generators and the working directory. Compared after each run; settings.py has the rest."""

from __future__ import annotations

import hashlib
import importlib
import marshal
import os
import sys
from typing import Any

SEEDERS = ("seed", "manual_seed", "setstate", "set_state", "set_rng_state")


def _short(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def random_bytes() -> dict[str, bytes]:
    """State of each library's global generator, for those that are imported, as `set_state` takes it."""
    states: dict[str, bytes] = {}
    if "random" in sys.modules:
        states["random"] = marshal.dumps(sys.modules["random"].getstate(), 2)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None and hasattr(numpy_random, "get_state"):
        kind, keys, position, has_gauss, cached = numpy_random.get_state()
        parts = (str(kind), keys.tobytes(), int(position), int(has_gauss), float(cached))
        states["numpy.random"] = marshal.dumps(parts, 2)
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):
        states["torch.random"] = torch.get_rng_state().numpy().tobytes()
    return states


def set_state(name: str, data: bytes) -> None:
    """Brings a library's generator to a state that `random_bytes` told."""
    if name == "random":
        importlib.import_module("random").setstate(marshal.loads(data))
    elif name == "numpy.random":
        numpy = importlib.import_module("numpy")
        kind, keys, position, has_gauss, cached = marshal.loads(data)
        numpy.random.set_state((kind, numpy.frombuffer(keys, dtype="uint32"), position, has_gauss, cached))
    elif name == "torch.random":
        torch = importlib.import_module("torch")
        torch.set_rng_state(torch.frombuffer(bytearray(data), dtype=torch.uint8))
    else:
        raise ValueError(f"no random state is named {name}")


def random_states() -> dict[str, str]:
    """Digest of each of them."""
    return {name: _short(data) for name, data in random_bytes().items()}


def imported_states() -> frozenset[str]:
    """The names whose state can be told now."""
    modules = {"random": "random", "numpy.random": "numpy.random", "torch.random": "torch"}
    return frozenset(["cwd", *(name for name, module in modules.items() if module in sys.modules)])


def process_states() -> dict[str, str]:
    """The working directory, as a digest."""
    return {"cwd": _short(working_directory().encode("utf-8", "surrogateescape"))}


def working_directory() -> str:
    """Empty where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""
