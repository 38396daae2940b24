"""Random notebooks that share, alias, change and release: the slice of the last cell, alone, must print the same.

A cell too few in a slice shows here without a test written for the case. What is made is the same each time; to
try others: `python tests/test_random.py SEED COUNT`.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import sys
import tempfile
from pathlib import Path

import pytest
from notebook import Notebook

_TEXT = (Path(__file__).parent / "random_cells.txt").read_text("utf-8")
FIRST, STATEMENTS, LOOKS = (part.strip("\n") for part in re.split(r"^## \w+\n", _TEXT, flags=re.MULTILINE)[1:])
HOLES = {
    "key": lambda chance: repr(chance.choice("abc")),
    "letter": lambda chance: chance.choice("xyz"),
    "digit": lambda chance: str(chance.randrange(10)),
    "place": lambda chance: str(chance.randrange(3)),
    "bit": lambda chance: str(chance.randrange(2)),
    "slice": lambda chance: chance.choice(["1:", "::2", ":2"]),
    "file": lambda chance: chance.choice(["p.txt", "q.txt"]),
    "mode": lambda chance: chance.choice("wa"),
}


def made(chance: random.Random) -> list[str]:
    """The cells of one notebook."""

    def several(lines: str, most: int, glue: str) -> str:
        return glue.join(chance.choice(lines.split("\n")) for _ in range(chance.randint(1, most)))

    cells = [several(STATEMENTS, 2, "\n").replace("\\n", "\n") for _ in range(chance.randint(3, 8))]
    cells.append(f"print({several(LOOKS, 2, ', ')})")
    return [FIRST, *(re.sub(r"<(\w+)>", lambda hole: HOLES[hole[1]](chance), cell) for cell in cells)]


def printed(cells: list[str]) -> str:
    """What the last one prints when they run in a fresh namespace and an empty folder; why it failed where it did."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for cell in cells:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                try:
                    exec(compile(cell, "<cell>", "exec"), namespace)
                except Exception as problem:
                    return f"failed: {problem!r}"
    return out.getvalue()


def fault(cells: list[str]) -> str | None:
    """How the slice prints something else; None where it prints the same, or the whole fails."""
    whole = printed(cells)
    if whole.startswith("failed"):
        return None
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        book = Notebook()
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                book.run(cell)
        wanted = book.slice() | {len(cells)}
        Notebook.end()
    alone = printed([cell for place, cell in enumerate(cells, 1) if place in wanted])
    if any(book.errors) or alone == whole:
        return None
    lines = [f"{place} {'*' if place in wanted else ' '} {cell}" for place, cell in enumerate(cells[1:], 2)]
    return "\n".join([f"prints {alone!r}, not {whole!r}", *lines])


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(8))
def test_slices_of_random_notebooks_print_the_same(seed: int) -> None:
    for name in ("pandas", "sklearn", "torch"):
        pytest.importorskip(name)
    chance = random.Random(seed)
    assert [found for _ in range(20) if (found := fault(made(chance))) is not None] == []


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    chance = random.Random(int(sys.argv[1]))
    found = [one for _ in range(int(sys.argv[2])) if (one := fault(made(chance))) is not None]
    print("\n\n".join([*found, f"{len(found)} of {sys.argv[2]}"]))
