"""Strings of the code that are no paths, or paths that no call opens: no file is recorded for them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from notebook import Notebook


@pytest.mark.parametrize(
    "cell",
    [
        "parts = 'a.b'.split('.')",
        "from pathlib import Path; here = Path('.'); Path('x.txt').exists()",
        "import sys; sys.path.insert(0, '..'); loads_it = len; loads_it('.')",
        "dot = '.'; up = '..'; from_ = [dot, up]; os.path.isfile(dot)",
        "separator = '/'; os.path.isfile(separator)",
        "name = './data'",
    ],
)
def test_folders_that_no_call_opens_have_no_edges(cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "project" / "work"
    (work / "data").mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setattr(sys, "path", list(sys.path))
    notebook = Notebook()
    notebook.run("import os")
    for folder in (work, work / "data", tmp_path):
        # As if another program saved it while the cell ran.
        (folder / "saved.db").touch()
        os.utime(folder / "saved.db", (time.time() + 3600,) * 2)
    record = notebook.run(cell)
    assert [edge["name"] for edge in [*record["used"], *record["generated"]] if edge["kind"] == "file"] == []
