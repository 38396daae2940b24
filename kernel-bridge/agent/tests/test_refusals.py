"""Effects that a kernel refuses while it repeats runs: only what is allowed by name happens."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from yesterday_agent import refusals


@pytest.fixture(autouse=True)
def _free() -> Iterator[None]:
    yield
    refusals.allow()


def test_programs_start_by_name() -> None:
    refusals.refuse([], ["true", "echo a; echo b"], [])
    assert subprocess.run(["/usr/bin/env", "true"][1:]).returncode == 0
    assert subprocess.check_output("echo a; echo b", shell=True) == b"a\nb\n"
    assert os.system("true") == 0
    for command in ("true; false", "false", "true $(false)"):
        with pytest.raises(PermissionError, match="only what is allowed"):
            subprocess.run(command, shell=True)
        with pytest.raises(PermissionError, match="only what is allowed"):
            os.system(command)


def test_no_program_starts_unless_named() -> None:
    refusals.refuse([], [], [])
    with pytest.raises(PermissionError):
        subprocess.run(["true"])
    with pytest.raises(PermissionError):
        os.forkpty()


def test_hosts_are_reached_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        refusals.refuse([], [], ["localhost"])
        socket.create_connection(server.getsockname()).close()
        refusals.refuse([], [], ["host.invalid"])
        with pytest.raises(PermissionError, match=r"127\.0\.0\.1"):
            socket.create_connection(server.getsockname())
