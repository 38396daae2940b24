"""Requests of the page about the notebook's variables: one message type of the kernel's shell and subshells.

A subshell answers during a run. Invariant: a request changes no variable, no file and no state of a library that the
record follows, and an answer holds no secret that the agent knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .own_threads import as_own
from .secrecy import masked_texts
from .shell_names import is_shell_name
from .value_viewer import RefusalError, ValueViewer
from .variables import VariableList, Writer, Writers

if TYPE_CHECKING:
    from .recorder import Recorder

MESSAGE = "yesterday_variables_request"
_REPLY = "yesterday_variables_reply"


class PanelRequests:
    """Answers for one kernel."""

    def __init__(self, recorder: Recorder, kernel: Any) -> None:
        """From now on the kernel answers these requests. Names that it has by now are not the user's."""
        self._recorder = recorder
        self.writers = Writers()
        namespace = recorder.lineage.namespace
        initial = frozenset(namespace)
        is_users: Callable[[str], bool] = lambda name: name not in initial and not is_shell_name(name)  # noqa: E731
        self._list = VariableList(namespace, is_users, self._writer_of, self._running)
        viewer = ValueViewer(
            namespace, is_users, lambda: recorder.order, lambda: self._running() is not None, self._cell_of
        )
        self._asks: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "list": self._changes,
            "one": self._one,
            "head": viewer.head,
            "columns": viewer.columns,
            "rows": viewer.rows,
            "summaries": viewer.summaries,
            "children": viewer.children,
            "picture": viewer.picture,
        }

        def handle(stream: Any, ident: Any, parent: Any) -> None:
            kernel.session.send(stream, _REPLY, self.answer(parent["content"]), parent, ident=ident)

        kernel.shell_handlers[MESSAGE] = handle

    def answer(self, content: dict[str, Any]) -> dict[str, Any]:
        """Never raises: a request that fails is answered with the reason."""
        found: dict[str, Any] = {}

        def work() -> None:
            ask = self._asks.get(str(content.get("ask")))
            found.update(refused("unknown") if ask is None else ask(content))

        try:
            as_own(work)
        except RefusalError as refusal:
            return refused(refusal.reason, refusal.detail)
        except Exception as problem:
            return refused("failed", f"{type(problem).__name__}: {problem}")
        return masked({"status": "ok", **found})

    def _changes(self, content: dict[str, Any]) -> dict[str, Any]:
        known, since = content.get("list"), content.get("since")
        changes = self._list.changes(known if type(known) is str else None, since if type(since) is int else 0)
        return {"changes": changes}

    def _one(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"variable": self._list.one(str(content.get("name")))}

    def _writer_of(self, name: str, identity: int) -> Writer | None:
        binding = self._recorder.lineage.bindings.get(name)
        if binding is None or binding.identity != identity:
            return None
        return self.writers.get(name) or (None if binding.by is None else Writer(binding.by, None))

    def _cell_of(self, name: str) -> str | None:
        writer = self.writers.get(name)
        return None if writer is None else writer.cell

    def _running(self) -> Writer | None:
        current = self._recorder.current
        return None if current is None or current.ended else Writer(current.run, current.cell)


def masked(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with every text masked; a picture has none."""
    return answer if "picture" in answer else masked_texts(answer)


def refused(reason: str, detail: str = "") -> dict[str, Any]:
    """An answer that says why there is none: `reason` is a code that the page words."""
    return {"status": "refused", "reason": reason, "detail": detail[:300]}
