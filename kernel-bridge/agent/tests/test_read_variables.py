"""On real kernels: environment variables that the user's code read, by digests of what the process was started with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel

READS = """
import os, sys
sys.path.insert(0, {folder!r})
folds = int(os.environ["FOLDS"])
depth = os.getenv("DEPTH", "3")
token = os.environ.get("SHOP_API_TOKEN")
where = os.path.expandvars("$DATA_PLACE/x.csv")
"LEAVES" in os.environ
os.environ["RATE"] = "2"; rate = os.environ["RATE"]
import helper_of_variables
"""
ALL = """
import os, shutil
n = len({**os.environ}), len(os.environ.copy()), shutil.which("ls")
list(os.environ.items())
"""


def digest(value: str) -> str:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def facets_of(kernel: Kernel, code: str, run: str) -> dict[str, Any]:
    record = kernel.run(code, run).record
    assert record is not None and record["outcome"] == "ok", record
    facets = record["environment"]["facets"]
    return facets if isinstance(facets, dict) else {}


def test_variables_that_the_code_read_are_recorded_by_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helper_of_variables.py").write_text("import os\nleaves = os.environ.get('LEAVES_OF_HELPER')\n")
    outside = {"FOLDS": "10", "DATA_PLACE": "/data", "LEAVES_OF_HELPER": "8", "SHOP_API_TOKEN": "hunter2-hunter2"}
    for name, value in {**outside, "UNUSED": "1"}.items():
        monkeypatch.setenv(name, value)
    kernel = Kernel()
    try:
        assert "readVariables" not in facets_of(kernel, ALL, "all")
        read = facets_of(kernel, READS.format(folder=str(tmp_path)), "some")["readVariables"]
        frames = kernel.run("os.environ['NO_SUCH']").reply["traceback"]
    finally:
        kernel.close()
    secret = read.pop("SHOP_API_TOKEN")
    assert "hunter2" not in secret and secret != digest("hunter2-hunter2")
    assert read == {
        "FOLDS": digest("10"),
        "DEPTH": None,
        "DATA_PLACE": digest("/data"),
        "LEAVES": None,
        "RATE": None,
        "LEAVES_OF_HELPER": digest("8"),
    }
    assert "yesterday_agent" not in "".join(frames)
