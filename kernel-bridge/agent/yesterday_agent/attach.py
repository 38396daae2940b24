"""Ties the agent to the running kernel. The one place that knows ipykernel's inner names.

The kernel calls `pre_handler_hook` and `post_handler_hook` around every request; both return before or start after
the user's code, so no frame of ours is ever on the user's stack. The second notes how the run ended; what it read and
made is settled when the loop is free, behind the reply and `status: idle` that people wait for, and in any case before
the next request is looked at.
"""

from __future__ import annotations

import ast
import asyncio
import atexit
import builtins
import contextlib
import contextvars
import functools
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from . import (
    deliveries,
    elsewhere,
    interrupts,
    iopub,
    masked_logs,
    masked_messages,
    parse_cache,
    prompts,
    secret_sources,
    shipping,
    sql_cells,
)
from .accesses import Touches
from .environment import EnvironmentFacts
from .kept import Kept
from .late_edges import messages
from .late_values import CALLBACK
from .panel_requests import PanelRequests
from .plans import Plans
from .probe_name import PROBE_LIST
from .probes import ProbeTable, instrument
from .record import Outcome, Record, RunError
from .recorder import Recorder
from .secrecy import use_key
from .spool import Spool
from .watchdog import SECONDS, Watchdog
from .widget_values import VALUES


def attach(spool_dir: str | None, options: dict[str, Any]) -> None:
    """Find the running kernel and hook it; raises where there is none."""
    kernel = sys.modules["ipykernel.kernelapp"].IPKernelApp.instance().kernel
    if getattr(kernel, "_yesterday", None) is None:
        kernel._yesterday = hooks = KernelHooks(kernel, Spool(spool_dir or elsewhere.private_folder()), options)
        if spool_dir is None:
            hooks.answer_spool_requests()


