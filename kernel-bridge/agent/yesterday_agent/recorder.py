"""One run from start to record. Every step is guarded by itself: what fails is reported as not captured. The agent
takes `dumps`, `time` and their like by name: the user's code may patch the modules that define them."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import chain
from time import perf_counter, process_time, time
from typing import Any

from . import chance, own_threads
from .accesses import Touches
from .answers import ANSWERS
from .cost import cost_of
from .digests import text_digest
from .edges import state_edge
from .environment import EnvironmentFacts
from .executed import watch
from .file_edges import plain_edge
from .file_lineage import FileLineage, FileRun
from .files import FileWatch
from .kept import Kept
from .late import LateDigests
from .late_edges import register
from .late_values import releases
from .library import Use
from .library_watchers import LibraryWatchers
from .lineage import Lineage
from .loads import ModuleLoads
from .loggers import Loggers
from .looks import ASK_FOR_FOLDER, SHOWS, looks_at_environ, says
from .plain_code import note_cell
from .programs import ProgramWatch
from .reads import Reads
from .record import Edge, Outcome, Record, RunError, no_state
from .run import Run
from .secrecy import learn_from, mask_code, masked_record
from .settings import Settings, is_work_of, only_set
from .sql_use import SqlUse
from .state import SEEDERS, IdleStates, imported_states, process_states, random_bytes, random_states, working_directory
from .storing import ValueBudget, ValueStore
from .strings import hidden_names
from .urls import UrlWatch
from .widget_values import VALUES
from .workers.edges import mark_workers
from .workers.merge import Workers


class Recorder:
    """All that is known between runs of one kernel."""

    def __init__(
        self,
        namespace: dict[str, Any],
        ignored: list[str],
        fault: Callable[[str], None],
        kept: Kept,
        environment: EnvironmentFacts,
        agent: str | None = None,
    ) -> None:
        """`agent`: the folder of this package, where other programs can read it."""
        self.kept = kept
        self.watch = FileWatch(ignored)
        self.late = LateDigests()
        self.lineage = Lineage(namespace, self.watch.databases, self.late)
        self.environment = environment
        self.current: Run | None = None
        self.order = 0
        self.files = FileLineage(self.watch, kept, self.late)
        self.states: dict[str, str] = {}
        self.state_makers: dict[str, list[str]] = {}
        """By state the run that made it what it is, and those that moved it on since without looking at it."""
        self._idle = IdleStates()
        self._random: dict[str, bytes] = {}
        self.settings = Settings()
        self._watchers = LibraryWatchers()
        self._loggers = Loggers()
        self._urls = UrlWatch()
        self._programs = ProgramWatch()
        self._store = ValueStore(self.lineage, kept, self.late, ValueBudget.of(os.environ))
        self._entropy = chance.watch()
        self._workers = Workers(kept.spool, self.watch.ignored, self._entropy, self._into_child, agent)
        self._workers.written_later = self.files.written_later
        self._workers.starts.started = self._programs.named
        self._others: dict[str, Reads] = {}
        """What threads and tasks touched since the last run was over, by the earlier runs that started them."""
        self._fault = fault
        self._loads = ModuleLoads()
        self._unwatch = watch(namespace, self._executed)
        self.sql = SqlUse(namespace, self.hit, lambda: self.current.reads if self.current else None)

    def close(self) -> None:
        """Stops listening to the process."""
        self.watch.close()
        self._urls.close()
        self._programs.close()
        self._workers.close()
        self._unwatch()

    def _into_child(self) -> None:
        """This process is a forked child, which has no run."""
        self.current = self.watch.current = None
        own_threads.forget()
        self._programs.forget()
        self._urls.finish(None, [])

    def begin(self, run: str, cell: str | None, code: str) -> None:
        started = perf_counter()
        note_cell(code)
        self.order += 1
        self.current = current = Run(run, cell, code, self.order, time(), started, process_time())
        self.kept.begin()
        self.late.begin(releases(code))
        self._guard("secrets", current, lambda: learn_from(code, is_code=True))
        self._guard("begin", current, lambda: setattr(current, "reads", self.lineage.begin()))
        self._guard("begin", current, self.files.begin)
        self._guard("begin", current, self._urls.begin)
        self._guard("begin", current, self._programs.begin)
        self._guard("begin", current, self._note_states)
        self._guard("begin", current, self._watchers.begin)
        self._guard("begin", current, lambda: self._loggers.begin(self.lineage.namespace))
        self._guard("begin", current, lambda: self._note_random(current))
        self._guard("begin", current, self._entropy.begin)
        self._guard("begin", current, lambda: self._workers.begin(run, current.order))
        self._guard("begin", current, chance.watch_seeds)
        self._guard("begin", current, ANSWERS.begin)
        self._guard("widgets", current, VALUES.begin)
        self.watch.current = current.files
        current.agent_seconds = perf_counter() - started

    def hit(self, touches: Touches) -> None:
        current = self.current
        try:
            starter = self.lineage.starter()
            if starter is not None:
                self._others.setdefault(starter, self.lineage.reads()).add(touches)
            elif current is not None and current.reads is not None:
                current.reads.add(touches)
        except Exception as problem:
            if current is not None:
                current.missing.append({"what": "a read", "why": repr(type(problem))})

    def note(self, value: Any, is_sql: bool) -> None:
        """A call of the user's is about to get this."""
        current = self.current
        if current is not None and current.reads is not None:
            try:
                current.reads.note(value, is_sql)
            except Exception as problem:
                current.missing.append({"what": "what a call was given", "why": repr(type(problem))})

    def _executed(self, names: set[str]) -> None:
        """Code without probes is about to run in the notebook's namespace."""
        if self.current is not None and self.current.reads is not None:
            self.current.reads.add_static(names)

    def over(self) -> None:
        """The user's code has ended; what follows is ours."""
        if self.current is not None:
            self._guard("over", self.current, self.lineage.over)
            self.current.ended = time()
            self.current.wall = perf_counter() - self.current.clock
            self.current.cpu = process_time() - self.current.cpu
            self.current.memory.end()

    def finish(self, outcome: Outcome, error: RunError | None, count: int | None) -> Record | None:
        if self.current is not None and self.current.ended == 0:
            self.over()
        current, self.current = self.current, None
        if current is None:
            return None
        self.watch.current = None
        started = perf_counter()
        used, generated = list[Edge](), list[Edge]()
        if current.reads is not None:
            current.reads.failed = outcome != "ok"
        self._guard("variables", current, lambda: self._variables(current, used, generated, count))
        self._guard("files", current, lambda: self._files(current, used, generated))
        self._guard("sql", current, lambda: self.sql.finish(current.run, used, generated))
        self._guard("state", current, lambda: self._states(current, used, generated))
        self._guard("values", current, lambda: self._values(current, generated))
        register(current.run, used, generated)
        record = self._record(current, outcome, error, count, (used, generated))
        now = perf_counter()
        record["cost"] = cost_of(current.wall, current.cpu, current.agent_seconds + now - started, current.memory)
        return masked_record(record)

    def _guard(self, step: str, run: Run, work: Callable[[], None]) -> None:
        try:
            self._fault(step)
            work()
        except Exception as problem:
            run.missing.append({"what": step, "why": f"{type(problem).__name__}: {problem}"[:300]})

    def _variables(self, run: Run, used: list[Edge], generated: list[Edge], count: int | None) -> None:
        if run.reads is None:
            return
        texts = run.reads.texts
        run.reads.add_static(hidden_names(texts | run.reads.handed_on, run.reads.loads, run.reads.before))
        if deleted := self.lineage.deleted():
            run.reads.absent |= hidden_names(texts, run.reads.loads, deleted)
        others, self._others = self._others, {}
        settled = self.lineage.finish(run.run, run.reads, count, others)
        run.live = settled.values
        run.shows = any(name.startswith("Out[") for name in settled.values)
        used += settled.used
        generated += settled.generated
        run.missing += settled.missing

    def _values(self, run: Run, generated: list[Edge]) -> None:
        live, run.live = run.live, {}
        run.missing += self._store.store(run.run, generated, live)

    def _files(self, run: Run, used: list[Edge], generated: list[Edge]) -> None:
        run.workers = self._workers.finish(run.run, run.order)
        run.workers.into(run.files)
        programs, changes, unseen = self._programs.finish(run.workers)
        run.missing += unseen
        work = FileRun(run.run, run.started, run.ended, run.files, run.reads, run.missing, used, generated)
        run.files.programs = [edge["name"] for edge in programs]
        self.files.finish(work, changes, [*run.files.programs, run.code] if programs else ())
        modules = {os.path.abspath(str(module.__file__)): module.__name__ for module in self._loads.news()}
        modules.update({path: name for path, (name, _) in run.workers.modules.items() if path not in modules})
        used += [self.files.module_edge(path, name, run.missing) for path, name in modules.items()]
        used += self._urls.finish(self.kept, run.missing)
        mark_workers(run.workers, used, generated)
        used += [plain_edge("socket", address, "connected") for address in run.files.sockets]
        used += programs

    def _note_states(self) -> None:
        """What was imported since the last run starts from its present state."""
        if imported_states() <= self.states.keys():
            return
        for name, digest in {**random_states(), **process_states()}.items():
            self.states.setdefault(name, digest)

    def _note_random(self, run: Run) -> None:
        """What a run starts from, also where something between runs changed it."""
        run.random = random_bytes(between_runs=True)
        for name, data in run.random.items():
            if data is not self._random.get(name):
                # Kept, drawn from or not: a replay starts from it.
                self.states[name] = self.kept.data(data)
        self._random = run.random
        self._idle.begin(run.random)
        run.before = {name: self.states[name] for name in run.random}

    def _state_digest(self, run: Run, name: str, data: bytes) -> str:
        """A state that the run made is kept: it is restored after the run, whether or not another one follows."""
        return run.before[name] if name in run.before and run.random.get(name) == data else self.kept.data(data)

    def _states(self, run: Run, used: list[Edge], generated: list[Edge]) -> None:
        now = {name: self._state_digest(run, name, data) for name, data in random_bytes().items()}
        for name, digest in {**now, **process_states()}.items():
            before = self.states.get(name)
            self.states[name] = digest
            looked_at = _looks_at(name, run)
            seeded = run.reads is not None and run.reads.seeded()
            # A state that came with the run's own import is its work where it seeded it; what it read of names that
            # it bound itself is not among its reads.
            began = before is None and "random" in name and any(f"{call}(" in run.code for call in SEEDERS)
            changed = began or (before is not None and digest != before)
            makers = self.state_makers.get(name, [])
            idle = changed and self._idle.only(name)
            drawn = changed and "random" in name and not seeded and not idle
            if before is not None and (drawn or looked_at):
                version = before if len(makers) == 1 else None
                used += [state_edge(name, version, by, "depends on the state before") for by in makers]
            if changed:
                self.state_makers[name] = [*(makers if idle else []), run.run]
                generated.append(state_edge(name, digest, run.run, "changed in this run"))
        self._keep_entropy(run)
        self._keep_answers(run, used)
        self._settings(run, used, generated)
        self._drawn(run, used, generated)

    def _keep_entropy(self, run: Run) -> None:
        drawn = self._entropy.finish(run.workers.draws)
        if drawn is not None:
            run.entropy = self.kept.data(drawn)
        if self._entropy.overflowed:
            why = f"the run drew more than {chance.RUN_BYTES} bytes from the system"
            run.missing.append({"what": "entropy", "why": why})

    def _keep_answers(self, run: Run, used: list[Edge]) -> None:
        said, answers, unsaid = ANSWERS.finish()
        run.answers = None if said is None else self.kept.data(said)
        read = [edge["name"] for edge in used if edge["kind"] == "variable"]
        chosen, values, unknown = VALUES.finish(read, self.lineage.namespace)
        run.widgets = None if chosen is None else self.kept.data(chosen)
        used += [*answers, *values]
        run.missing += [*unsaid, *unknown]

    def _drawn(self, run: Run, used: list[Edge], generated: list[Edge]) -> None:
        loads = {} if run.reads is None else run.reads.loads
        for watcher, makers, changed in self._watchers.finish(run.run, loads, self.lineage.namespace):
            used += [state_edge(watcher.name, None, by, watcher.used_reason) for by in makers]
            if changed:
                generated.append(state_edge(watcher.name, None, run.run, watcher.changed_reason))
        if run.reads is not None:
            values = [self.lineage.namespace.get(name) for name in loads]
            set_by, configured = self._loggers.finish(run.run, run.reads.strings, run.reads.calls, values)
            used += [state_edge(f"logger {name}", None, by, "set up there") for name, by in set_by.items()]
            generated += [state_edge(f"logger {name}", None, run.run, "set up in this run") for name in configured]

    def _settings(self, run: Run, used: list[Edge], generated: list[Edge]) -> None:
        """Options, contexts, locale and environment variables, each by its name; values of variables may be secret."""
        use = self._use(run)
        before = self.settings.made_before(use)
        changed = {name: text for name, text in self.settings.changed().items() if is_work_of(name, use)}
        only = only_set(changed, use)
        used += [state_edge(name, None, by, "set there") for name, by in before.items() if name not in only]
        self.settings.made(run.run, changed)
        for name, text in changed.items():
            digest = text_digest(text) if text else None
            generated.append(state_edge(name, digest, run.run, "set in this run"))

    def _use(self, run: Run) -> Use:
        loads = {} if run.reads is None else run.reads.loads
        values = [self.lineage.namespace[name] for name in loads if name in self.lineage.namespace]
        return Use(
            loads=loads,
            values=values,
            strings={*(() if run.reads is None else run.reads.strings), *run.workers.environment},
            shows=run.shows or not SHOWS.isdisjoint(loads) or any(says(access) for access in chain(*loads.values())),
            environ=looks_at_environ(loads) or bool(run.files.programs or run.workers.environment),
        )

    def bare(self, run: Run, outcome: Outcome, error: RunError | None, count: int | None, problem: Exception) -> Record:
        """What is known of a run whose record could not be made."""
        why = f"{type(problem).__name__}: {problem}"[:300]
        return masked_record(
            {
                "schema": 1,
                "run": run.run,
                "cell": run.cell,
                "order": run.order,
                "executionCount": count,
                "outcome": outcome,
                "error": error,
                "started": run.started,
                "ended": run.ended,
                "codeDigest": text_digest(mask_code(run.code)),
                "used": [],
                "generated": [],
                "environment": {"digest": text_digest(""), "facets": None},
                "state": no_state(),
                "cost": cost_of(run.wall, run.cpu, run.agent_seconds, run.memory),
                "objects": [],
                "notCaptured": [*run.missing, {"what": "the record", "why": why}],
            }
        )

    def _record(
        self,
        run: Run,
        outcome: Outcome,
        error: RunError | None,
        count: int | None,
        edges: tuple[list[Edge], list[Edge]],
    ) -> Record:
        used, generated = edges
        self._fault("record")
        return {
            "schema": 1,
            "run": run.run,
            "cell": run.cell,
            "order": run.order,
            "executionCount": count,
            "outcome": outcome,
            "error": error,
            "started": run.started,
            "ended": run.ended,
            "codeDigest": text_digest(mask_code(run.code)),
            "used": used,
            "generated": generated,
            "environment": self.environment.current(),
            "state": {
                "cwd": working_directory(),
                "random": {k: v for k, v in self.states.items() if "random" in k},
                "before": run.before,
                "entropy": run.entropy,
                "hashSeed": chance.HASH_SEED,
                "answers": run.answers,
                "widgets": run.widgets,
            },
            "cost": cost_of(0.0, 0.0, 0.0),
            "objects": self.kept.objects,
            "notCaptured": run.missing,
        }


def _looks_at(name: str, run: Run) -> bool:
    if run.reads is None:
        return False
    if name == "cwd":
        return run.files.relative or bool(run.files.programs) or not ASK_FOR_FOLDER.isdisjoint(run.reads.calls)
    return False
