"""In the kernel: joins what child processes wrote down to the record of the run that they worked for.

A child belongs to the run that started it; the workers of a pool, which outlive it, to the run that waits for them.
What another child does after its run is over: files that it writes are made by that run, what it reads is not recorded,
and the record says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..own_threads import as_own
from . import bundle, starts
from .child import CONFIG, GIVEN, Child
from .epoch import Epoch
from .events import Event, Worker
from .part import SUFFIX

if TYPE_CHECKING:
    from ..chance import Entropy
    from ..file_digests import Signature
    from ..files import FileUse
    from ..record import Edge, Missing

_SHOWN = 64
"""Workers that a record names one by one."""
GOES_ON = "it goes on after the run: files that it writes are made by this run, what it reads is not recorded"
_EACH = 1_000
"""Names of each kind that one run takes over."""


@dataclass
class WorkerUse:
    """What workers did for one run; values are their keys."""

    workers: dict[str, Worker] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, Signature] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    removed: dict[str, set[str]] = field(default_factory=dict)
    listed: dict[str, set[str] | None] = field(default_factory=dict)
    listers: dict[str, set[str]] = field(default_factory=dict)
    databases: dict[str, set[str]] = field(default_factory=dict)
    modules: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    environment: dict[str, set[str]] = field(default_factory=dict)
    sockets: dict[str, None] = field(default_factory=dict)
    urls: dict[str, Edge] = field(default_factory=dict)
    programs: list[tuple[str, str]] = field(default_factory=list)
    draws: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    is_cut: bool = False

    def take(self, event: Event) -> None:
        self.workers.setdefault(event.worker.name, event.worker)
        step = _TAKES.get(event.kind)
        name = event.text(0)
        if step is not None and name is not None:
            step(self, event, name)

    def into(self, use: FileUse) -> None:
        """What workers touched, the run touched."""
        for path in self.read:
            if path not in use.read:
                use.read[path] = None
                if path in self.seen:
                    use.seen.setdefault(path, self.seen[path])
        for path in self.written:
            use.written[path] = None
        for path in self.removed:
            use.removed[path] = None
        for path, patterns in self.listed.items():
            known = use.listed.setdefault(path, patterns)
            use.listed[path] = None if known is None or patterns is None else known | patterns
        for path in self.databases:
            use.databases[path] = None
        use.sockets.update(self.sockets)

    def touched(self, path: str) -> list[str]:
        """The keys of the workers that touched a file or folder."""
        every = [
            each.get(path, set()) for each in (self.read, self.written, self.removed, self.databases, self.listers)
        ]
        return sorted(set[str]().union(*every), key=_in_order)

    def _room(self, names: dict[str, Any], name: str) -> bool:
        has_room = name in names or len(names) < _EACH
        self.is_cut |= not has_room
        return has_room

    def _add(self, names: dict[str, set[str]], name: str, worker: Worker) -> None:
        if self._room(names, name):
            names.setdefault(name, set()).add(worker.key)

    def _read(self, event: Event, path: str) -> None:
        if path in self.written:
            # A worker of this run wrote it before.
            return
        self._add(self.read, path, event.worker)
        mark = event.values[1] if len(event.values) > 1 else None
        if isinstance(mark, list) and len(mark) == 5 and all(type(one) is int for one in mark):
            self.seen.setdefault(path, (mark[0], mark[1], mark[2], mark[3], mark[4]))

    def _listed(self, event: Event, path: str) -> None:
        self._add(self.listers, path, event.worker)
        pattern = event.text(1)
        known = self.listed.setdefault(path, set())
        self.listed[path] = None if known is None or pattern is None else known | {pattern}

    def _module(self, event: Event, path: str) -> None:
        if self._room(self.modules, path):
            self.modules.setdefault(path, (event.text(1) or "__main__", set()))[1].add(event.worker.key)

    def _url(self, event: Event, name: str) -> None:
        if not self._room(self.urls, name):
            return
        digest = event.text(1)
        edge: Edge = {"kind": "url", "name": name, "version": digest or name, "edge": "observed"}
        edge.update({"digest": digest, "size": event.number(2), "reason": event.text(3) or "fetched"})
        if name not in self.urls or digest is not None:
            self.urls[name] = edge

    def _draw(self, event: Event, name: str) -> None:
        data = event.text(1)
        if data is not None and len(data) % 2 == 0 and not set(data) - set("0123456789abcdef"):
            self.draws.setdefault(event.worker.key, {}).setdefault(name, []).append(data)


_TAKES: dict[str, Callable[[WorkerUse, Event, str], None]] = {
    "read": WorkerUse._read,
    "write": lambda use, event, name: use._add(use.written, name, event.worker),
    "remove": lambda use, event, name: use._add(use.removed, name, event.worker),
    "list": WorkerUse._listed,
    "database": lambda use, event, name: use._add(use.databases, name, event.worker),
    "module": WorkerUse._module,
    "environment": lambda use, event, name: use._add(use.environment, name, event.worker),
    "socket": lambda use, event, name: use.sockets.update({name: None}),
    "url": WorkerUse._url,
    "program": lambda use, event, name: use.programs.append((event.worker.key, name)),
    "draw": WorkerUse._draw,
}


class Workers:
    """The children of this kernel. `in_child` is called in a forked one, before it goes on."""

    def __init__(
        self, spool: str, ignored: tuple[str, ...], entropy: Entropy, in_child: Callable[[], None], agent: str | None
    ) -> None:
        self.folder = os.path.join(spool, "workers")
        self._ignored, self._entropy, self._silence, self._agent = ignored, entropy, in_child, agent
        self._known: dict[str, Worker] = {}
        self._epoch: Epoch | None = None
        self._order = 0
        self._runs: dict[int, str] = {}
        self.starts = starts.Starts(self.folder, None if agent is None else os.path.join(agent, "worker_start"))
        self.starts.prepare = self._prepare
        self.starts.prepare_programs = self._prepare_programs
        self.starts.in_child = self._forked
        self.written_later: Callable[[str, str], None] = lambda path, run: None
        """Called with a file that a child wrote after its run was over, and that run."""
        starts.use(self.starts)

    def _prepare(self) -> None:
        if self._epoch is not None:
            return
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self._epoch = Epoch(self.folder, creates=True)
        self._epoch.set(self._order)
        roots = [sys.prefix, sys.base_prefix, *([self._agent] if self._agent else [])]
        ignored = [path for path in (*self._ignored, *roots[2:]) if "\n" not in path]
        lines = [sys.prefix, str(len(roots)), *roots, *ignored]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(os.path.join(self.folder, CONFIG), flags, 0o600), "wb") as handle:
            handle.write("\n".join(lines).encode("utf-8", "surrogateescape"))

    def _prepare_programs(self) -> None:
        agent = self._agent
        if agent is not None:
            with contextlib.suppress(OSError):
                # What it reads is not the user's.
                as_own(lambda: bundle.write(self.folder, agent))

    def _forked(self, name: str) -> None:
        self._silence()
        child = Child(self.folder, self._entropy.system)
        child.forked(name)
        self._entropy.child = child.draws
        self.starts.in_child = child.forked
        for module, step in (("multiprocessing.process", child.bootstraps), ("traceback", child.prints)):
            if module in sys.modules:
                step(sys.modules[module])

    def close(self) -> None:
        """Names no more children."""
        if starts.current is self.starts:
            starts.current = None

    def begin(self, run: str, order: int) -> None:
        self._runs[order] = run
        self._order = order
        if self._epoch is not None:
            self._epoch.set(order)
        self.starts.begin(str(order))
        given = self._entropy.given_to_workers
        if given:
            self._prepare()
            with open(os.path.join(self.folder, GIVEN), "w", encoding="utf-8") as handle:
                json.dump({"order": str(order), "workers": given}, handle)

    def finish(self, run: str, order: int) -> WorkerUse:
        """What workers did for this run."""
        use = WorkerUse()
        if self.starts.ever == 0:
            return use
        later: dict[str, list[Event]] = {}
        for event in sorted(self._news(), key=lambda event: event.time):
            starter = self._starter(event)
            if starter == order:
                use.take(event)
            elif event.kind == "write" and event.text(0) is not None:
                later.setdefault(self._runs.get(starter, run), []).append(event)
        for by, events in later.items():
            for event in events:
                self.written_later(event.values[0], by)
        for name in [name for name, worker in self._known.items() if not worker.is_alive()]:
            gone = self._known.pop(name)
            with contextlib.suppress(OSError):
                os.remove(gone.path)
        return use

    def _news(self) -> list[Event]:
        with contextlib.suppress(OSError):
            for found in sorted(os.listdir(self.folder)):
                if found.endswith(SUFFIX):
                    name = found[: -len(SUFFIX)]
                    self._known.setdefault(name, Worker(name, os.path.join(self.folder, found)))
        return [event for worker in list(self._known.values()) for event in worker.news()]

    def _starter(self, event: Event) -> int:
        """The order of the run that the event belongs to."""
        worker = event.worker
        parent = self._known.get(worker.name.rpartition(".")[0])
        worker.parent_serves |= parent is not None and parent.serves()
        return event.order if worker.serves() else worker.order


def workers_facet(workers: list[Worker], use: WorkerUse) -> dict[str, Any]:
    """As the edge of what started them shows it."""
    shown = [_shown(worker, use) for worker in workers[:_SHOWN]]
    return {"workers": shown, **({"moreWorkers": len(workers) - _SHOWN} if len(workers) > _SHOWN else {})}


def _shown(worker: Worker, use: WorkerUse) -> dict[str, Any]:
    ended = "exited" if worker.is_over else "running" if worker.is_alive() else "lost"
    found: dict[str, Any] = {"worker": worker.key, "role": worker.role or worker.how, "ended": ended}
    if worker.label:
        found["name"] = worker.label
    if worker.rank is not None:
        found["rank"] = worker.rank
    if worker.exit_code is not None:
        found["exitCode"] = worker.exit_code
    if worker.error is not None:
        found["error"] = worker.error
    for name, each in (("read", use.read), ("written", use.written)):
        found[name] = sum(worker.key in keys for keys in each.values())
    return found


def unseen(workers: list[Worker], use: WorkerUse) -> list[Missing]:
    """What is not known of workers."""
    missing: list[Missing] = []
    for worker in workers[:_SHOWN]:
        label = worker.label or f"process {worker.key}"
        if worker.is_full:
            missing.append({"what": f"what {label} did later", "why": "it wrote down more than 4 MiB"})
        if worker.has_undrawn:
            missing.append({"what": f"entropy of {label}", "why": "it drew more than 64 KiB from the system"})
        if worker.serves() or (worker.how, worker.role) == ("spawn", ""):
            continue
        if worker.is_alive():
            missing.append({"what": f"what {label} does later", "why": GOES_ON})
        elif not worker.is_over and worker.role:
            why = "it was killed, or ended without Python's own end; what it did until then is recorded"
            missing.append({"what": f"the end of {label}", "why": why})
    missing += [
        {"what": f"files that were read by {words[:80]}", "why": f"process {key} of the run started it"}
        for key, words in use.programs[:_SHOWN]
        if not starts.runs_python(words.split())
    ]
    if use.is_cut:
        missing.append({"what": "files and names of workers", "why": f"more than {_EACH} of one kind"})
    return missing


def _in_order(key: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part) if part.isdigit() else 0, part) for part in key.replace("~", ".").split("."))


def in_order(use: WorkerUse) -> list[Worker]:
    """Those that did something, as they were started."""
    touched = set[str]().union(*use.read.values(), *use.written.values())
    known = [worker for worker in use.workers.values() if worker.is_known() or worker.key in touched]
    return sorted(known, key=lambda worker: _in_order(worker.name))
