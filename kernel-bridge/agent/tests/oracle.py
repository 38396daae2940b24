"""Judges lineage by running it: the slice of every version, alone in a fresh interpreter, must make the same content,
and must not do so when any one of its cells is left out. What a cell changed in part is judged with the cells that made
the rest of it; what it printed without them.

    python tests/oracle.py NOTEBOOK.ipynb ...

runs a notebook, records it, and prints what it found. Each slice runs in a process of its own, forked from one that
has imported what the notebook imports, in an empty folder with copies of the files next to the notebook.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from IPython.utils.capture import capture_output
from notebook import Notebook

T = TypeVar("T")
SECONDS = 60
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_COUNT = re.compile(r"^Out\[\d+\]: ", re.M)


@dataclass
class Ran:
    """What each cell left, in the order in which they ran: content by name, what it printed, whom it depends on, and
    who else made parts of the versions that it left."""

    contents: list[dict[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    uses: list[set[int]] = field(default_factory=list)
    makers: list[dict[str, set[int]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Verdict:
    """Cells with something to compare, and those among them whose slice gave the same; drops likewise."""

    cells: int = 0
    same: int = 0
    drops: int = 0
    noticed: int = 0
    faults: list[str] = field(default_factory=list)


def run_cells(cells: Sequence[str], beside: str | None) -> Ran:
    """In a process of its own; the caller waits."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(cells, beside, sender))
    child.start()
    sender.close()
    if not receiver.poll(SECONDS):
        child.kill()
    try:
        ran: Ran = receiver.recv()
    except EOFError:
        ran = Ran(errors=["the process ended"])
    child.join()
    return ran


def _run(cells: Sequence[str], beside: str | None, sender: Any) -> None:
    folder = tempfile.mkdtemp()
    if beside is not None:
        shutil.copytree(beside, folder, dirs_exist_ok=True)
    os.chdir(folder)
    warnings.simplefilter("ignore")
    notebook, ran = Notebook(), Ran()
    for cell in cells:
        with capture_output() as said:
            record = notebook.run(cell)
        shown = [str(output.data.get("text/plain", "")) for output in said.outputs]
        ran.texts.append(_COUNT.sub("", _ADDRESS.sub("0x", "".join([said.stdout, *shown]))))
        ran.contents.append(
            {_inside(folder, edge["name"]): str(edge["digest"]) for edge in record["generated"] if _has_content(edge)}  # type: ignore[arg-type]
        )
        ran.uses.append({int(edge["by"]) - 1 for edge in record["used"] if edge.get("by") is not None})
        ran.makers.append(
            {edge["name"]: {int(by) - 1 for by in edge.get("makers") or ()} for edge in record["generated"]}
        )
    ran.errors = [f"{type(error).__name__}: {error}"[:200] for error in notebook.errors if error is not None]
    sender.send(ran)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _has_content(edge: dict[str, Any]) -> bool:
    """An output is named by its place among all, which is another in a slice."""
    return (
        edge["kind"] in ("variable", "file") and edge.get("digest") is not None and not edge["name"].startswith("Out[")
    )


def _inside(folder: str, name: str) -> str:
    return os.path.relpath(name, folder) if os.path.isabs(name) else name


def slice_of(ran: Ran, last: int, *, whole: bool) -> list[int]:
    """Places of the cells that the last one depends on, with itself, in order; `whole`: with those that made the parts
    that it left alone of what it changed."""
    found = {last}.union(*ran.makers[last].values()) if whole else {last}
    waiting = list(found)
    while waiting:
        new = ran.uses[waiting.pop()] - found
        found |= new
        waiting += new
    return sorted(found)


