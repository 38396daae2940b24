"""A real kernel process with or without the agent, and what came back of each cell."""

from __future__ import annotations

import json
import os
import queue
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import temporary
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from patience import seconds

AGENT = Path(__file__).resolve().parent.parent


@dataclass
class Ran:
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        return "".join(content["text"] for kind, content in self.messages if kind == "stream")


class Kernel:
    def __init__(self, recorded: bool = True, **options: Any) -> None:
        self.recorded, self.options = recorded, options
        self.contents: dict[tuple[str, str, str], dict[str, Any]] = {}
        """What came behind the replies, by run, side and name."""
        self.whats: dict[tuple[str, str], dict[str, Any]] = {}
        """The same by run and what it is about."""
        self._start()

    def _start(self) -> None:
        self.spool = temporary.folder()
        python = os.environ.get("YESTERDAY_TEST_PYTHON", sys.executable)
        self.manager = KernelManager()
        # A history file that other tests' kernels share may be locked or gone: IPython then prints so into the cell.
        history = "--HistoryManager.hist_file=:memory:"
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}", history]
        self.manager._kernel_spec = KernelSpec(argv=argv, language="python", display_name="test")
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        try:
            self.client.start_channels()
            self.client.wait_for_ready(timeout=seconds(60))
            if self.recorded:
                reply = self.client.execute_interactive(self._bundle(self.options), silent=True, store_history=False)
                assert reply["content"]["status"] == "ok", reply["content"]
        except BaseException:
            self.close()
            raise

    def _bundle(self, options: dict[str, Any]) -> str:
        text = json.dumps({"folder": str(AGENT), "spoolDir": self.spool, "options": options})
        return (AGENT / "bootstrap.py").read_text("utf-8").replace("__YESTERDAY_BUNDLE__", repr(text))

    def run(self, code: str, run: str | None = None, cell: str | None = None, answers: list[str] | None = None) -> Ran:
        """What came of the code; `answers` are given to what it asks.

        A kernel that does not answer is replaced, so that the next test has one.
        """
        try:
            return self._run(code, run, cell, answers)
        except queue.Empty:
            self.close()
            self._start()
            raise TimeoutError(f"the kernel did not finish: {code}") from None

    def _run(self, code: str, run: str | None, cell: str | None, answers: list[str] | None) -> Ran:
        session = self.client.session
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content["allow_stdin"] = answers is not None
        message = session.msg("execute_request", {**content, "stop_on_error": True})
        if run is not None:
            message["metadata"]["yesterday"] = {"run": run, "cell": cell}
        self.client.shell_channel.send(message)
        for answer in answers or ():
            self.client.get_stdin_msg(timeout=seconds(60))
            self.client.input(answer)
        ran, idle = Ran(), False
        while True:
            heard = self.client.get_iopub_msg(timeout=seconds(120))
            self._note_content(heard)
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, body = heard["msg_type"], heard["content"]
            if kind == "yesterday_record":
                ran.record = body
            else:
                ran.messages.append((kind, body))
            idle = idle or (kind == "status" and body["execution_state"] == "idle")
            if idle and (ran.record is not None or not self.recorded):
                break
        ran.reply = self._reply_to(message["header"]["msg_id"])
        return ran

    def _note_content(self, heard: dict[str, Any]) -> None:
        if heard["msg_type"] == "yesterday_content":
            run = heard["content"]["run"]
            for one in heard["content"]["contents"]:
                if not one["what"].startswith("the value of "):
                    self.contents[run, one["side"], one["name"]] = one
                self.whats[run, one["what"]] = one

    def content(self, run: str, name: str, side: str = "generated") -> dict[str, Any]:
        """What came of a version's content behind the reply; waits for it."""
        while (run, side, name) not in self.contents:
            self._note_content(self.client.get_iopub_msg(timeout=seconds(120)))
        return self.contents[run, side, name]

    def _reply_to(self, msg_id: str) -> dict[str, Any]:
        """Its reply; a slow start leaves replies to the client's own first questions in the way."""
        while True:
            heard = self.client.get_shell_msg(timeout=seconds(30))
            if heard["parent_header"].get("msg_id") == msg_id:
                return heard["content"]

    def say(self, code: str) -> None:
        """Silently, as the server speaks to the agent."""
        reply = self.client.execute_interactive(code, silent=True, store_history=False)
        assert reply["content"]["status"] == "ok", reply["content"]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self.spool, ignore_errors=True)
