"""Runs code in the kernel of a connection file, prints what it printed, and ends the kernel."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

SECONDS = 600


def main(connection_file: str, code: str) -> int:
    client = BlockingKernelClient(connection_file=connection_file)
    client.load_connection_file()
    client.start_channels()
    try:
        # Without `wait_for_ready`: IPython chooses a tip for its banner by `random`, whose state is what is looked at.
        reply: dict[str, Any] = client.execute_interactive(code, output_hook=show, timeout=SECONDS)
        return 0 if reply["content"]["status"] == "ok" else 1
    finally:
        client.shutdown(reply=True, timeout=SECONDS)
        client.stop_channels()


def show(message: dict[str, Any]) -> None:
    content = message["content"]
    if message["msg_type"] == "stream" and content["name"] == "stdout":
        sys.stdout.write(content["text"])
    elif message["msg_type"] == "error":
        sys.stderr.write("\n".join(content["traceback"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
