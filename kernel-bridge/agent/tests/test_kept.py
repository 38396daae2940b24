"""Bytes that a replay needs are kept as they were read, once, and within the budget."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from notebook import Notebook

from yesterday_agent import kept as kept_module
from yesterday_agent import state
from yesterday_agent.kept import Kept


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_file_that_was_read_is_kept_as_it_was(tmp_path: Path) -> None:
    book = Notebook()
    source = tmp_path / "x.csv"
    source.write_bytes(b"1,2")
    record = book.run(f"open({str(source)!r}).close()")
    (edge,) = [edge for edge in record["used"] if edge["kind"] == "file"]
    assert edge["value"] == {"format": "bytes", "digest": digest(b"1,2"), "size": 3}
    announced = {"digest": digest(b"1,2"), "size": 3}
    assert record["objects"].count(announced) == 1
    again = book.run(f"open({str(source)!r}).close()")
    assert again["objects"].count(announced) == 1, "the server has not stored it yet"
    place = Path(book.recorder.kept._folder) / digest(b"1,2").partition(":")[2]
    assert place.stat().st_mode & 0o777 == 0o600
    place.unlink()
    taken = book.run(f"open({str(source)!r}).close()")
    assert announced not in taken["objects"]
    assert [edge["value"] for edge in taken["used"] if edge["kind"] == "file"] == [edge["value"]]


@pytest.mark.parametrize(
    "code",
    [
        "text = open(p).read(); open(p, 'w').write(text + ',3')",
        "with open(p, 'a') as file: file.write(',3')",
        "with open(p, 'r+b') as file: file.write(b'9')",
        "import pathlib; q = pathlib.Path(p); q.write_text(q.read_text() * 2); q.write_text('')",
    ],
)
def test_a_file_that_the_run_wrote_to_as_well_is_kept_as_it_was_before(code: str, tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    source.write_bytes(b"1,2")
    record = Notebook().run(f"p = {str(source)!r}\n{code}")
    (edge,) = [edge for edge in record["used"] if edge["kind"] == "file"]
    assert edge["digest"] == digest(b"1,2")
    assert edge["value"] == {"format": "bytes", "digest": digest(b"1,2"), "size": 3}
    assert {"digest": digest(b"1,2"), "size": 3} in record["objects"]
    assert [edge["digest"] for edge in record["generated"] if edge["kind"] == "file"] == [digest(source.read_bytes())]


def test_what_begins_a_file_does_not_read_it(tmp_path: Path) -> None:
    record = Notebook().run(f"with open({str(tmp_path / 'new.txt')!r}, 'a') as file: file.write('x')")
    assert [edge["name"] for edge in record["used"] if edge["kind"] == "file"] == []


def test_what_is_over_the_budget_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "RUN_BYTES", 2)
    source = tmp_path / "x.csv"
    source.write_bytes(b"1,2")
    record = Notebook().run(f"text = open({str(source)!r}).read()")
    assert record["objects"] == []
    assert "over the budget of the run" in [missing["why"] for missing in record["notCaptured"]]


def test_objects_are_whole(tmp_path: Path) -> None:
    kept = Kept(str(tmp_path))
    kept.begin()
    name = kept.data(b"state")
    assert (tmp_path / "objects" / name.partition(":")[2]).read_bytes() == b"state"


@pytest.mark.parametrize(
    ("name", "setup", "draw"),
    [
        ("random", "import random", "x = random.random()"),
        ("numpy.random", "import numpy.random as r, numpy as np", "x = np.random.rand()"),
    ],
)
def test_a_state_before_a_draw_brings_the_draw_back(name: str, setup: str, draw: str) -> None:
    book = Notebook()
    imported = book.run(setup)
    record = book.run(draw)
    before = record["state"]["before"][name]
    assert before in [kept["digest"] for kept in imported["objects"] + record["objects"]]
    drawn = book.shell.user_ns["x"]
    folder = Path(book.recorder.kept._folder)
    state.set_state(name, (folder / before.partition(":")[2]).read_bytes())
    book.run(draw)
    assert book.shell.user_ns["x"] == drawn


FRESH = """
from notebook import Notebook
book = Notebook()
seeded = book.run("import numpy as np\\nimport numpy.random\\nnp.random.seed(1)")
drawn = book.run("x = np.random.rand()")
print([edge["name"] for edge in seeded["generated"] if edge["kind"] == "state"])
print(seeded["run"] in [edge.get("by") for edge in drawn["used"] if edge["kind"] == "state"])
"""


def test_a_seed_beside_the_first_import_is_what_later_draws_depend_on() -> None:
    folder = Path(__file__).resolve().parent
    done = subprocess.run([sys.executable, "-c", FRESH], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-3:] == ["['numpy.random']", "True", ""]
