"""Variables that have parts in common are stored together, and come back with them in common."""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path
from typing import Any

import pytest
from notebook import Notebook
from patience import seconds

from yesterday_agent.content import Budget, content_digest
from yesterday_agent.reasons import UnstorableError
from yesterday_agent.record import Record
from yesterday_agent.shared_memory import Memories
from yesterday_agent.values import BUNDLE, bundled, loaded, pickled


def there_and_back(values: dict[str, Any]) -> dict[str, Any]:
    store: dict[str, bytes] = {}

    def keep(data: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        store[digest] = data
        return digest

    one = pickled(values, {}, 32 << 20, time.perf_counter() + seconds(60), Memories())
    value = bundled(one, keep)
    assert value is not None and value["format"] == BUNDLE
    found = loaded(value, "", store.__getitem__, {})
    assert isinstance(found, dict)
    return found


def test_arrays_share_their_memory_again() -> None:
    numpy = pytest.importorskip("numpy")
    for order in "CF":
        for size in (3, 300):
            a = numpy.arange(size * 4.0).reshape(size, 4).copy(order=order)
            again = there_and_back({"row": a[1], "every": a[::-2, 1:], "turned": a.T, "a": a, "typed": a.view("i8")})
            assert [again[name].tolist() for name in again] == [
                one.tolist() for one in (a[1], a[::-2, 1:], a.T, a, a.view("i8"))
            ]
            again["row"][2] = -1.0
            assert again["a"][1, 2] == again["turned"][2, 1] == -1.0
            again["a"][size - 1, 1] = 5.0
            assert again["every"][0, 0] == 5.0
    locked = numpy.arange(4)
    view = locked[1:]
    view.flags.writeable = False
    assert not there_and_back({"view": view, "locked": locked})["view"].flags.writeable


def test_what_cannot_be_shared_says_so() -> None:
    numpy = pytest.importorskip("numpy")
    memory = bytearray(64)
    one, other = numpy.frombuffer(memory, "u1", 32), numpy.frombuffer(memory, "u1", 32, 16)
    for values in ({"one": one, "other": other}, {"m": numpy.matrix([1, 2])}):
        with pytest.raises(UnstorableError, match=r"shared in a way|may be shared"):
            there_and_back(values)


def test_masked_arrays_share_their_values_and_masks() -> None:
    numpy = pytest.importorskip("numpy")
    a = numpy.arange(6.0)
    again = there_and_back({"a": a, "m": numpy.ma.MaskedArray(a, mask=a > 3, fill_value=-1.0), "n": numpy.ma.array(a)})
    assert again["m"].filled().tolist() == [0.0, 1.0, 2.0, 3.0, -1.0, -1.0] and again["n"].mask is numpy.ma.nomask
    again["a"][1] = 9.0
    assert again["m"][1] == again["n"][1] == 9.0


def test_a_library_s_own_generator_comes_back_as_itself() -> None:
    numpy = pytest.importorskip("numpy")
    stats = pytest.importorskip("scipy.stats")
    sure = numpy.random.mtrand._rand
    again = there_and_back({"holder": [sure, random._inst], "frozen": stats.norm(1.0)})
    assert again["holder"][0] is sure and again["holder"][1] is random._inst
    assert again["frozen"].random_state is sure
    assert isinstance(there_and_back({"own": numpy.random.RandomState(3)})["own"], numpy.random.RandomState)
    before = content_digest([sure, stats.norm(1.0)], Budget())
    numpy.random.rand()
    assert content_digest([sure, stats.norm(1.0)], Budget()) == before
    notebook = Notebook()
    notebook.run("import numpy as np\nfrom scipy.stats import norm\nheld = [np.random.mtrand._rand, norm(1)]")
    assert [
        edge["name"] for edge in notebook.run("x = np.random.rand()")["generated"] if edge["kind"] == "variable"
    ] == ["x"]


def test_tensors_and_arrays_share_their_memory_again() -> None:
    torch = pytest.importorskip("torch")
    t = torch.arange(12.0).reshape(3, 4)
    again = there_and_back(
        {"t": t, "part": t[1:, ::2], "array": t.numpy(), "half": torch.ones(3, dtype=torch.bfloat16)}
    )
    assert again["part"].tolist() == t[1:, ::2].tolist() and again["half"].tolist() == [1, 1, 1]
    again["part"][0, 1] = 50
    assert again["t"][1, 2] == again["array"][1, 2] == 50


TRAINING = [
    "import torch\nfrom torch import nn",
    "torch.manual_seed(0)\nnet = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))\nhead = net[2]",
    "opt = torch.optim.Adam(net.parameters(), lr=0.01)\nsched = torch.optim.lr_scheduler.StepLR(opt, 2, 0.5)",
    "X, y = torch.rand(32, 4), torch.rand(32, 1)",
    "def step():\n    opt.zero_grad()\n    loss = nn.functional.mse_loss(net(X), y)\n    loss.backward()\n"
    "    opt.step()\n    sched.step()\n    return loss.item()",
    "for _ in range(5):\n    last = step()",
]


def kept_of(book: Notebook) -> Path:
    return Path(book.recorder.kept._folder)


def latest(records: list[Record]) -> dict[str, tuple[str, Any, str]]:
    """By name: the run that made its present version, where it is, and the digest of its content."""
    found: dict[str, tuple[str, Any, str]] = {}
    for record in records:
        for edge in record["generated"]:
            if edge["kind"] == "variable" and edge.get("digest"):
                found[edge["name"]] = record["run"], edge.get("value"), str(edge["digest"])
    return found


def test_a_trained_model_goes_on_as_it_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("YESTERDAY_VALUE_MS", "60000")
    book = Notebook()
    records = [book.run(code) for code in TRAINING]
    assert book.errors == [None] * len(TRAINING)
    found = latest(records)
    for name in ("net", "head", "opt", "sched"):
        assert found[name][1]["format"] == BUNDLE, [record["notCaptured"] for record in records]
    went_on = book.shell.user_ns["step"]()

    other = Notebook()
    other.run(TRAINING[0])
    other.run(TRAINING[4])
    names = ("X", "y", "net", "head", "opt", "sched")
    bring_back(other, kept_of(book), {name: found[name] for name in names})
    space = other.shell.user_ns
    assert space["head"] is space["net"][2]
    assert space["opt"].param_groups[0]["params"][0] is space["net"][0].weight
    assert space["step"]() == went_on


def bring_back(book: Notebook, objects: Path, wanted: dict[str, tuple[str, Any, str]]) -> None:
    from yesterday_agent import restoring

    given: list[Any] = [
        {"name": name, "bind": name, "run": run, "digest": digest, "value": value}
        for name, (run, value, digest) in wanted.items()
    ]
    real, restoring.recorder = restoring.recorder, lambda: book.recorder
    try:
        results = restoring.load(str(objects), given)
    finally:
        restoring.recorder = real
    assert [one for one in results if one["why"] is not None] == []


def test_an_alias_made_later_is_one_again() -> None:
    book = Notebook()
    records = [book.run(code) for code in ("a = [1]", "b = {'a': a}", "c = [a, b]")]
    other = Notebook()
    bring_back(other, kept_of(book), latest(records))
    space = other.shell.user_ns
    assert space["b"]["a"] is space["a"] is space["c"][0] and space["c"][1] is space["b"]
