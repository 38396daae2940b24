"""Objects of many kinds, asked twice and changed in between: what only looks makes no edge, what changes makes one."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook import Notebook

from yesterday_agent import graph

LINES = Path(__file__).with_name("objects.txt").read_text("utf-8").splitlines()
OBJECTS = [
    [word.strip().replace("⏎", "\n") for word in line.split(" || ")]
    for line in LINES
    if line and not line.startswith("#")
]


@pytest.mark.thorough
@pytest.mark.parametrize("line", OBJECTS, ids=[line[0] + (" changed" if len(line) == 4 else "") for line in OBJECTS])
def test_object(line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # As in test_lineage.py: what is exact is asked here, and not how much time there was.
    monkeypatch.setattr(graph, "SECONDS", 10.0)
    _, make, *change, use = line
    notebook = Notebook()
    for cell in [make, "other = 1", *change, use] if change else [make, f"y = {use}", f"z = {use}", use]:
        notebook.run(cell)
    errors = [error for error in notebook.errors if error]
    if errors and isinstance(errors[0], ModuleNotFoundError):
        pytest.skip(f"needs {errors[0].name}")
    assert errors == []
    made = set() if change and change[0].startswith("x = ") and "x." not in change[0] else {1}
    assert notebook.slice() == made | ({3} if change else set())
