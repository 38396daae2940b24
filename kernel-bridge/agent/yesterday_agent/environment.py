"""The facts of a session that change seldom: interpreter, machine, distributions, git. No secret enters."""

from __future__ import annotations

import functools
import importlib.metadata as metadata
import json
import os
import platform
import subprocess
import sys
from typing import Any

from . import own_threads
from .digests import text_digest
from .record import Environment

VARIABLES = (
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONHASHSEED",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "MPLBACKEND",
)
GIT_SECONDS = 2.0


class EnvironmentFacts:
    """Whole when it changed since the last record, else only its digest."""

    def __init__(self) -> None:
        self._versions: dict[str, str] = {}
        self._seen: set[str] = set()
        self._names: dict[str, list[str]] | None = None
        self._git: dict[str, Any] | None = None
        self._told = ""
        self._varying: dict[str, Any] | None = None
        self._count = 0
        self._fixed = _fixed_facts()
        own_threads.start(functools.partial(self._read_slow_facts, os.getcwd()))

    def current(self) -> Environment:
        self._update_versions()
        varying = {"distributions": dict(self._versions), "git": self._git, "variables": _variables()}
        if varying == self._varying:
            return {"digest": self._told, "facets": None}
        self._varying = varying
        facts = {**self._fixed, **varying}
        self._told = text_digest(json.dumps(facts, sort_keys=True, default=str))
        return {"digest": self._told, "facets": facts}

    def _update_versions(self) -> None:
        if self._names is None or len(sys.modules) == self._count:
            return
        self._count = len(sys.modules)
        top = {name for name in list(sys.modules) if "." not in name} - self._seen
        self._seen |= top
        candidates = [name for name in top if not name.startswith("_") and name not in sys.stdlib_module_names]
        for name in candidates:
            self._add_version(name)

    def _add_version(self, module: str) -> None:
        for distribution in (self._names or {}).get(module, []):
            try:
                self._versions[distribution] = metadata.version(distribution)
            except metadata.PackageNotFoundError:
                continue

    def _read_slow_facts(self, folder: str) -> None:
        """Off the user's path: what walks the disk or starts a program."""
        self._read_git(folder)
        self._names = {module: list(names) for module, names in metadata.packages_distributions().items()}

    def _read_git(self, folder: str) -> None:
        commit = _git(folder, "rev-parse", "HEAD")
        if commit is None:
            return
        status = _git(folder, "status", "--porcelain", "--untracked-files=no")
        self._git = {"commit": commit.strip(), "dirty": None if status is None else bool(status.strip())}


def _git(folder: str, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", folder, *words], capture_output=True, text=True, timeout=GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _fixed_facts() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
    }


def _variables() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}
