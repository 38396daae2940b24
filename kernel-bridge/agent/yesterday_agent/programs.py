"""Programs and processes that a run starts: command lines, exit codes, and the files that changed meanwhile.

The audit hook reports each before it starts. The working folder and what the command names are looked at then, and
again when the run is over: what changed was written by the programs, unless the run is known to have done it itself.
Processes of Python write down themselves what they do (`workers`); what others read is not observed, except where the
command names it.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .audit import listen
from .named_files import command_paths
from .noise import is_completion
from .own_threads import as_own, is_own
from .secrecy import mask
from .tree_snapshot import Changes, Snapshot
from .workers import starts
from .workers.events import Worker
from .workers.libraries.registry import POOL_ROLES
from .workers.merge import GOES_ON, WorkerUse, in_order, unseen, workers_facet

if TYPE_CHECKING:
    from .record import Edge, Missing

_LONGEST = 500
_HIDDEN_CODE = "os.posix_spawn and os.spawn* give it to their caller only: the exit code was not observed"
_FRAMES = 40


@dataclass
class Program:
    """`kind`: `program` for words, `shell` for a line that a shell reads, `process` for Python processes."""

    words: str
    kind: str
    exit_code: Callable[[], int | None]
    holder: object = None
    """Identity of the `Popen` object."""
    name: str | None = None
    """Of the worker that it is, if it was given the start-up."""
    workers: list[Worker] = field(default_factory=list)
    is_code_hidden: bool = False
    """Whether the call that starts it gives its exit code to the caller only."""


@dataclass
class ProgramUse:
    """What one run started."""

    programs: list[Program] = field(default_factory=list)
    forks: int = 0
    processes: int = 0
    snapshot: Snapshot | None = None


class ProgramWatch:
    """Collects between `begin` and `finish`. Never touches what the user holds: programs are heard of, not wrapped."""

    def __init__(self) -> None:
        self._use: ProgramUse | None = None
        self._ends: dict[int, int] = {}
        """Exit codes by the identity of `Popen` objects, as they are collected."""
        self._restore = [_watch_ends(self._ends), _watch_system()]
        self._close = listen(_HANDLERS, self._hook)

    def close(self) -> None:
        self._close()
        for restore in self._restore:
            restore()

    def begin(self) -> None:
        self._ends.clear()
        self._use = ProgramUse(processes=_started_processes())

    def forget(self) -> None:
        """In a forked child: what it starts is not this run's."""
        self._use = None

    def named(self, name: str) -> None:
        """The program that is being started is the worker of this name."""
        holder = _holder("_execute_child")
        for program in self._use.programs if self._use is not None and holder is not None else ():
            if program.name is None and program.holder == id(holder):
                program.name = name

    def finish(self, use: WorkerUse) -> tuple[list[Edge], Changes, list[Missing]]:
        """Edges, what changed in files while programs ran, and what was not seen. `use`: what workers wrote down."""
        return self._finish(in_order(use), use)

    def _finish(self, workers: list[Worker], found: WorkerUse) -> tuple[list[Edge], Changes, list[Missing]]:
        use, self._use = self._use, None
        if use is None:
            return [], Changes(), []
        processes = max(_started_processes() - use.processes, 0)
        if processes == 0 and use.forks > 0 and not use.programs:
            processes = use.forks
        others = _given_to(use.programs, workers)
        if processes > 0 or others:
            use.programs.append(_processes(processes, others))
        if not use.programs:
            return [], Changes(), []
        changes = use.snapshot.changes() if use.snapshot is not None else Changes()
        edges = [_edge(one, found) for one in use.programs]
        return edges, changes, [*_unseen(use, changes), *unseen(workers, found)]

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        use = self._use
        if use is None or is_own():
            return
        _HANDLERS[event](self, use, args)

    def program(self, use: ProgramUse, args: tuple[Any, ...]) -> None:
        if is_completion():
            return
        words = args[1] if isinstance(args[1], (list, tuple)) else [args[1]]
        shown = [os.fsdecode(word) for word in words]
        is_shell = len(shown) == 3 and shown[1] == "-c" and os.path.basename(shown[0]) in _SHELLS
        starts.choose_way(shown)
        started = _holder("_execute_child")
        text = shown[2] if is_shell else " ".join(shown)
        self._add(use, text, "shell" if is_shell else "program", self._exit_of(started))
        use.programs[-1].holder = None if started is None else id(started)

    def spawned(self, use: ProgramUse, args: tuple[Any, ...]) -> None:
        """`Popen` starts some programs by this call. Its own event has recorded them."""
        if isinstance(_holder("_posix_spawn"), subprocess.Popen):
            return
        # `os.spawn`, on Windows only, has the mode first.
        self._add_hidden(use, args[2] if isinstance(args[0], int) else args[1])

    def command(self, use: ProgramUse, args: tuple[Any, ...]) -> None:
        call = _holder("_run_system")
        self._add(use, os.fsdecode(args[0]), "shell", lambda: getattr(call, "code", None))

    def terminal(self, use: ProgramUse, args: tuple[Any, ...]) -> None:
        """IPython runs `!command` in a pseudo-terminal, by pexpect."""
        child = _holder("_spawn")
        words = [str(word) for word in getattr(child, "args", None) or ["a program in a terminal"]]
        is_shell = len(words) == 3 and words[1] == "-c"
        text = words[2] if is_shell else " ".join(words)
        self._add(use, text, "shell" if is_shell else "program", lambda: _terminal_exit(child))
        if starts.current is not None:
            use.programs[-1].name = starts.current.terminal(words)

    def forked(self, use: ProgramUse, args: tuple[Any, ...]) -> None:
        """Except on Windows, `os.spawn*` forks, and its child becomes the program."""
        words = _spawned_words()
        if words is not None:
            self._add_hidden(use, words)
            return
        use.forks += 1
        self._look(use, "")

    def _add(self, use: ProgramUse, text: str, kind: str, exit_code: Callable[[], int | None]) -> None:
        use.programs.append(Program(mask(text)[:_LONGEST], kind, exit_code))
        self._look(use, text)

    def _add_hidden(self, use: ProgramUse, words: Iterable[Any]) -> None:
        self._add(use, " ".join(os.fsdecode(word) for word in words), "program", lambda: None)
        use.programs[-1].is_code_hidden = True

    @staticmethod
    def _look(use: ProgramUse, text: str) -> None:
        named = {os.path.abspath(path) for path in command_paths([text], {})} if text else set()

        def look() -> None:
            if use.snapshot is None:
                use.snapshot = Snapshot(os.getcwd())
            use.snapshot.add(named)

        # The listing is not the user's.
        as_own(look)

    def _exit_of(self, started: object) -> Callable[[], int | None]:
        if started is None:
            return lambda: None
        key, held = id(started), weakref.ref(started)
        # The object of a coroutine is closed by its transport, and may be held.
        kept = started if _is_called_by("asyncio") else None

        def code() -> int | None:
            found = getattr(kept or held(), "returncode", None)
            return self._ends.get(key) if found is None else int(found)

        return code


