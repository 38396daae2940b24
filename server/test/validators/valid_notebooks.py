"""Validates notebooks with nbformat. Each line of input is a file's text as JSON; each line of output is what is wrong
with it as JSON, "" where it is valid. Members that nbformat would drop when it reads leniently count as wrong."""

import json
import sys
import warnings

import nbformat

warnings.simplefilter("ignore")


def problem_of(text: str) -> str:
    try:
        nbformat.validate(json.loads(text))
    except Exception as problem:
        return f"{type(problem).__name__}: {words_of(problem)}"
    return ""


def words_of(problem: Exception) -> str:
    try:
        return str(problem)[:500]
    except RecursionError:
        return "nested too deeply to be read"


for line in sys.stdin:
    print(json.dumps(problem_of(json.loads(line))), flush=True)
