"""A notebook without a kernel process: a real InteractiveShell, the real recorder, and the slice of its last cell."""

from __future__ import annotations

import builtins
import functools
import gc
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import temporary
from IPython.core.interactiveshell import InteractiveShell

from yesterday_agent import shipping
from yesterday_agent.environment import EnvironmentFacts
from yesterday_agent.kept import Kept
from yesterday_agent.probe_name import PROBE_LIST
from yesterday_agent.probes import ProbeTable, instrument
from yesterday_agent.record import Record
from yesterday_agent.recorder import Recorder

shipping.watch()


@functools.cache
def facts() -> EnvironmentFacts:
    """One for all: it looks through the disk on a thread of its own."""
    return EnvironmentFacts()


class Notebook:
    """Cells run one after another; `records` holds what was recorded of each. A new one ends the last."""

    end: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self) -> None:
        # The shell's reset collects garbage: not among all that libraries have loaded.
        gc.freeze()
        self.shell = InteractiveShell.instance()
        self.shell.reset(new_session=True)
        self.shell.history_manager.enabled = False
        # A whole traceback takes a second where much is loaded, and no test reads it.
        self.shell.InteractiveTB.set_mode("Minimal")
        if "numpy" in sys.modules:
            sys.modules["numpy"].seterr(divide="warn")
        self.table = ProbeTable(lambda touches: self.recorder.hit(touches), lambda *note: self.recorder.note(*note))
        type(self).end()
        folder = temporary.folder()
        agent = str(Path(__file__).resolve().parent.parent)
        self.recorder = Recorder(self.shell.user_ns, [folder], lambda step: None, Kept(folder), facts(), agent)
        type(self).end = self.recorder.close
        self.records: list[Record] = []
        self.errors: list[BaseException | None] = []
        type(self).plain = getattr(type(self), "plain", self.shell.transform_ast)
        self.shell.transform_ast = lambda node: instrument(type(self).plain(node), self.table)
        setattr(builtins, PROBE_LIST, self.table.cells)

    def run(self, code: str) -> Record:
        self.table.rearm()
        self.recorder.begin(str(len(self.records) + 1), None, code)
        result = self.shell.run_cell(code, store_history=True)
        problem = result.error_before_exec or result.error_in_exec
        record = self.recorder.finish("error" if problem else "ok", None, result.execution_count)
        assert record is not None
        self.errors.append(problem)
        self.records.append(record)
        return record

    def slice(self) -> set[int]:
        """Places of the cells that the last one depends on, itself left out."""
        wanted, found = [len(self.records)], set()
        while wanted:
            place = wanted.pop()
            for edge in self.records[place - 1]["used"]:
                by = edge.get("by")
                if by is not None and int(by) not in found and int(by) != place:
                    found.add(int(by))
                    wanted.append(int(by))
        return found - {len(self.records)}