_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "fish", "cmd.exe"))


def _frames() -> Iterable[Any]:
    frame = sys._getframe(1)
    for _ in range(_FRAMES):
        yield frame
        if frame.f_back is None:
            return
        frame = frame.f_back


def _holder(function: str) -> object:
    """The `self` of the nearest caller of this name: the object that starts the program."""
    return next((frame.f_locals.get("self") for frame in _frames() if frame.f_code.co_name == function), None)


def _is_called_by(package: str) -> bool:
    return any(f"{os.sep}{package}{os.sep}" in frame.f_code.co_filename for frame in _frames())


def _terminal_exit(child: object) -> int | None:
    ended, signal = (getattr(child, name, None) for name in ("exitstatus", "signalstatus"))
    if isinstance(ended, int):
        return ended
    return -signal if isinstance(signal, int) else None


def _watch_ends(ends: dict[int, int]) -> Callable[[], None]:
    """`Popen` gets the exit status of its child by this method, wherever it is waited for."""
    kind: Any = subprocess.Popen
    real = getattr(kind, "_handle_exitstatus", None)
    if real is None:
        return lambda: None

    def _handle_exitstatus(self: Any, *args: Any, **words: Any) -> Any:
        try:
            return real(self, *args, **words)
        finally:
            if isinstance(self.returncode, int):
                ends[id(self)] = self.returncode

    kind._handle_exitstatus = _handle_exitstatus

    def restore() -> None:
        if kind._handle_exitstatus is _handle_exitstatus:
            kind._handle_exitstatus = real

    return restore


@dataclass
class _SystemCall:
    """One call of `os.system`. Its audit event, which comes before the command runs, finds it among the callers."""

    code: int | None = None

    def _run_system(self, real: Callable[..., int], args: tuple[Any, ...], words: dict[str, Any]) -> int:
        status = real(*args, **words)
        if status != -1:
            self.code = status if sys.platform == "win32" else os.waitstatus_to_exitcode(status)
        return status


