"""Digests of content: the same in every process, another for each small change, and a reason where there is none."""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from yesterday_agent.content import Budget, LaterError, UntoldError, content_digest

VALUES = Path(__file__).parent / "content_values.py"
EXTRAS = ["extras"] if importlib.util.find_spec("torch") else []


@functools.lru_cache(maxsize=4)
def digests(seed: int) -> dict[str, tuple[str, str]]:
    """Name to the digests of the value and of one that differs a little, from a process with this hash seed."""
    done = subprocess.run(
        [sys.executable, str(VALUES), *EXTRAS],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {name: (one, other) for name, one, other in rows}


def test_digests_are_the_same_whatever_the_hash_seed() -> None:
    assert digests(1) == digests(2)
    assert len(digests(1)) >= 32


def test_a_small_change_changes_the_digest() -> None:
    assert [name for name, (one, other) in digests(1).items() if one == other or not one.startswith("sha256:")] == []


def test_strides_do_not_matter_and_types_do() -> None:
    numpy = pytest.importorskip("numpy")
    plain = numpy.arange(6.0).reshape(2, 3)
    assert digest(plain) == digest(numpy.asfortranarray(plain)) == digest(numpy.arange(12.0).reshape(2, 6)[:, ::2] / 2)
    assert len({digest(value) for value in (plain, plain.reshape(3, 2), plain.astype("f4"), plain.tolist())}) == 4
    assert digest(1) != digest(True) != digest(1.0)
    assert digest([1, 2]) != digest((1, 2))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (threading.Lock(), "lock"),
        ((n for n in range(3)), "generator"),
        (bytearray(40 << 20), "larger than 32 MiB"),
        ("x" * (40 << 20), "larger than 32 MiB"),
        ([0] * 3_000_000, "more than 2,000,000"),
    ],
)
def test_what_has_no_digest_says_why(value: Any, reason: str) -> None:
    with pytest.raises(UntoldError, match=reason):
        digest(value)


def test_time_is_bounded() -> None:
    with pytest.raises(UntoldError, match="longer"):
        content_digest([{"a": n} for n in range(90_000)], Budget(0))
    with pytest.raises(LaterError, match="more than 100,000"):
        content_digest([{"a": n} for n in range(10**6)], Budget(10))


def digest(value: Any) -> str:
    return content_digest(value, Budget(10))


def test_what_a_library_computed_once_and_keeps_is_no_content() -> None:
    networkx = pytest.importorskip("networkx")
    one, other = networkx.path_graph(3), networkx.path_graph(3)
    assert dict(other.degree) and "degree" in vars(other)
    assert content_digest(one, Budget()) == content_digest(other, Budget())
