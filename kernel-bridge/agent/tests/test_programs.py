"""What a record says of the programs that a run started."""

import os
import sys
from pathlib import Path

import pytest
from notebook import Notebook

from yesterday_agent.tree_snapshot import Snapshot


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    monkeypatch.chdir(tmp_path)
    return Notebook()


def _programs(notebook: Notebook, code: str) -> list[dict]:
    notebook.run(code)
    return [dict(edge) for edge in notebook.records[-1]["used"] if edge["kind"] == "subprocess"]


WAYS = [
    ("!exit 3", "exit 3", "shell", 3),
    ("!true", "true", "shell", 0),
    ("!kill -9 $$", "kill -9 $$", "shell", -9),
    ("x = !exit 4", "exit 4", "shell", 4),
    ("%sx exit 5", "exit 5", "shell", 5),
    ("import os; os.system('exit 3')", "exit 3", "shell", 3),
    ("import os; os.system(command=b'true')", "true", "shell", 0),
    ("import os; os.system('kill -9 $$')", "kill -9 $$", "shell", -9),
    ("import subprocess; subprocess.run(['sh', '-c', 'exit 6'])", "exit 6", "shell", 6),
    ("import subprocess; subprocess.run('exit 7', shell=True)", "exit 7", "shell", 7),
    ("import subprocess; subprocess.call(['true'])", "true", "program", 0),
    ("import subprocess; subprocess.call(['/bin/sh', '-c', 'exit 8'], close_fds=False)", "exit 8", "shell", 8),
    ("import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", "true", "program", None),
    ("import os; os.spawnv(os.P_WAIT, '/bin/true', ['true'])", "true", "program", None),
    ("import subprocess; p = subprocess.Popen(['sleep', '60'])", "sleep 60", "program", None),
    ("%%bash\nexit 0", "bash", "program", 0),
]


@pytest.mark.parametrize(("code", "words", "kind", "ended"), WAYS, ids=[way[0] for way in WAYS])
def test_command_line_and_exit_code(notebook: Notebook, code: str, words: str, kind: str, ended: int | None) -> None:
    (edge,) = _programs(notebook, code)
    assert edge["name"] == words
    assert edge["facets"] == {"program": kind} | ({} if ended is None else {"exitCode": ended})
    notebook.run("'p' in dir() and hasattr(p, 'kill') and (p.kill(), p.wait());")


def test_calls_of_system_return_their_status_and_have_each_its_code(notebook: Notebook) -> None:
    code = """
import os, pickle
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    found = list(pool.map(os.system, [f"exit {n}" for n in range(4)]))
assert found == [n << 8 for n in range(4)], found
assert pickle.loads(pickle.dumps(os.system)) is os.system"""
    found = _programs(notebook, code)
    assert notebook.errors == [None]
    assert {edge["name"]: edge["facets"]["exitCode"] for edge in found} == {f"exit {n}": n for n in range(4)}


SPAWNS = ["os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", "os.spawnlp(os.P_WAIT, 'true', 'true')"]


@pytest.mark.parametrize("code", SPAWNS)
def test_an_exit_code_that_only_the_caller_gets_is_said_not_to_be_observed(notebook: Notebook, code: str) -> None:
    _programs(notebook, f"import os; {code}")
    (missing,) = [one for one in notebook.records[-1]["notCaptured"] if one["what"] == "the exit code of true"]
    assert "not observed" in missing["why"]
    _programs(notebook, "import os; os.system('true')")
    assert not any("exit code" in one["what"] for one in notebook.records[-1]["notCaptured"])


def test_each_program_of_a_run_has_its_edge(notebook: Notebook) -> None:
    found = _programs(notebook, "!true\n!exit 2\nimport subprocess; subprocess.run(['false'])")
    assert [(edge["name"], edge["facets"].get("exitCode")) for edge in found] == [
        ("true", 0),
        ("exit 2", 2),
        ("false", 1),
    ]


def test_secrets_are_masked(notebook: Notebook) -> None:
    (edge,) = _programs(notebook, "!true --password=hunter2secret")
    assert "hunter2secret" not in edge["name"]


def test_what_programs_read_is_said_not_to_be_observed(notebook: Notebook) -> None:
    _programs(notebook, "!cat /dev/null")
    missing = notebook.records[-1]["notCaptured"]
    assert any(one["what"] == "files that were read by cat /dev/null" for one in missing)
    notebook.run("x = 1")
    assert not any("read by" in one["what"] for one in notebook.records[-1]["notCaptured"])


def test_processes_of_multiprocessing_are_counted(notebook: Notebook) -> None:
    started = "p = m.get_context('fork').Process(target=int); p.start(); p.join()"
    code = f"import multiprocessing as m\nfor _ in range(2):\n    {started}"
    (edge,) = _programs(notebook, code)
    assert edge["name"] == "multiprocessing: 2 processes"


def test_a_file_that_a_program_wrote_is_of_the_run(notebook: Notebook) -> None:
    script = "open('by_' + 'name', 'w')"
    notebook.run(f"import subprocess\nsubprocess.run([{sys.executable!r}, '-I', '-c', {script!r}])\n!echo > named.txt")
    generated = notebook.records[-1]["generated"]
    made = {Path(edge["name"]).name: edge["edge"] for edge in generated if edge["kind"] == "file"}
    assert made == {"by_name": "maybe", "named.txt": "observed"}


def test_a_folder_that_is_too_large_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yesterday_agent.tree_snapshot._MOST", 10)
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text("")
    snapshot = Snapshot(str(tmp_path))
    snapshot.add([str(tmp_path / "named.txt")])
    (tmp_path / "named.txt").write_text("")
    changes = snapshot.changes()
    assert changes.why_incomplete is not None
    assert changes.written == [str(tmp_path / "named.txt")]


def test_the_notebook_that_is_saved_meanwhile_is_nobodys(tmp_path: Path) -> None:
    snapshot = Snapshot(str(tmp_path))
    (tmp_path / "a.ipynb").write_text("{}")
    os.mkdir(tmp_path / ".yesterday")
    (tmp_path / ".yesterday" / "history.db").write_text("")
    (tmp_path / "new.txt").write_text("")
    assert snapshot.changes().written == [str(tmp_path / "new.txt")]
