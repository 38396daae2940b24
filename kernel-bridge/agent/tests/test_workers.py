"""What the child processes of a run write down themselves, on a real kernel with real processes."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel, Ran

from yesterday_agent import own_record

MODULE = """
import os
SETTING = os.environ.get("WORKER_SETTING")
def read(place): return open("in.txt").read()
def fail(): raise ValueError("no such luck")
def kill(): open("in.txt").read(); os.kill(os.getpid(), 9)
if __name__ == "__main__": print(read(0))
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("work")
    (folder / "in.txt").write_text("5")
    (folder / "jobs.py").write_text(MODULE)
    before = os.getcwd()
    os.chdir(folder)
    kernel = Kernel()
    os.chdir(before)
    yield kernel
    kernel.close()


def record_of(ran: Ran) -> dict[str, Any]:
    assert ran.record is not None
    assert [body for kind, body in ran.messages if kind == "error"] == []
    return ran.record


def edges(record: dict[str, Any], kind: str, side: str = "used") -> dict[str, dict[str, Any]]:
    return {
        Path(edge["name"]).name if kind == "file" else edge["name"]: edge
        for edge in record[side]
        if edge["kind"] == kind
    }


def workers(record: dict[str, Any]) -> list[dict[str, Any]]:
    programs = [edge for edge in record["used"] if edge["kind"] == "subprocess"]
    return [worker for edge in programs for worker in edge["facets"].get("workers", [])]


def unseen(record: dict[str, Any]) -> list[str]:
    return [one["what"] for one in record["notCaptured"] if "content of" not in one["what"]]


