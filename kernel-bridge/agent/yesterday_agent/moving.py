"""What a kernel's session is made of beside the values in the record, for a move to another kernel: which variables are
there and which of them belong to this process alone, random states, environment variables, packages. The other kernel
says what it has, and takes states."""

from __future__ import annotations

import asyncio
import base64
import importlib.metadata as metadata
import importlib.util
import io
import os
import platform
import queue
import re
import socket
import subprocess
import sys
import threading
import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypedDict

from . import libraries
from .kinds import module_of, origin_of
from .restoring import recorder
from .secrecy import hides, mask
from .shell_names import is_shell_name
from .state import random_bytes, set_state
from .userland import is_user_class, is_user_module

_CONNECTION = re.compile(r"(Connection|Cursor|Engine|Session|Client|Socket|Channel)$")
_LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition, threading.Event, threading.Semaphore)
_DISTRIBUTION = re.compile(r"[\w.-]{1,200}")
_CODE = (types.FunctionType, type)


class LookedAt(TypedDict):
    """A variable. `by`: the run that bound it, if that is known. `package`: the installed package that its class is
    from. `bound`: why it cannot leave this process, as a word; None where nothing is known against it."""

    name: str
    type: str
    by: str | None
    package: str | None
    bound: str | None


def look(variables: Sequence[str]) -> dict[str, Any]:
    """All variables of the notebook, random states in base64, the environment variables of these names, and what was
    imported. Values of variables whose names say that they are secret are left out, as `hidden`."""
    lineage = recorder().lineage
    shell = sys.modules["IPython"].get_ipython()
    unseen = set(shell.user_ns_hidden)
    found = [
        _looked_at(name, value, lineage.bindings)
        for name, value in list(shell.user_ns.items())
        if name not in unseen and not is_shell_name(name)
    ]
    named = {name: os.environ[name] for name in variables if name in os.environ}
    hidden = [name for name, value in named.items() if hides(name, value) or mask(value) != value]
    return {
        "variables": found,
        "random": {name: base64.b64encode(data).decode() for name, data in random_bytes().items()},
        "environment": {name: value for name, value in named.items() if name not in hidden},
        "hidden": hidden,
        "folder": os.getcwd(),
        **facts([], []),
        "distributions": recorder().environment.versions(),
    }


def facts(packages: Sequence[str], distributions: Sequence[str]) -> dict[str, Any]:
    """What this Python has: which of these packages cannot be imported, and the versions of these distributions."""
    return {
        "python": platform.python_version(),
        "missing": [name for name in packages if not _is_importable(name)],
        "versions": {name: version for name in distributions if (version := _version(name)) is not None},
        "gpu": os.path.exists("/dev/nvidia0") or (sys.platform == "darwin" and platform.machine() == "arm64"),
        "folder": os.getcwd(),
    }


def take(states: Mapping[str, str], environment: Mapping[str, str], folder: str | None) -> list[str]:
    """Sets random states, environment variables and the working directory. Returns what could not be set."""
    problems: list[str] = []
    os.environ.update(environment)
    if folder is not None:
        try:
            os.chdir(folder)
        except OSError as problem:
            problems.append(f"the working directory: {problem.strerror}")
    for name, data in states.items():
        try:
            set_state(name, base64.b64decode(data))
        except Exception as problem:
            problems.append(f"the state of {name}: {type(problem).__name__}: {problem}"[:300])
    return problems


def forget(names: Collection[str]) -> None:
    """Takes away variables that the session has no more."""
    namespace = recorder().lineage.namespace
    for name in names:
        namespace.pop(name, None)
    recorder().lineage.adopt({})


def _looked_at(name: str, value: Any, bindings: Mapping[str, Any]) -> LookedAt:
    binding, origin = bindings.get(name), origin_of(value)
    module = sys.modules.get(origin)
    is_own = isinstance(value, _CODE) or is_user_class(type(value)) or (module is not None and is_user_module(module))
    return {
        "name": name,
        "type": type(value).__name__,
        "by": None if binding is None else binding.by,
        "package": None if is_own or origin in ("", "__main__", *sys.stdlib_module_names) else origin,
        "bound": _bound(value),
    }


def _bound(value: Any) -> str | None:
    """Why it belongs to this process; shallow, since all else is found when it is stored."""
    for word, kinds in _KINDS.items():
        if isinstance(value, kinds):
            return word
    if isinstance(value, io.IOBase) and not isinstance(value, (io.BytesIO, io.StringIO)):
        return "file"
    if _is_on_gpu(value):
        return "gpu"
    kind = type(value)
    is_module = module_of(kind) in ("__main__", "builtins")
    return "connection" if not is_module and not is_user_class(kind) and _CONNECTION.search(kind.__name__) else None


_KINDS: dict[str, tuple[type, ...]] = {
    "generator": (types.GeneratorType, types.AsyncGeneratorType),
    "coroutine": (types.CoroutineType, asyncio.Future),
    "thread": (threading.Thread, *_LOCKS, queue.Queue),
    "process": (subprocess.Popen,),
    "connection": (socket.socket,),
}


def _is_on_gpu(value: Any) -> bool:
    return any(one.is_on_device is not None and one.is_on_device(value) for one in libraries.of_value(value))


def _is_importable(name: str) -> bool:
    if name in sys.modules:
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _version(name: str) -> str | None:
    if _DISTRIBUTION.fullmatch(name) is None:
        return None
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
