"""The oracle on twenty notebooks and on the product's examples, a part of each: `python tests/oracle.py` tries all."""

from __future__ import annotations

import importlib.util
import multiprocessing
from pathlib import Path

import pytest
from cases import Case, parse
from oracle import Verdict, cells_of, judge_apart

HERE = Path(__file__).resolve().parent
NOTEBOOKS = parse("\n" + (HERE / "notebooks.txt").read_text("utf-8"))
# training.ipynb says how long it took, which is another time each time.
EXAMPLES = [HERE.parents[2] / "docs" / "examples" / name for name in ("diabetes.ipynb", "digits.ipynb")]
MOST = 2
# One Python has all libraries; the battery tests the same cells on the others.
pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods() or importlib.util.find_spec("torch") is None,
    reason="slices run in forked processes, with every library",
)


def judged(cells: list[str], modules: str) -> Verdict:
    missing = [module for module in modules.split() if importlib.util.find_spec(module) is None]
    if missing:
        pytest.skip(f"needs {missing}")
    return judge_apart(cells, MOST)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[notebook.name for notebook in NOTEBOOKS])
def test_slices_make_the_same_and_need_their_cells(notebook: Case) -> None:
    verdict = judged(list(notebook.cells), notebook.needs)
    assert_true(verdict)
    assert verdict.cells == MOST


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_examples(path: Path) -> None:
    assert_true(judged(cells_of(path), "sklearn torch matplotlib pandas"))


def assert_true(verdict: Verdict) -> None:
    """A cell may happen not to matter (the largest of three stays the largest), seldom."""
    assert verdict.same == verdict.cells, verdict.faults
    assert verdict.drops == 0 or verdict.noticed >= verdict.drops - 1, verdict.faults
