"""Libraries: each in one module, loaded when its package is used, and named nowhere else."""

from __future__ import annotations

import ast
import graphlib
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from kernel import AGENT, Kernel
from notebook import Notebook

from yesterday_agent import libraries
from yesterday_agent.content import Budget, content_digest
from yesterday_agent.sql_cells import libraries as sql_libraries
from yesterday_agent.workers.libraries import registry as worker_libraries

PACKAGE = AGENT / "yesterday_agent"
ENGLISH = ("requests", "ray")
"""Packages whose names are words too: only a whole name of code counts, and a text that is or begins a path of it."""
# The agent, its child processes and SQL cells each have a folder `libraries`.
SOURCES = [path for path in PACKAGE.rglob("*.py") if "libraries" not in path.relative_to(PACKAGE).parts]


def names_in(source: str) -> Iterator[str]:
    """The names in code, word by word: those that a module, an attribute or a variable has."""
    for one in tokenize.generate_tokens(io.StringIO(source).readline):
        if one.type == tokenize.NAME:
            name = one.string.lower().strip("_")
            yield name
            yield from {*name.split("_")} - {*ENGLISH}
        elif one.type == tokenize.STRING and re.fullmatch(r"[\w.]+", text := one.string.strip("rbf'\"")):
            yield text.lower().partition(".")[0]


def texts_in(source: str) -> str:
    """Comments and texts."""
    kinds = (tokenize.STRING, tokenize.COMMENT)
    return "\n".join(one.string for one in tokenize.generate_tokens(io.StringIO(source).readline) if one.type in kinds)


def test_no_other_module_names_a_library() -> None:
    known = {name.lower().strip("_") for name in (*libraries.MODULES, *sql_libraries.LIBRARIES)}
    known |= {one.package for one in worker_libraries.LIBRARIES}
    word = re.compile(rf"(?<![a-z])({'|'.join(known - {*ENGLISH})})(?![a-z_])", re.IGNORECASE)
    found: list[str] = []
    for path in SOURCES:
        source = path.read_text("utf-8")
        hits = {*word.findall(texts_in(source)), *(known & {*names_in(source)})}
        found += [f"{path.relative_to(PACKAGE)}: {hit}" for hit in sorted(hits)]
    assert len(SOURCES) > 50
    assert found == []


DEPTH = 12
"""The longest way of imports from one module of the agent to another. It may only become shorter."""


def imports_of(path: Path, modules: Collection[str]) -> Iterator[str]:
    """What a module of the agent imports of it as it is loaded."""
    here = [PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts]
    waiting: list[ast.stmt] = [*ast.parse(path.read_text("utf-8")).body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Try) or (isinstance(one, ast.If) and "TYPE_CHECKING" not in ast.unparse(one.test)):
            waiting += one.body
        elif isinstance(one, ast.ImportFrom) and one.level:
            above = ".".join([*here[: len(here) - one.level], *([one.module] if one.module else [])])
            yield from (f"{above}.{name.name}" if f"{above}.{name.name}" in modules else above for name in one.names)


def test_imports_have_no_circle_and_get_no_longer() -> None:
    paths = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*.py")}
    names = {".".join([PACKAGE.name, *one.with_suffix("").parts]).removesuffix(".__init__"): one for one in paths}
    graph = {name: {*imports_of(paths[one], names)} - {name, PACKAGE.name} for name, one in names.items()}
    order = [*graphlib.TopologicalSorter(graph).static_order()]
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = max((depth[below] + 1 for below in graph.get(name, ())), default=0)
    assert max(depth.values()) <= DEPTH


def test_each_module_says_what_it_knows_of_its_package() -> None:
    files = {path.stem for path in (PACKAGE / "libraries").iterdir()} - {"__init__", "__pycache__"}
    assert set(libraries.MODULES.values()) == files
    for package in libraries.MODULES:
        found = libraries.find(package)
        assert found is not None and libraries.MODULES[found.package] == libraries.MODULES[package]


