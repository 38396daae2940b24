"""A real kernel process with or without the agent, and what came back of each cell."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

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
        self.spool, self.recorded = tempfile.mkdtemp(), recorded
        python = os.environ.get("YESTERDAY_TEST_PYTHON", sys.executable)
        self.manager = KernelManager()
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.manager._kernel_spec = KernelSpec(argv=argv, language="python", display_name="test")
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        if recorded:
            reply = self.client.execute_interactive(self._bundle(options), silent=True, store_history=False)
            assert reply["content"]["status"] == "ok", reply["content"]

    def _bundle(self, options: dict[str, Any]) -> str:
        text = json.dumps({"folder": str(AGENT), "spoolDir": self.spool, "options": options})
        return (AGENT / "bootstrap.py").read_text("utf-8").replace("__YESTERDAY_BUNDLE__", repr(text))

    def run(self, code: str, run: str | None = None, cell: str | None = None) -> Ran:
        session = self.client.session
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = session.msg("execute_request", {**content, "stop_on_error": True})
        if run is not None:
            message["metadata"]["yesterday"] = {"run": run, "cell": cell}
        self.client.shell_channel.send(message)
        ran, idle = Ran(), False
        while True:
            heard = self.client.get_iopub_msg(timeout=120)
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

    def _reply_to(self, msg_id: str) -> dict[str, Any]:
        """Its reply; a slow start leaves replies to the client's own first questions in the way."""
        while True:
            heard = self.client.get_shell_msg(timeout=30)
            if heard["parent_header"].get("msg_id") == msg_id:
                return heard["content"]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
