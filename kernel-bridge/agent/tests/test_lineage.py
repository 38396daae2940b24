"""Every case of the battery: the recorded slice is the expected set of cells, exactly."""

from __future__ import annotations

import importlib.util
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import Case, parse
from notebook import Notebook

from yesterday_agent import graph
from yesterday_agent.written import written

FOLDER = Path(__file__).parent / "cases"
CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in parse("\n" + path.read_text("utf-8"))]
TURN = {10: 0, 12: 1, 13: 2}.get(sys.version_info.minor, 0)


def tried(case: Case) -> object:
    """The language is tried on every Python. Libraries ask little of it: each of their cases is tried on the main one,
    and on one of the others in turn."""
    is_thorough = bool(case.needs) and zlib.crc32(case.name.encode()) % 3 != TURN
    return pytest.param(case, id=case.name, marks=[pytest.mark.thorough] if is_thorough else [])


@pytest.mark.parametrize("case", [tried(case) for case in CASES])
def test_slice(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if any(importlib.util.find_spec(module) is None for module in case.needs.split()):
        pytest.skip(f"needs {case.needs}")
    monkeypatch.chdir(tmp_path)
    # What is exact is asked here, on machines that do other things as well; what time ends is asked elsewhere.
    monkeypatch.setattr(graph, "SECONDS", 10.0)
    sys.path_importer_cache.clear()
    notebook = Notebook()
    for cell in case.cells:
        notebook.run(cell)
    assert [str(error) for error in notebook.errors if error and "expected" not in str(error)] == []
    assert [one for record in notebook.records for one in record["notCaptured"] if _is_fault(one["what"])] == []
    assert notebook.slice() == case.expected
    os.chdir(tmp_path)


@pytest.fixture(autouse=True)
def settings_of_torch() -> Iterator[None]:
    yield
    if torch := sys.modules.get("torch"):
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_printoptions(profile="default")


@pytest.mark.parametrize(
    ("cells", "makers"),
    [
        (["d = {'a': 1}", "d['b'] = 2", "d['c'] = 3"], {"d": ["2"]}),
        (["d = {'a': 1, 'b': 2}", "d['b'] = 3", "d['b'] = 4"], {}),
        (["x = []", "y = x", "x.append(1)"], {"y": ["2"]}),
        (["a = {'n': [1]}", "a['m'] = 2", "b = {'of': a['n']}", "a['n'].append(3)"], {"a": ["2"], "b": ["3"]}),
        (["a = [1]", "a.append(2)", "a = [3]"], {}),
        (["class A:\n  pass", "o = A()", "o.p = 1", "o.q = 2", "del o.p"], {"o": ["1", "4"]}),
        (["import pandas as pd", "df = pd.DataFrame({'a': [1]})", "df['b'] = 2", "df['c'] = df.a"], {"df": ["3"]}),
    ],
)
def test_who_else_made_parts_of_what_a_run_changed(cells: list[str], makers: dict[str, list[str]]) -> None:
    if "pandas" in cells[0] and importlib.util.find_spec("pandas") is None:
        pytest.skip("needs pandas")
    notebook = Notebook()
    record = [notebook.run(cell) for cell in cells][-1]
    assert {edge["name"]: edge["makers"] for edge in record["generated"] if edge.get("makers")} == makers


def _is_fault(what: str) -> bool:
    """A generator or a connection has no digest of its content and cannot be stored, and a program is not watched while
    it reads, nor its exit code given where it is spawned: these are no faults."""
    known = ("the content of ", "the value of ", "files that were read by ", "the exit code of ")
    return not what.startswith(known)


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


def test_what_is_over_the_budget_of_texts_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = Notebook()
    notebook.run("def load(name): return name")
    record = notebook.run("names = [load(f'a{n}') for n in range(2_100)]")
    assert [one["why"] for one in record["notCaptured"]] == ["more than 2,000 texts in one run"]


@pytest.mark.parametrize(
    ("cells", "used", "changed"),
    [
        (["d = {'a': 1, 'b': 2}", "d['c'] = d['a'] + d['b']"], {("1", "['a']", "['b']")}, {("d", "*", "['c']")}),
        (
            ["d = {'a': {'b': 1}}", "e = [d]", "d['a']['b'] = 2"],
            {("1", "['a']")},
            {("d", "['a']['b']"), ("e", "[0]['a']['b']")},
        ),
        (["x = [1, 2]", "x[0]", "x[1] = 5"], {("1", "*")}, {("x", "[1]")}),
        (["x = [[1]]", "y = x[0]", "x[0].append(2)"], {("1", "[0]")}, {("x", "[0]*", "[0][1]"), ("y", "*", "[1]")}),
        (["x = {1}", "x.add(2)"], {("1",)}, {("x", "*")}),
    ],
)
def test_parts_that_a_run_used_and_changed(cells: list[str], used: set[object], changed: set[object]) -> None:
    notebook = Notebook()
    record = [notebook.run(cell) for cell in cells][-1]
    assert {(edge["by"], *(edge.get("parts") or ())) for edge in record["used"] if edge["kind"] == "variable"} == used
    assert {(edge["name"], *(edge.get("parts") or ())) for edge in record["generated"]} == changed


def test_parts_of_modules_are_written_as_a_person_writes_them() -> None:
    assert written(["._modules['net']", "._modules['0']", "._parameters['weight']"]) == ".net[0].weight"


def test_following_objects_takes_no_more_than_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "SECONDS", 0.0)
    notebook = Notebook()
    record = notebook.run("kept = [1]")
    assert "changes inside large objects" in [one["what"] for one in record["notCaptured"]]
