"""On a real kernel: records and frames reach the spool, nothing printed is lost, a fault never breaks a cell."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel import Kernel
from patience import seconds


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def frames(path: Path) -> list[dict[str, object]]:
    """The JSON of every frame in a spool file."""
    data, place, found = path.read_bytes(), 0, []
    while place < len(data):
        total, length = struct.unpack_from(">II", data, place)
        found.append(json.loads(data[place + 8 : place + 8 + length]))
        place += 4 + total
    return found


def spooled_kinds(kernel: Kernel, run: str) -> list[str]:
    """The types of a run's spooled messages, once the last of them is written."""
    path, end = Path(kernel.spool, f"{run}.frames"), time.monotonic() + seconds(20)
    kinds: list[str] = []
    while kinds[-1:] != ["status"] or len(kinds) < 2:
        assert time.monotonic() < end, kinds
        time.sleep(0.01)
        kinds = [frame["header"]["msg_type"] for frame in frames(path)] if path.exists() else []
    return kinds


def test_record_and_frames_are_spooled(kernel: Kernel) -> None:
    ran = kernel.run("spooled = 41\nprint('hello')\nspooled", "run-a", "cell-a")
    assert ran.record is not None
    assert (ran.record["run"], ran.record["cell"], ran.record["outcome"]) == ("run-a", "cell-a", "ok")
    assert json.loads(Path(kernel.spool, "run-a.record.json").read_text("utf-8")) == ran.record
    kinds = spooled_kinds(kernel, "run-a")
    assert kinds == ["status", "execute_input", "stream", "execute_result", "status"]


def test_a_run_without_metadata_is_named_by_its_message(kernel: Kernel) -> None:
    ran = kernel.run("1")
    assert ran.record is not None
    assert ran.record["run"] and ran.record["cell"] is None


def test_an_error_is_recorded(kernel: Kernel) -> None:
    ran = kernel.run("1 / 0", "run-e")
    assert ran.record is not None
    assert ran.record["outcome"] == "error"
    assert ran.record["error"]["ename"] == ran.reply["ename"] == "ZeroDivisionError"
    assert ran.record["error"]["traceback"] == ran.reply["traceback"]


def test_the_place_of_a_cells_code_is_no_file_it_used(kernel: Kernel) -> None:
    ran = kernel.run("def fails():\n    return 1 / 0\nfails()", "run-traceback")
    assert ran.record is not None
    assert [edge["name"] for edge in ran.record["used"] if edge["kind"] == "file"] == []


@pytest.mark.parametrize("code", ["x = (", "def f(:", "compile('y = (', '<mine>', 'exec')"])
def test_where_the_compiler_looks_for_a_line_is_no_file(kernel: Kernel, code: str) -> None:
    ran = kernel.run(code, "run-syntax")
    assert ran.record is not None
    assert ran.record["outcome"] == "error"
    assert [edge["name"] for edge in ran.record["used"] if edge["kind"] == "file"] == []


def test_a_file_may_be_named_as_code_is(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "<data>").write_text("1")
    ran = kernel.run(f"import os; os.chdir({str(tmp_path)!r}); open('<data>').read()", "run-brackets")
    assert ran.record is not None
    assert [edge["name"] for edge in ran.record["used"] if edge["kind"] == "file"] == [str(tmp_path / "<data>")]


@pytest.mark.thorough
def test_every_flushed_line_arrives(kernel: Kernel) -> None:
    """The bridge's suite has ten times as many, each flushed by itself; here some wait for the next that is."""
    count = 20_000
    ran = kernel.run(f"for i in range({count}): print(i, flush=i % 10 == 0)", "run-lines")
    assert ran.text.split() == [str(number) for number in range(count)]