class KernelHooks:
    """Begins and finishes runs as the kernel handles execute requests on its main thread."""

    def __init__(self, kernel: Any, spool: Spool, options: dict[str, Any]) -> None:
        self.kernel = kernel
        self.spool = spool
        if options.get("maskKey"):
            use_key(str(options["maskKey"]))
        self._faults = frozenset(options.get("faults", ()))
        self._hangs = frozenset(options.get("hangs", ()))
        self._watchdog = Watchdog(float(options.get("stepSeconds", SECONDS)))
        self.table = ProbeTable(self._hit, self._noted)
        self._plans = Plans()
        kept, facts = Kept(spool.folder, options.get("keepBytes")), EnvironmentFacts()
        agent = options.get("agentFolder")
        self.recorder = Recorder(kernel.shell.user_ns, [spool.folder], self._fault, kept, facts, agent)
        self._parent: Any = None
        self._ended: tuple[Outcome, RunError | None, int | None] | None = None
        self._context = contextvars.copy_context()
        """That of the cell: a run is settled from a callback of the loop, which runs in another."""
        self._thread = threading.current_thread()
        self._copy_problems: list[str] = []
        iopub.lift_limits(kernel)
        iopub.wake_once(kernel)
        self._copies = iopub.copy_to(spool, kernel, lambda problem: self._copy_problems.append(repr(problem)))
        self._says_count = False
        self.published = 0
        """Messages with late digests."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self.recorder.late.on_done = self._have_published
        self._install()

    def _install(self) -> None:
        kernel, shell = self.kernel, self.kernel.shell
        before, after, transform = kernel.pre_handler_hook, kernel.post_handler_hook, shell.transform_ast

        def pre_handler_hook() -> None:
            # First ours: the kernel's own lets interrupts through, which are for the user's code.
            self._guarded(self._begin)
            before()

        def post_handler_hook() -> None:
            after()
            self._guarded(self._over)

        def transform_ast(node: ast.Module) -> ast.Module:
            return self._instrumented(transform(node))

        kernel.pre_handler_hook, kernel.post_handler_hook = pre_handler_hook, post_handler_hook
        shell.transform_ast = transform_ast
        setattr(builtins, PROBE_LIST, self.table.cells)
        interrupts.watch()
        shipping.watch()
        secret_sources.watch()
        masked_logs.watch(kernel)
        self._outgoing = masked_messages.watch(kernel, lambda problem: self._copy_problems.append(repr(problem)))
        prompts.watch(kernel, self.spool)
        parse_cache.watch(kernel)
        self._panel = PanelRequests(self.recorder, kernel)
        if "sql" not in shell.magics_manager.magics["cell"]:
            sql_cells.register(shell, self.recorder.sql)
        atexit.register(self._guarded, self._settle)
        atexit.register(self._copies.flush)

    def answer_spool_requests(self) -> None:
        elsewhere.SpoolRequests(self.spool, self._copies.flush, self.kernel)
        deliveries.Deliveries(self.kernel)
        interrupts.answer_requests(self.kernel)
        self._says_count = True

    def _fault(self, step: str) -> None:
        """For tests: a step named in the options fails, or does not end."""
        if step in self._faults:
            raise RuntimeError(f"injected into {step}")
        while step in self._hangs:
            time.sleep(0.001)

    def _guarded(self, step: Any) -> None:
        try:
            self._watchdog.run(step)
        except Exception as problem:
            self._note("recording", problem)

    def _note(self, what: str, problem: BaseException) -> None:
        if self.recorder.current is not None:
            why = f"{type(problem).__name__}: {problem}"[:300]
            self.recorder.current.missing.append({"what": what, "why": why})

    def _hit(self, touches: Touches) -> None:
        self.recorder.hit(touches)

    def _noted(self, value: Any, is_sql: bool) -> None:
        self.recorder.note(value, is_sql)

    def _instrumented(self, node: ast.Module) -> ast.Module:
        if self.recorder.current is None:
            return node

        def plan() -> ast.Module:
            self._fault("instrument")
            known = self._plans.known()
            if known is not None:
                return known
            planned = instrument(node, self.table)
            self._plans.keep(planned)
            return planned

        try:
            return self._watchdog.run(plan)
        except Exception as problem:
            self._note("reads", problem)
            return node

    def _begin(self) -> None:
        if threading.current_thread() is not self._thread:
            return
        self._settle()
        self._outgoing.flush()
        self.publish_late()
        parent = self.kernel.get_parent("shell")
        if parent["header"]["msg_type"].startswith("comm_"):
            self.recorder.late.refuse_all(CALLBACK)
            VALUES.heard(parent)
        if parent["header"]["msg_type"] != "execute_request" or parent["content"].get("silent"):
            return
        mine = (parent.get("metadata") or {}).get("yesterday") or {}
        run = str(mine.get("run") or parent["header"]["msg_id"])
        cell = mine.get("cell")
        self._parent = parent
        self.spool.begin(parent["header"]["msg_id"], run)
        self.table.rearm()
        shell = self.kernel.shell
        shell.last_execution_result = None
        is_plain = not (shell.ast_transformers or shell.input_transformers_post)
        self._plans.begin(parent["content"]["code"], is_plain)
        self.recorder.begin(run, None if cell is None else str(cell), parent["content"]["code"])

    def _over(self) -> None:
        if self.recorder.current is None or threading.current_thread() is not self._thread:
            return
        try:
            self._fault("outcome")
            self._ended = self._outcome()
        except Exception as problem:
            self._note("how the run ended", problem)
            self._ended = "ok", None, None
        self.recorder.over()
        self._context = contextvars.copy_context()
        try:
            loop = self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._settle()
            return
        settle = functools.partial(_call_in, loop, self._guarded, self._settle)
        # Behind `idle`, which this thread hands to that of iopub: ours would keep it from sending.
        loop.call_soon(iopub.thread_of(self.kernel).schedule, settle)

    def _settle(self) -> None:
        """Finishes the run that is over and has no record yet, if there is one."""
        current, ended = self.recorder.current, self._ended
        if current is None or ended is None:
            return
        self._ended = None
        outcome, error, count = ended
        if self._copy_problems:
            current.missing.append({"what": "spooled messages", "why": self._copy_problems[0][:300]})
            self._copy_problems.clear()
        if current.run in self.spool.truncated:
            current.missing.append({"what": "messages in the spool", "why": "more than 256 MiB"})
        try:
            record = self._context.run(self.recorder.finish, outcome, error, count)
        except Exception as problem:
            record = self.recorder.bare(current, outcome, error, count, problem)
        self.recorder.late.settled()
        if record is not None:
            self._publish(record)

    def _publish(self, record: Record) -> None:
        self._panel.writers.note(record)
        # What it said before how it ended: a run with a record is whole.
        try:
            self._fault("spool")
            self._copies.flush()
            self.spool.finish(record["run"], record)
        except Exception as problem:
            why = f"{type(problem).__name__}: {problem}"[:300]
            record["notCaptured"].append({"what": "the record in the spool", "why": why})
        kernel = self.kernel
        # Where messages come by a network, the bridge compares what it has received.
        metadata = {"messages": self.spool.count(record["run"])} if self._says_count else None
        kernel.session.send(kernel.iopub_socket, "yesterday_record", record, parent=self._parent, metadata=metadata)

    def _have_published(self) -> None:
        """On the thread of late digests: the loop publishes them when it is free."""
        if self._loop is not None:
            _call_in(self._loop, self._guarded, self.publish_late)

    def publish_late(self) -> None:
        """Publishes digests that were computed since their runs were recorded."""
        kernel = self.kernel
        for message in messages(self.recorder.late.take()):
            self.recorder.kept.late.announce(each for one in message["contents"] for each in one["objects"])
            kernel.session.send(kernel.iopub_socket, "yesterday_content", message, parent={})
            self.published += 1

    def _outcome(self) -> tuple[Outcome, RunError | None, int | None]:
        shell = self.kernel.shell
        result = shell.last_execution_result
        problem = None if result is None else (result.error_before_exec or result.error_in_exec)
        count = None if result is None else result.execution_count
        if result is None:
            unknown: RunError = {"ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
            return "error", unknown, shell.execution_count - 1
        if problem is None:
            return "ok", None, count
        lines = [str(line) for line in (getattr(shell, "_last_traceback", None) or [])]
        return "error", {"ename": type(problem).__name__, "evalue": _text(problem), "traceback": lines}, count


def _call_in(loop: asyncio.AbstractEventLoop, call: Callable[[Any], None], step: Callable[[], None]) -> None:
    """Have the loop call; one that is closed has ended with its process."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, step)


def _text(problem: BaseException) -> str:
    try:
        return str(problem)
    except Exception:
        return ""
