"""The spool of a kernel that shares no folder: read and emptied by requests."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from yesterday_agent import elsewhere
from yesterday_agent.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(str(tmp_path / "spool"))


def requests(spool: Spool) -> elsewhere.SpoolRequests:
    kernel = SimpleNamespace(control_handlers={}, shell_handlers={}, session=None)
    made = elsewhere.SpoolRequests(spool, lambda: None, kernel)
    assert kernel.control_handlers.keys() == {elsewhere.MESSAGE}
    return made


def test_a_file_is_read_in_parts_and_removed(spool: Spool) -> None:
    asks = requests(spool)
    spool.begin("m1", "run1")
    spool.message("m1", b"abcdef")
    spool.settle()
    state, _ = asks.answer({"ask": "state"})
    assert state == {"status": "ok", "files": {"run1.frames": 6}, "begun": ["run1"]}
    assert spool.count("run1") == 1
    assert asks.answer({"ask": "read", "name": "run1.frames", "from": 2}) == ({"status": "ok", "size": 6}, [b"cdef"])
    assert asks.answer({"ask": "remove", "names": ["run1.frames"]}) == ({"status": "ok"}, [])
    assert asks.answer({"ask": "read", "name": "run1.frames", "from": 0}) == ({"status": "missing"}, [])


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "objects/../../secret", "..", "a/b", "", None, 3])
def test_no_request_leaves_the_folder(spool: Spool, tmp_path: Path, name: object) -> None:
    (tmp_path / "secret").write_text("s")
    for ask in ({"ask": "read", "name": name, "from": 0}, {"ask": "remove", "names": [name]}):
        content, buffers = requests(spool).answer(ask)
        assert content["status"] == "error", content
        assert buffers == []
    assert (tmp_path / "secret").exists()


def test_what_is_no_request_is_answered(spool: Spool) -> None:
    for content in ({}, {"ask": "burn"}, {"ask": "read"}, {"ask": "read", "name": "x", "from": "y"}):
        assert requests(spool).answer(content)[0]["status"] in ("error", "missing")


def test_the_folder_ends_with_its_process_and_those_of_killed_ones_are_removed() -> None:
    code = "from yesterday_agent import elsewhere; print(elsewhere.private_folder(), flush=True)"

    def made(more: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-c", code + more], capture_output=True, text=True, cwd=Path(__file__).parent.parent
        )
        return ran.stdout.strip()

    assert not os.path.exists(made(""))
    killed = made("; import os; os.kill(os.getpid(), 9)")
    assert os.stat(killed).st_mode & 0o777 == 0o700
    made("")
    assert not os.path.exists(killed)