OFTEN = ["instrument", "variables"]
"""Steps of the user's thread and of the work behind it: on every Python; the others are tried where all is."""
STEPS = [
    pytest.param(step, marks=[] if step in OFTEN else pytest.mark.thorough)
    for step in ("begin", *OFTEN, "outcome", "over", "files", "state", "values", "record", "spool")
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_hangs_is_interrupted_and_reported(step: str) -> None:
    kernel = Kernel(hangs=[step], stepSeconds=0.3)
    try:
        for run in ("run-1", "run-2"):
            ran = kernel.run("x = [1]\nprint('still here')\nx", run)
            assert ran.text == "still here\n"
            assert ran.reply["status"] == "ok"
            assert ran.record is not None
            assert any("longer than it may" in missing["why"] for missing in ran.record["notCaptured"])
        # Nothing of ours interrupts the user's own work.
        busy = "import time\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass\nprint('done')"
        assert kernel.run(busy, "run-3").text == "done\n"
    finally:
        kernel.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_fault_in_recording_leaves_the_cell_alone(step: str) -> None:
    kernel = Kernel(faults=[step])
    try:
        ran = kernel.run("x = [1]\nprint('still here')\nx", "run-f")
        assert ran.text == "still here\n"
        assert ran.reply["status"] == "ok"
        assert ran.record is not None
        assert any("injected" in missing["why"] for missing in ran.record["notCaptured"])
    finally:
        kernel.close()


def test_a_folder_that_was_removed_is_no_fault() -> None:
    kernel = Kernel()
    try:
        ran = kernel.run("import os, tempfile\nos.chdir(tempfile.mkdtemp()); os.rmdir(os.getcwd())\nprint('gone')")
        assert (ran.text, ran.reply["status"]) == ("gone\n", "ok")
        assert ran.record is not None
    finally:
        kernel.close()


def test_functions_run_in_worker_processes(kernel: Kernel) -> None:
    pytest.importorskip("joblib")
    code = (
        "from joblib import Parallel, delayed\nbase = 10\n"
        "def work(n):\n    if n:\n        return base + n\n    return base\n"
        "print(Parallel(n_jobs=2, backend='loky')(delayed(work)(n) for n in range(2)))"
    )
    assert kernel.run(code).text == "[10, 11]\n"
    timed = (
        "%%time\ndef timed(n, base=base):\n    import os\n    return os.path.exists(f'{n}.none') or n + base\n"
        "print(Parallel(n_jobs=2, backend='loky')(delayed(timed)(n) for n in range(2)))"
    )
    assert kernel.run(timed).text.startswith("[10, 11]\n")


@pytest.mark.parametrize("pickler", ["cloudpickle", "dill"])
def test_functions_are_pickled_as_without_probes(kernel: Kernel, pickler: str, tmp_path: Path) -> None:
    pytest.importorskip(pickler)
    place = str(tmp_path / "deep.pickle")
    code = (
        f"import {pickler}, subprocess, sys\nbase = 10\n"
        "def deep(n):\n    inner = lambda m: m + base if m else base\n    return inner(n)\n"
        f"with open({place!r}, 'wb') as file: {pickler}.dump(deep, file{', recurse=True' * (pickler == 'dill')})\n"
        f"read = \"import {pickler}; print({pickler}.load(open({place!r}, 'rb'))(3))\"\n"
        "print(subprocess.check_output([sys.executable, '-c', read], text=True, stderr=subprocess.STDOUT))"
    )
    assert kernel.run(code).text == "13\n\n"


def test_numba_compiles_what_cells_define(kernel: Kernel) -> None:
    pytest.importorskip("numba")
    ran = kernel.run(
        "import numba\nlimit = 2\n@numba.njit\ndef above(n):\n    found = 0\n    for i in range(n):\n"
        "        if i > limit:\n            found += i\n    return found\nprint(above(5))"
    )
    assert ran.text == "7\n"


def test_what_completion_reads_is_no_input(kernel: Kernel) -> None:
    pytest.importorskip("jedi")
    ran = kernel.run("import jedi\nprint(len(jedi.Script('import typing; typing.Na').complete()) > 0)")
    assert ran.text == "True\n"
    assert ran.record is not None
    assert [edge["name"] for edge in ran.record["used"] if edge["kind"] in ("file", "directory", "subprocess")] == []


def test_a_task_of_an_earlier_run_is_not_the_run_that_is_on(kernel: Kernel) -> None:
    """What a task changes depends on the run that started it; a run beside it that has nothing to do with it, does not
    depend on what the task reads."""
    kernel.run("import asyncio\ntask_box = []\ntask_go = asyncio.Event()", "run-t1")
    starts = (
        "async def waits():\n    await task_go.wait()\n    task_box.append(1)\ntask = asyncio.ensure_future(waits())"
    )
    kernel.run(starts, "run-t2")
    beside = kernel.run("await asyncio.sleep(0.02)", "run-t3").record
    ends = kernel.run("task_go.set()\nawait asyncio.sleep(0.02)", "run-t4").record
    assert beside is not None and ends is not None
    assert [edge["name"] for edge in beside["used"] if edge["name"].startswith("task")] == []
    assert "task_box" in [edge["name"] for edge in ends["generated"]]
    assert {edge["by"] for edge in ends["used"]} >= {"run-t1", "run-t2"}
