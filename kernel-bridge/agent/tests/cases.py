"""Small notebooks and the exact set of cells that the last one depends on. Each dependence has its twin without."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    name: str
    needs: str
    cells: tuple[str, ...]
    expected: frozenset[int]


def parse(text: str) -> list[Case]:
    """`## name | needed modules | places` opens a case; `--` separates its cells."""
    cases = []
    for block in text.split("\n## ")[1:]:
        head, _, body = block.partition("\n")
        name, needs, places = (word.strip() for word in head.split("|"))
        cells = tuple(cell.strip("\n") for cell in body.split("\n--\n"))
        cases.append(Case(name, needs, cells, frozenset(int(place) for place in places.split())))
    return cases
