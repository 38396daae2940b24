"""The launcher: what a program in it can change, and what the server learns."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import seconds

sys.path.insert(0, str(Path(__file__).parent.parent))

from yesterday_isolation import mounts, seccomp

_PROGRAM = Path(__file__).parent.parent / "isolate.py"
_MEMBERS = ("namespaces", "bubblewrap", "landlock")


def _start(member: str, folder: Path, script: str, **more: object) -> subprocess.CompletedProcess[str]:
    store, shared = folder / "store", folder / "shared"
    for path in (store, shared):
        path.mkdir(exist_ok=True)
    config = {
        "argv": ["/bin/sh", "-c", script],
        "cwd": str(folder),
        "store": str(store),
        "runtime": [str(shared)],
        "hidden": [str(folder / "hidden")],
        "touched": [str(folder)] if member != "landlock" else [],
        "network": False,
        "memory_bytes": 64 << 20,
        "disk_bytes": 64 << 20,
        "storage": "disk",
        "parent": os.getpid(),
        **more,
    }
    (store / "config.json").write_text(json.dumps(config))
    words = [sys.executable, "-I", "-S", str(_PROGRAM), member, str(store / "config.json")]
    return subprocess.run(words, capture_output=True, text=True, timeout=seconds(60))


@pytest.fixture(params=_MEMBERS)
def member(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    tried = _start(request.param, tmp_path, "true")
    if tried.returncode == 97:
        pytest.skip(f"not to be had here: {tried.stderr.strip()}")
    for path in (tmp_path / "store").iterdir():
        subprocess.run(["rm", "-rf", str(path)], check=True)
    return str(request.param)


def test_writes_do_not_reach_real_files(member: str, tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text("as it was")
    done = _start(member, tmp_path, "cat real.txt; echo new > real.txt; rm -f real.txt; echo ok > shared/out")
    assert done.stdout.startswith("as it was"), done.stderr
    assert real.read_text() == "as it was"
    assert (tmp_path / "shared" / "out").read_text() == "ok\n"


def test_metadata_of_real_files_stays(member: str, tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text("as it was")
    before = real.stat()
    _start(member, tmp_path, "chmod 600 real.txt; touch -d 2001-01-01 real.txt")
    now = real.stat()
    assert (now.st_mode, now.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_processes_outside_cannot_be_signalled(member: str, tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        done = _start(member, tmp_path, f"kill {other.pid} && echo reached")
        assert "reached" not in done.stdout
        assert other.poll() is None
        other.kill()


def test_the_exit_code_is_the_programs(member: str, tmp_path: Path) -> None:
    assert _start(member, tmp_path, "exit 7").returncode == 7
    for path in (tmp_path / "store").iterdir():
        subprocess.run(["rm", "-rf", str(path)], check=True)
    assert _start(member, tmp_path, "kill -SEGV $$").returncode == -11


def test_what_is_hidden_is_not_there(member: str, tmp_path: Path) -> None:
    if member == "landlock":
        pytest.skip("a copy has nothing to hide")
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "key").write_text("secret")
    assert _start(member, tmp_path, "cat hidden/key; ls hidden").stdout == ""


def test_a_layer_in_memory_and_one_that_grows_too_large(member: str, tmp_path: Path) -> None:
    if member != "namespaces":
        pytest.skip("a copy has no layer")
    full = "head -c 300000000 /dev/zero > big 2> /dev/null || echo full; sleep 3"
    assert _start(member, tmp_path, full, storage="memory").stdout == "full\n"
    for path in (tmp_path / "store").iterdir():
        subprocess.run(["rm", "-rf", str(path)], check=True)
    done = _start(member, tmp_path, "head -c 300000000 /dev/zero > big; sleep 60; echo ended")
    assert done.stdout == ""
    assert json.loads((tmp_path / "store" / "state.json").read_text())["isExceeded"] is True


def test_mounts_are_read_with_their_spaces() -> None:
    text = b"36 35 98:0 / / rw master:1 - ext4 /dev/a rw\n37 36 0:5 / /mnt/a\\040b rw - tmpfs tmpfs rw\n"
    assert mounts.parse(text) == [mounts.Mount("/", "ext4"), mounts.Mount("/mnt/a b", "tmpfs")]


def test_the_filter_has_no_jump_out_of_itself() -> None:
    for machine in seccomp._MACHINES.values():
        for network in (False, True):
            for guards in (False, True):
                entries = seccomp._entries(machine, network, guards)
                assert len(entries) < 4096
                for place, (code, hit, missed, _) in enumerate(entries):
                    jumps = code & 7 == 5
                    assert not jumps or place + 1 + max(hit, missed) < len(entries)
