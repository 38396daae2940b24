"""The facts of a session that change seldom: interpreter, machine, distributions, git. No secret enters."""

from __future__ import annotations

import _thread
import contextlib
import functools
import importlib.metadata as metadata
import os
import platform
import shutil
import subprocess
import sys
from json import dumps
from types import ModuleType
from typing import Any

from . import own_threads, read_variables
from .digests import text_digest
from .distributions import distributions_by_module, name_and_version
from .record import Environment
from .secrecy import mask

VARIABLES = (
    "LANG",
    "LC_ALL",
    "TZ",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "MPLBACKEND",
)
PROGRAM_SECONDS = 2.0
PATIENCE_SECONDS = 2.0
"""How long the record of an early run waits, behind its end, until it is known who distributes what it imported."""
DIFF_CHARACTERS = 32_000


class EnvironmentFacts:
    """Whole when it changed since the last record, else only its digest."""

    def __init__(self) -> None:
        self._versions: dict[str, str] = {}
        self._seen: set[str] = set()
        self._names: dict[str, list[metadata.Distribution]] | None = None
        self._git: dict[str, Any] | None = None
        self._machine: dict[str, Any] = {}
        self._digest = ""
        self._varying: dict[str, Any] | None = None
        self._count = 0
        self._fixed = _fixed_facts()
        self._reads = read_variables.watch()
        self._first = _top_names()
        self._patience = PATIENCE_SECONDS
        self._process = os.getpid()
        self._read = _thread.allocate_lock()
        self._read.acquire()
        own_threads.start(functools.partial(self._read_slow_facts, os.getcwd()))

    def versions(self) -> dict[str, str]:
        """Of the distributions that were imported."""
        self._update_versions()
        return dict(self._versions)

    def current(self) -> Environment:
        self._update_versions()
        varying = {"distributions": dict(self._versions), "git": self._git, "variables": _variables()}
        varying.update(self._machine)
        if read := {name: digest for name, digest in self._reads.facts().items() if name not in VARIABLES}:
            varying["readVariables"] = read
        if varying == self._varying:
            return {"digest": self._digest, "facets": None}
        self._varying = varying
        facts = {**self._fixed, **varying}
        self._digest = text_digest(dumps(facts, sort_keys=True, default=str))
        return {"digest": self._digest, "facets": facts}

    def _update_versions(self) -> None:
        if len(sys.modules) == self._count:
            return
        top = _top_names() - self._seen
        candidates = [name for name in top if not name.startswith("_") and name not in sys.stdlib_module_names]
        if self._names is None and not self._first.issuperset(candidates):
            # A forked process has no thread that reads.
            self._read.acquire(timeout=self._patience if self._process == os.getpid() else 0.0)
            self._patience = 0.0
        if self._names is None:
            return
        if any(name not in self._names and _is_installed(name) for name in candidates):
            # Installed since the kernel began.
            self._names = distributions_by_module()
        self._count = len(sys.modules)
        self._seen |= top
        for name in candidates:
            self._add_version(name)

    def _add_version(self, module: str) -> None:
        for distribution in (self._names or {}).get(module, []):
            # What a broken installation left has no name; of two under one name the first on the path counts.
            name, _ = name_and_version(distribution)
            if name:
                with contextlib.suppress(metadata.PackageNotFoundError):
                    self._versions[name] = name_and_version(metadata.distribution(name))[1] or ""

    def _read_slow_facts(self, folder: str) -> None:
        """Off the user's path: what walks the disk or starts a program."""
        self._read_git(folder)
        self._machine = {"cpu": _cpu(), "gpus": _gpus()}
        self._names = distributions_by_module()
        self._read.release()

    def _read_git(self, folder: str) -> None:
        commit = _git(folder, "rev-parse", "HEAD")
        if commit is None:
            return
        status = _git(folder, "status", "--porcelain", "--untracked-files=no")
        dirty = None if status is None else bool(status.strip())
        diff = _git(folder, "diff", "--no-color", "--no-ext-diff", "HEAD", "--", ".") if dirty else None
        self._git = {"commit": commit.strip(), "dirty": dirty, "diff": None if diff is None else _bounded(mask(diff))}


def _top_names() -> set[str]:
    return {name for name in list(sys.modules) if "." not in name}


def _is_installed(name: str) -> bool:
    """Whether its file is where installers put modules."""
    module = sys.modules.get(name)
    file = module.__dict__.get("__file__") if type(module) is ModuleType else None
    return type(file) is str and not {"site-packages", "dist-packages"}.isdisjoint(file.replace("\\", "/").split("/"))


def _git(folder: str, *words: str) -> str | None:
    """Only looks: without the lock that git takes to note what it found, which stays where git is ended meanwhile."""
    return _said("git", "--no-optional-locks", "-C", folder, *words)


def _said(*words: str) -> str | None:
    """What a program prints; None where it is not there, fails or takes long."""
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=PROGRAM_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _bounded(text: str) -> str:
    return text if len(text) <= DIFF_CHARACTERS else f"{text[:DIFF_CHARACTERS]}\n… {len(text):,} characters in all"


def _cpu() -> str | None:
    """The processor's own name."""
    if sys.platform == "darwin":
        said = _said("sysctl", "-n", "machdep.cpu.brand_string")
        return said.strip() if said else None
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
            return next(named, None)
    except OSError:
        return platform.processor() or None


def _gpus() -> list[dict[str, str]]:
    """NVIDIA's, with the driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    said = _said("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
    rows = [line.split(",") for line in (said or "").splitlines() if "," in line]
    return [{"name": row[0].strip(), "driver": row[1].strip()} for row in rows]


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
