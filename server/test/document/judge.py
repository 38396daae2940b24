"""Reads pairs of notebooks, one JSON list a line, and says of each what nbformat thinks of it.

A line is [before, after, place, source]: two files as text, and the place and new source of the one cell that was
edited. The answer is "" where both are valid and say the same but for that cell's source, else what is wrong.
"""

import json
import sys
import warnings

import nbformat

warnings.simplefilter("ignore")


def judge(before: str, after: str, place: int, source: str) -> str:
    try:
        nbformat.validate(json.loads(before))
    except nbformat.ValidationError as problem:
        return f"generated: {str(problem)[:300]}"
    try:
        nbformat.validate(json.loads(after))
    except nbformat.ValidationError as problem:
        return f"written: {str(problem)[:300]}"
    old, new = (nbformat.reads(text, as_version=nbformat.NO_CONVERT) for text in (before, after))
    if new.cells[place].source != source:
        return f"cell {place} has {new.cells[place].source!r}"
    new.cells[place].source = old.cells[place].source
    return "" if old == new else f"differs: {json.dumps(old)} {json.dumps(new)}"


for line in sys.stdin:
    print(json.dumps(judge(*json.loads(line))), flush=True)