def test_no_module_is_loaded_before_its_package_is_imported() -> None:
    code = """
import sys, fractions
from yesterday_agent import anatomy, libraries, recorder
def loaded(): return [one for one in sys.modules if one.startswith('yesterday_agent.libraries.')]
anatomy.dissect(fractions.Fraction(1))
anatomy.dissect([1])
print(loaded())
import sqlite3 as other
sys.modules['rpds'] = other
print([one.package for one in libraries.imported()], loaded())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=AGENT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['rpds'] ['yesterday_agent.libraries.rpds']"]


def test_a_kernel_finds_the_modules_of_libraries_after_the_agent_came() -> None:
    kernel = Kernel()
    try:
        ask = "import sys; print(sorted(one for one in sys.modules if one.startswith('yesterday_agent.libraries.')))"
        assert kernel.run(ask, run="1").text.strip() == "[]"
        kernel.run("import numpy; a = numpy.ones(3)", run="2")
        assert "'yesterday_agent.libraries.numpy'" in kernel.run(ask, run="3").text
        record = kernel.run("a[0] = 2", run="4").record
        assert record is not None
        assert [edge["name"] for edge in record["generated"] if edge["kind"] == "variable"] == ["a"]
    finally:
        kernel.close()


BOXES = '''
_contents = {}


class Box:
    """Keeps what is put into it where no attribute leads."""

    __slots__ = ("number",)

    def __init__(self):
        self.number = len(_contents)
        _contents[self.number] = {}

    def put(self, name, value):
        _contents[self.number][name] = value

    def get(self, name):
        return _contents[self.number][name]


def contents(box):
    return _contents[box.number]
'''
KNOWN = '''
"""boxes: by what is in them."""

import sys

from ..library import Library


def _contents(value):
    return sys.modules["boxes"].contents(value)


def _dissect(value):
    contents = _contents(value)
    return {"": len(contents), **{f"[{name!r}]": item for name, item in contents.items()}}, []


LIBRARY = Library(
    "boxes",
    dissect=_dissect,
    content=lambda value: [("box", dict(_contents(value)))],
)
'''


@pytest.fixture
def boxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that users import, and one file and one line by which the agent knows it."""
    site, known = tmp_path / "site-packages", tmp_path / "known"
    for folder, text in ((site, BOXES), (known, KNOWN)):
        folder.mkdir()
        (folder / "boxes.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(libraries, "__path__", [*libraries.__path__, str(known)])
    monkeypatch.setattr(libraries, "_LOADED", {})
    monkeypatch.setattr(libraries, "MODULES", {**libraries.MODULES, "boxes": "boxes"})
    for name in ("boxes", "yesterday_agent.libraries.boxes"):
        monkeypatch.delitem(sys.modules, name, raising=False)


CELLS = ["import boxes", "box = boxes.Box()", "box.put('a', 1)", "box.put('b', 2)", "copy = box; copy.get('a')"]


@pytest.mark.usefixtures("boxes")
def test_a_library_is_supported_by_one_file_and_one_line() -> None:
    notebook = Notebook()
    for cell in CELLS:
        notebook.run(cell)
    made = {edge["name"]: edge.get("parts") for edge in notebook.records[3]["generated"]}
    assert notebook.errors == [None] * len(CELLS)
    assert made == {"box": ["*", "['b']"]}
    assert notebook.slice() == {1, 2, 3, 4}


@pytest.mark.usefixtures("boxes")
def test_its_content_has_a_digest_of_its_own() -> None:
    import boxes  # type: ignore[import-not-found, unused-ignore]

    one, two = boxes.Box(), boxes.Box()
    one.put("a", 1)
    two.put("a", 1)
    assert content_digest(one, Budget()) == content_digest(two, Budget())
    two.put("a", 2)
    assert content_digest(one, Budget()) != content_digest(two, Budget())


def test_the_panel_shows_what_is_in_a_dataset_and_a_graph() -> None:
    xarray, networkx = pytest.importorskip("xarray"), pytest.importorskip("networkx")
    dataset = xarray.Dataset({"a": ("x", [1, 2]), "b": ("x", [3, 4])})
    assert described(dataset) == {"preview": "a, b"}
    assert described(dataset["a"]) == {"shape": [2], "preview": "x"}
    assert described(networkx.path_graph(3)) == {"preview": "3 nodes"}


def described(value: object) -> object:
    library = libraries.of_kind(type(value))
    assert library is not None and library.describe is not None
    return library.describe(value)