def _watch_system() -> Callable[[], None]:
    real = os.system

    @functools.wraps(real)
    def system(*args: Any, **words: Any) -> int:
        return _SystemCall()._run_system(real, args, words)

    # Pickled by this name, so that it can be given to a pool of processes.
    system.__module__ = "os"
    os.system = system

    def restore() -> None:
        if os.system is system:
            os.system = real

    return restore


def _spawned_words() -> Iterable[Any] | None:
    """What the `os.spawn*` that is forking starts; None where another one forks."""
    for frame in _frames():
        if frame.f_code.co_name == "_spawnvef" and frame.f_globals is vars(os):
            words = frame.f_locals.get("args")
            return words if isinstance(words, (list, tuple)) else None
    return None


def _started_processes() -> int:
    """Of `multiprocessing`, since the kernel began: its counter is a plain `itertools.count`."""
    counter = getattr(sys.modules.get("multiprocessing.process"), "_process_counter", None)
    digits = repr(counter).removeprefix("count(").removesuffix(")")
    return int(digits) if digits.isdigit() else 1


def _given_to(programs: list[Program], workers: list[Worker]) -> list[Worker]:
    """Gives each program its workers, by their names; returns those of none."""
    others = list[Worker]()
    for worker in workers:
        holders = [one for one in programs if one.name is not None and _is_within(worker.name, one.name)]
        (holders[0].workers if holders else others).append(worker)
    return others


def _is_within(worker: str, name: str) -> bool:
    return worker == name or worker.startswith((f"{name}.", f"{name}~"))


def _processes(started: int, workers: list[Worker]) -> Program:
    count, where = started, ""
    if started == 0:
        is_plain = all(worker.role == "" and worker.how not in POOL_ROLES for worker in workers)
        count, where = len(workers), "" if is_plain else " of an earlier run"
    pools = {worker.how for worker in workers if worker.how in POOL_ROLES}
    way = "fork" if started == 0 and where == "" else next(iter(pools), "multiprocessing")
    shown = f"{way}: {count} process{'' if count == 1 else 'es'}{where}"
    return Program(shown, "process", lambda: None, workers=workers)


def _edge(program: Program, use: WorkerUse) -> Edge:
    code = program.exit_code()
    facets: dict[str, Any] = {"program": program.kind} if code is None else {"program": program.kind, "exitCode": code}
    if program.workers:
        facets |= workers_facet(program.workers, use)
    edge: Edge = {"kind": "subprocess", "name": program.words, "version": program.words, "edge": "observed"}
    edge.update({"reason": "started" if code is None else f"ended with {code}", "facets": facets})
    return edge


def _unseen(use: ProgramUse, changes: Changes) -> list[Missing]:
    blind = [program for program in use.programs if not _is_observed(program)]
    named = [program for program in blind if program.name is not None and not starts.is_launcher(program.words)]
    begin_later = [program for program in named if program.exit_code() is None]
    unloaded = [program for program in named if program not in begin_later]
    others = [program for program in blind if program.name is None]
    reading = "programs are not watched while they read; files that the command names are recorded"
    start_up = "it is a Python that did not load Yesterday's start-up: not observed"
    missing: list[Missing] = [
        {"what": f"files that were read by {_listed(programs)}", "why": why}
        for programs, why in ((others, reading), (unloaded, start_up))
        if programs
    ]
    missing += [{"what": f"what {program.words[:80]} does later", "why": GOES_ON} for program in begin_later]
    missing += [
        {"what": f"the exit code of {program.words[:80]}", "why": _HIDDEN_CODE}
        for program in use.programs
        if program.is_code_hidden
    ]
    if changes.why_incomplete is not None:
        written = blind or use.programs
        missing.append({"what": f"files that were written by {_listed(written)}", "why": changes.why_incomplete})
    return missing


def _listed(programs: list[Program]) -> str:
    return programs[0].words[:80] + (f" and {len(programs) - 1} more" if len(programs) > 1 else "")


_OPERATORS = frozenset(";|&<>`$\n")


def _is_observed(program: Program) -> bool:
    """Whether all that it is wrote down what it did."""
    if program.kind == "shell" and not (
        starts.is_python(program.words.split(" ", 1)[0]) and _OPERATORS.isdisjoint(program.words)
    ):
        return False
    return bool(program.workers)


_HANDLERS: dict[str, Callable[[ProgramWatch, ProgramUse, tuple[Any, ...]], None]] = {
    "subprocess.Popen": ProgramWatch.program,
    "os.system": ProgramWatch.command,
    "os.posix_spawn": ProgramWatch.spawned,
    "os.spawn": ProgramWatch.spawned,
    "os.forkpty": ProgramWatch.terminal,
    "os.fork": ProgramWatch.forked,
}