def judge(cells: Sequence[str], beside: str | None = None, most: int | None = None) -> Verdict:
    """Runs the notebook, then each slice, then each slice without each of its cells; `most` of each where it is given,
    spread over the notebook."""
    _import_for(cells)
    Notebook()
    # What is shared by all processes is not to be copied for being looked at.
    gc.collect()
    gc.freeze()
    whole, verdict = run_cells(cells, beside), Verdict()
    verdict.faults += [f"the notebook itself: {error}" for error in whole.errors]
    known: dict[tuple[int, ...], Ran] = {}

    def ran(places: Sequence[int]) -> Ran:
        return known.setdefault(
            tuple(places), known.get(tuple(places)) or run_cells([cells[n] for n in places], beside)
        )

    left: list[tuple[int, list[int], int, set[str] | None]] = []
    for place in _some([n for n in range(len(whole.contents)) if whole.contents[n] or whole.texts[n]], most):
        own = whole.contents[place].keys() - {name for name, makers in whole.makers[place].items() if makers}
        run, version = slice_of(whole, place, whole=False), slice_of(whole, place, whole=True)
        verdict.cells += 1
        if not _same(whole, place, ran(run), own):
            verdict.faults.append(f"cell {place + 1}: its slice {[n + 1 for n in run]} made something else")
        elif not _same(whole, place, ran(version)):
            verdict.faults.append(f"cell {place + 1}: {[n + 1 for n in version]} made other versions than the whole")
        else:
            verdict.same += 1
            left += [(place, run, dropped, own) for dropped in run[:-1]]
            left += [(place, version, dropped, None) for dropped in version if dropped not in run]
    for place, places, dropped, names in _some(left, most):
        verdict.drops += 1
        if _same(whole, place, ran([n for n in places if n != dropped]), names):
            verdict.faults.append(f"cell {place + 1}: nothing is missed when cell {dropped + 1} is left out")
        else:
            verdict.noticed += 1
    return verdict


def _some(items: list[T], most: int | None) -> list[T]:
    if most is None or len(items) <= most:
        return items
    return [items[(n + 1) * len(items) // most - 1] for n in range(most)]


def _same(whole: Ran, place: int, ran: Ran, names: Collection[str] | None = None) -> bool:
    """Whether the last cell printed the same and made the same of these names; None: of all."""
    if ran.errors or not ran.contents:
        return False
    here = {name: digest for name, digest in whole.contents[place].items() if names is None or name in names}
    there = {name: digest for name, digest in ran.contents[-1].items() if names is None or name in names}
    # A change in place is a version of every name that leads to the object, also of those that no slice has.
    same = there.keys() <= here.keys() and all(here[name] == there[name] for name in there)
    return same and bool(there or not here) and whole.texts[place] == ran.texts[-1]


def _import_for(cells: Sequence[str]) -> None:
    """What the cells import, once for all processes."""
    for cell in cells:
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(cell)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
                for name in names:
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)
    if "torch" in sys.modules and any("optim" in cell for cell in cells):
        # The first optimizer brings it, in seconds.
        importlib.import_module("torch._dynamo")


def cells_of(path: Path) -> list[str]:
    """The code cells of a notebook's file."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def judge_apart(cells: Sequence[str], most: int) -> Verdict:
    """Judges in a fresh program: one that has threads already, as BLAS and torch start them, is not to be forked."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "-"],
        input=json.dumps({"cells": list(cells), "most": most}),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    return Verdict(**json.loads(done.stdout.splitlines()[-1]))


def main(paths: Sequence[str]) -> None:
    if list(paths) == ["-"]:
        print(json.dumps(asdict(judge(**json.loads(sys.stdin.read())))))
        return
    for name in paths:
        path = Path(name).resolve()
        with tempfile.TemporaryDirectory() as beside:
            for one in path.parent.iterdir():
                if one.is_file() and one.suffix != ".ipynb":
                    shutil.copy(one, beside)
            verdict = judge(cells_of(path), beside)
        print(
            f"{path.name}: {verdict.same} of {verdict.cells} slices made the same, "
            f"{verdict.noticed} of {verdict.drops} cells left out were missed"
        )
        for fault in verdict.faults:
            print(f"  {fault}")


if __name__ == "__main__":
    # As a module of its own name: the notebook takes the place of `__main__`.
    importlib.import_module("oracle").main(sys.argv[1:])