POOL = (
    "import multiprocessing as m, jobs\nwith m.get_context({!r}).Pool(2) as p:\n    print(p.map(jobs.read, range(4)))"
)
ONE = (
    "import multiprocessing as m, jobs\n"
    "p = m.get_context({!r}).Process(target=jobs.read, args=(0,)); p.start(); p.join()"
)
PROGRAM = "import subprocess, sys\nprint(subprocess.run([sys.executable, {}], capture_output=True, text=True).stdout)"
WAYS = {
    "fork": ONE.format("fork"),
    "fork, of a cell": "def of_cell(place):\n    return open('in.txt').read()\n"
    + POOL.format("fork").replace("jobs.read", "of_cell"),
    "spawn": POOL.format("spawn"),
    "forkserver": ONE.format("forkserver"),
    "executor": "from concurrent.futures import ProcessPoolExecutor\nimport jobs\n"
    "with ProcessPoolExecutor(2) as p: print(list(p.map(jobs.read, range(4))))",
    "joblib": "from joblib import Parallel, delayed\nimport jobs\n"
    "print(Parallel(n_jobs=2)(delayed(jobs.read)(1) for _ in '12'))",
    "script": PROGRAM.format("'jobs.py'"),
    "module": PROGRAM.format("'-m', 'jobs'"),
    "command": PROGRAM.format("'-c', 'import jobs; jobs.read(0)'"),
    "with an environment": "import os, subprocess, sys\nsubprocess.run([sys.executable, 'jobs.py'], env={'A': '1'})",
    "without the shell's work": "import sys\n!{sys.executable} jobs.py",
    "a program of a program": PROGRAM.format(
        "'-c', 'import subprocess, sys; subprocess.run([sys.executable, \"jobs.py\"])'"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_only_a_worker_reads(kernel: Kernel, way: str) -> None:
    if way == "joblib":
        pytest.importorskip("joblib")
    record = record_of(kernel.run(WAYS[way]))
    read = edges(record, "file")["in.txt"]
    assert read["edge"] == "observed" and read["digest"] is not None
    assert set(read["facets"]["workers"]) <= {worker["worker"] for worker in workers(record)}
    assert not any("read by" in what for what in unseen(record))


def test_what_else_a_worker_touches(kernel: Kernel) -> None:
    kernel.run("import os; os.environ['WORKER_SETTING'] = '7'", run="set")
    code = "import jobs, urllib.request; open('out' + '.txt', 'w').write('x'); open('gone', 'w'); os.remove('gone')"
    record = record_of(kernel.run(PROGRAM.format(repr("-c") + ", " + repr("import os; " + code))))
    assert edges(record, "module")["jobs"]["facets"] == {"workers": ["1"]}
    assert edges(record, "environment")["WORKER_SETTING"]["facets"] == {"workers": ["1"]}
    assert edges(record, "state")["environ:WORKER_SETTING"]["by"] == "set"
    assert edges(record, "file", "generated")["out.txt"]["facets"] == {"workers": ["1"]}
    assert workers(record)[0] | {"role": "program", "ended": "exited"} == workers(record)[0]
    kernel.run("del os.environ['WORKER_SETTING']")


def test_how_workers_end(kernel: Kernel) -> None:
    code = (
        "import multiprocessing as m, jobs\nfor how in ('fork', 'spawn'):\n"
        "    for job in (jobs.fail, jobs.kill):\n"
        "        p = m.get_context(how).Process(target=job); p.start(); p.join()"
    )
    ran = kernel.run(code)
    record = record_of(ran)
    found = workers(record)
    assert [worker["ended"] for worker in found] == ["exited", "lost", "exited", "lost"]
    for worker in found[::2]:
        assert worker["exitCode"] == 1 and worker["error"]["ename"] == "ValueError"
        assert "no such luck" in worker["error"]["traceback"] and "yesterday" not in worker["error"]["traceback"]
    assert edges(record, "file")["in.txt"]["facets"]["workers"] == ["2", "4"]
    assert sum(what.startswith("the end of ") for what in unseen(record)) == 2


def test_a_program_that_fails(kernel: Kernel) -> None:
    record = record_of(kernel.run(PROGRAM.format("'-c', 'import jobs; jobs.fail()'").replace("stdout", "stderr")))
    (worker,) = workers(record)
    assert worker["error"]["ename"] == "ValueError"


def test_workers_of_a_pool_work_for_the_run_that_waits(kernel: Kernel) -> None:
    first = record_of(
        kernel.run("import multiprocessing as m, jobs\npool = m.get_context('fork').Pool(1)\npool.map(jobs.read, [0])")
    )
    second = record_of(kernel.run("pool.map(jobs.read, [0])"))
    third = record_of(kernel.run("pool.terminate(); pool.join()"))
    assert [edges(each, "file").keys() for each in (first, second, third)] == [{"in.txt"}, {"in.txt"}, set()]
    assert [edge["name"] for edge in second["used"] if edge["kind"] == "subprocess"] == [
        "multiprocessing: 1 process of an earlier run"
    ]


def test_what_a_process_does_after_its_run(kernel: Kernel) -> None:
    wait = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\nopen('late' + '.txt', 'w').write('1')"
    code = f"import subprocess, sys\nleft = subprocess.Popen([sys.executable, '-c', {wait!r}], stdin=subprocess.PIPE)"
    first = record_of(kernel.run(code, run="leaves"))
    assert any(what.endswith("does later") for what in unseen(first))
    kernel.run("open('go', 'w').close(); left.wait()")
    last = record_of(kernel.run("print(open('late.txt').read())"))
    assert edges(last, "file")["late.txt"]["by"] == "leaves"


@pytest.mark.parametrize("option", ["-I", "-E", "-S"])
def test_a_python_that_takes_no_start_up(kernel: Kernel, option: str) -> None:
    record = record_of(
        kernel.run(f"import subprocess, sys\nsubprocess.run([sys.executable, {option!r}, '-c', 'pass'])")
    )
    (missing,) = (one for one in record["notCaptured"] if "read by" in one["what"])
    assert "not observed" in missing["why"]


def test_entropy_of_more_than_its_bound_is_said(kernel: Kernel) -> None:
    record = record_of(kernel.run(PROGRAM.format("'-c', 'import os; os.urandom(100_000)'")))
    assert "entropy of process 1" in unseen(record)


LOOK = "import json, os, sys; print(json.dumps([dict(os.environ), sys.path, sorted(sys.modules), len(sys.meta_path)]))"


def test_a_program_sees_nothing_of_it(kernel: Kernel, tmp_path: Path) -> None:
    plain = Kernel(recorded=False)
    try:
        code = PROGRAM.format(f"'-c', {LOOK!r}")
        there = [
            json.loads(one.run(f"os = __import__('os'); os.chdir({str(tmp_path)!r})\n{code}").text)
            for one in (kernel, plain)
        ]
    finally:
        plain.close()
        kernel.run("os.chdir(os.path.dirname(__import__('jobs').__file__))")
    for seen in there:
        for name in ("JPY_PARENT_PID", "MPLBACKEND", "PWD", "PYTEST_CURRENT_TEST"):
            seen[0].pop(name, None)
    assert there[0][0] == there[1][0] and there[0][1] == there[1][1]
    assert "sitecustomize" not in there[0][2]
    added = set(there[0][2]) - set(there[1][2])
    assert {name for name in added if not name.startswith("yesterday_agent")} <= {
        "__future__",
        "atexit",
        "mmap",
        "_json",
        "_posixsubprocess",
    }


def test_the_users_own_sitecustomize_is_loaded(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nMARK = os.environ.get('PYTHONPATH')\n")
    look = "import sitecustomize; print(sitecustomize.MARK, sitecustomize.__file__)"
    code = f"import os, subprocess, sys\nenv = {{**os.environ, 'PYTHONPATH': {str(tmp_path)!r}}}\n"
    code += f"print(subprocess.run([sys.executable, '-c', {look!r}], env=env, capture_output=True, text=True).stdout)"
    assert kernel.run(code).text.split() == [str(tmp_path), str(tmp_path / "sitecustomize.py")]


def test_other_programs_are_given_nothing(kernel: Kernel) -> None:
    ran = kernel.run("import subprocess\nprint(subprocess.run(['env'], capture_output=True, text=True).stdout)\n!env")
    assert "YESTERDAY_WORKER" not in ran.text and "worker_start" not in ran.text
    assert kernel.run("print([name for name in os.environ if 'WORKER' in name])").text == "[]\n"


@pytest.mark.thorough
def test_ranks_of_torchrun(kernel: Kernel) -> None:
    pytest.importorskip("torch")
    script = (
        "import os, torch, torch.distributed as d\nd.init_process_group('gloo')\n"
        "x = torch.tensor([float(open(f'shard{d.get_rank()}.txt').read())])\nd.all_reduce(x)\n"
        "print(f'{x.item()} {torch.rand(1).item() < 2}\\n', end='')\nd.destroy_process_group()"
    )
    words = "[sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node=2', 'ranks.py']"
    kernel.run(
        f"import sys, subprocess\nopen('ranks.py', 'w').write({script!r})\n"
        "for i in '01': open(f'shard{i}.txt', 'w').write(i)"
    )
    ran = kernel.run(
        f"done = subprocess.run({words}, capture_output=True, text=True); print(done.returncode, done.stdout)"
    )
    record = record_of(ran)
    assert ran.text.startswith("0 1.0 True")
    ranks = {worker["rank"]: worker["worker"] for worker in workers(record) if "rank" in worker}
    files = edges(record, "file")
    assert sorted(ranks) == [0, 1]
    assert [files[f"shard{rank}.txt"]["facets"]["workers"] for rank in (0, 1)] == [[ranks[0]], [ranks[1]]]


def test_an_answer_that_a_worker_reads(kernel: Kernel) -> None:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *given: Any) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/x"
        code = f"import urllib.request as u; u.urlopen('{address}').read()"
        record = record_of(kernel.run(PROGRAM.format(f"'-c', {code!r}")))
    finally:
        server.shutdown()
    assert edges(record, "url")[address]["digest"] == "sha256:" + hashlib.sha256(b"hello").hexdigest()


def test_a_fork_where_nothing_can_be_written(kernel: Kernel) -> None:
    lost = Kernel()
    try:
        Path(lost.spool, "workers").write_text("no folder")
        code = "import multiprocessing as m\n"
        code += "p = m.get_context('fork').Process(target=print, args=(5,)); p.start(); p.join()"
        ran = lost.run(code)
        assert [body["text"] for kind, body in ran.messages if kind == "stream"] == list("5\n")
    finally:
        lost.close()


def test_lines_that_are_no_events(tmp_path: Path) -> None:
    from yesterday_agent.workers.events import Worker
    from yesterday_agent.workers.merge import WorkerUse

    part = tmp_path / "1.1.part"
    lines = [
        "",
        "{}",
        "[1]",
        "[" * 5000,
        '["read"]',
        '["read","x","y"]',
        '["read",1.5]',
        '["read",1.5,7]',
        '["rank",1.5,"x"]',
    ]
    lines += [
        '["read",1.5,"/a",[1,2]]',
        '["draw",1.5,"who","zz"]',
        '["end",1.5,"x"]',
        '["start",1.5,[],{}]',
        '["url",1.5,"u"',
    ]
    part.write_text("\n".join(lines) + "\n")
    use = WorkerUse()
    for event in Worker("1.1", str(part)).news():
        use.take(event)
    assert set(use.read) == {"/a"} and use.seen == {} and use.draws == {}


def test_a_part_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yesterday_agent.workers import part
    from yesterday_agent.workers.events import Worker

    monkeypatch.setattr(part, "PART_BYTES", 1_000)
    one = part.Part(str(tmp_path), "1.1", "fork", 1)
    for number in range(100):
        one.note("read", f"/{number}", None)
    one.note("end", 3)
    assert (tmp_path / "1.1.part").stat().st_size < 2_000
    worker = Worker("1.1", str(tmp_path / "1.1.part"))
    list(worker.news())
    assert worker.is_full and worker.exit_code == 3
    assert part.Part(str(tmp_path), "1.1", "fork", 1).name == "1.1~2"


def test_python_is_recognized() -> None:
    from yesterday_agent.workers.starts import runs_python

    lines = ["python x.py", "cd a && python3.11 -m b", "A=1 python x", f"{sys.executable} x.py", "(python x)"]
    assert all(runs_python(["/bin/sh", "-c", line]) for line in lines)
    assert not any(runs_python(["sh", "-c", line]) for line in ("env", "ls -l | grep py", "", "cat a.py"))
    assert runs_python(["python3", "x"]) and not runs_python(["ls"]) and not runs_python([])


def test_what_a_child_writes_of_itself_is_no_input_and_no_result() -> None:
    assert own_record.is_part(os.path.join(os.sep, "tmp", "spool", "workers", "1.2~2.part"))
    for mine in ("workers/a.part", "workers/1.2.partial", "work/1.2.part"):
        assert not own_record.is_part(os.path.join(os.sep, *mine.split("/")))
