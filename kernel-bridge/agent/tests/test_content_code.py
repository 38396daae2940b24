"""Digests of code as cells make it, with the probes in it: another for another text, the same for another layout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from notebook import Notebook

SETUP = "import functools, dataclasses, enum, collections\n"
DIFFERENT = {
    "lambdas of a line": ("_, x = (lambda v: v+1), (lambda v: v+2)", "x, _ = (lambda v: v+1), (lambda v: v+2)"),
    "lambdas that read": (
        "y=1\n_, x = (lambda v: v+y), (lambda v: v-y)",
        "y=1\nx, _ = (lambda v: v+y), (lambda v: v-y)",
    ),
    "lambda in a lambda": ("x = lambda v: (lambda w: w + v)", "x = (lambda v: (lambda w: w + v))(1)"),
    "decorated": ("@functools.lru_cache\ndef x(v): return v+1", "@functools.lru_cache\ndef x(v): return v+2"),
    "attribute": ("def x(): pass\nx.k=1", "def x(): pass\nx.k=2"),
    "method": ("class C:\n  def m(s): return 1\nx=C().m", "class C:\n  def m(s): return 2\nx=C().m"),
    "dataclass": ("@dataclasses.dataclass\nclass x: a:int=1", "@dataclasses.dataclass\nclass x: a:str=1"),
    "enumeration": ("class x(enum.Enum): A=1", "class x(enum.Enum): A=2"),
    "named tuple": ("x=collections.namedtuple('x','a b')", "x=collections.namedtuple('x','a c')"),
}
SAME = {
    "comments": ("def x(v):\n    return v", "# first\n\ndef x( v ):\n    return v  # as it is"),
    "probes before": ("x = lambda v: v + y", "y = 1\nif y: y\nx = lambda v: v + y"),
}


def digest(*cells: str) -> str | None:
    notebook = Notebook()
    for cell in cells:
        record = notebook.run(cell)
    assert notebook.errors == [None] * len(cells)
    found: dict[str, str | None] = {edge["name"]: edge.get("digest") for edge in record["generated"]}
    return found["x"]


@pytest.mark.parametrize("name", DIFFERENT)
def test_other_code_has_another_digest(name: str) -> None:
    if name == "lambdas that read" and sys.version_info < (3, 11):
        assert digest(SETUP + DIFFERENT[name][0]) is None
        return
    one, other = (digest(SETUP + text) for text in DIFFERENT[name])
    assert one is not None and other is not None
    assert one != other


@pytest.mark.parametrize("name", SAME)
def test_layout_does_not_count(name: str) -> None:
    one, other = (digest(text) for text in SAME[name])
    assert one is not None
    assert one == other


def test_a_function_of_an_edited_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    found = []
    for step in (1, 20):
        (tmp_path / "steps_of_mine.py").write_text(f"def step(v):\n    return v + {step}\n")
        sys.modules.pop("steps_of_mine", None)
        found.append(digest("from steps_of_mine import step as x"))
    assert found[0] is not None
    assert found[0] != found[1]


NUMBA = """
import numba
from yesterday_agent.content import Budget, content_digest
def show(value): print(content_digest(value, Budget()))
plain = numba.njit(lambda a: a + 1)
show(plain)
plain(3)
show(plain)
show(numba.njit(lambda a: a + 2))
show(numba.njit(fastmath=True)(lambda a: a + 1))
"""


def test_a_compiled_function_is_its_code_and_options() -> None:
    """In every process, whether it was called or not."""
    pytest.importorskip("numba")
    words = [sys.executable, "-c", NUMBA]
    lines = [subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\n") for _ in range(2)]
    assert lines[0] == lines[1]
    before, called, other, options = lines[0][:4]
    assert before == called and len({before, other, options}) == 3
