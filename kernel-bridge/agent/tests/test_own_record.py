"""Which paths are the history's own, wherever a project lies."""

import os
from pathlib import Path

import pytest
from kernel import Kernel

from yesterday_agent import own_record


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A project with what a history holds."""
    folder = tmp_path / "project" / ".yesterday"
    (folder / "objects" / "ab").mkdir(parents=True)
    for name in ("key", "history.db", "history.db-wal", "objects/ab/cdef"):
        (folder / name).write_bytes(b"k" * 32)
    return folder


def test_the_place_of_the_users_files_below_such_a_name(history: Path, tmp_path: Path) -> None:
    within = own_record._user_place
    assert within(str(tmp_path / "project")) is None
    assert within(str(history / "objects")) is None
    scratch = history / "scratch" / "r1" / "project"
    assert within(str(scratch)) == f"{history / 'scratch' / 'r1'}{os.sep}"
    below = tmp_path / ".yesterday" / "team" / "project"
    below.mkdir(parents=True)
    assert within(str(below)) == f"{tmp_path / '.yesterday'}{os.sep}"
    (tmp_path / ".yesterday" / "history.db").write_bytes(b"")
    assert within(str(below)) is None


@pytest.mark.parametrize("place", [".yesterday/team", "link"])
def test_only_the_history_is_left_out_of_a_record(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """In a project below a folder of that name, and in one that is reached by a link."""
    below = tmp_path / ".yesterday" / "team"
    below.mkdir(parents=True)
    project = below / "project"
    (tmp_path / "project").rename(project)
    (tmp_path / "link").symlink_to(below)
    (project / "data.csv").write_text("a\n1\n")
    (project / "sub").mkdir()
    (below / "other.csv").write_text("b\n2\n")
    by = tmp_path / place / "project"
    monkeypatch.chdir(by / "sub")
    kernel = Kernel()
    try:
        ran = kernel.run(
            "import os, pathlib, subprocess, sys\n"
            f"here = pathlib.Path({str(by)!r})\n"
            "read = [p.read_bytes() for p in here.rglob('*') if p.is_file()]\n"
            "read += [open('../data.csv').read(), open('../../other.csv').read(), os.listdir('..')]\n"
            "(here / 'out.txt').write_text('x'); (here / '.yesterday' / 'note').write_text('x')",
            "run",
        )
        assert ran.reply["status"] == "ok"
        edges = [*ran.record["used"], *ran.record["generated"]]
        names = [edge["name"] for edge in edges if edge["kind"] in ("file", "directory")]
        assert [name for name in names if name.rpartition("/team/project/")[2].startswith(".yesterday")] == []
        assert {name.rpartition("/")[2] for name in names} >= {"data.csv", "other.csv", "out.txt"}
        kept = [Path(kernel.spool, "objects", one["digest"][7:]).read_bytes() for one in ran.record["objects"]]
        assert not any(b"k" * 32 in data for data in kept)
    finally:
        kernel.close()
