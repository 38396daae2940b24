"""What the log compares: numbers and the parameters of models, read without running the user's code."""

from __future__ import annotations

from typing import Any

import pytest
from notebook import Notebook

from yesterday_agent.facets import facets


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, {"number": 3}),
        (0.25, {"number": 0.25}),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (2**60, None),
        ("3", None),
        ([3], None),
        (None, None),
    ],
)
def test_numbers(value: Any, expected: Any) -> None:
    assert facets(value) == expected


def test_numpy_scalars() -> None:
    numpy = pytest.importorskip("numpy")
    assert facets(numpy.float32(0.5)) == {"number": 0.5}
    assert facets(numpy.int64(7)) == {"number": 7}
    assert facets(numpy.bool_(True)) is None


def test_estimators_with_parameters_and_what_was_fitted() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.Ridge(alpha=0.3).fit([[0.0], [1.0]], [0.0, 1.0])
    found = facets(model)
    assert found is not None
    assert found["model"]["params"]["alpha"] == 0.3
    assert "coef_" in found["model"]["fitted"]


def test_torch_modules_and_optimizers() -> None:
    torch = pytest.importorskip("torch")

    class Mine(torch.nn.Linear):  # type: ignore[misc, name-defined]
        def parameters(self, recurse: bool = True) -> Any:
            raise AssertionError("the user's code was run")

    model = Mine(3, 2)
    found = facets(model)
    assert found is not None and found["model"]["parameters"] == 8
    optimizer = torch.optim.SGD(torch.nn.Module.parameters(model), lr=0.01)
    assert facets(optimizer)["model"]["params"]["lr"] == 0.01  # type: ignore[index]


def test_no_code_of_the_user_is_run() -> None:
    class Trap:
        @property
        def __class__(self) -> Any:
            raise AssertionError("the user's code was run")

    assert facets(Trap()) is None


def test_they_are_on_the_edges() -> None:
    notebook = Notebook()
    notebook.run("lr = 0.01")
    notebook.run("acc = lr * 50")
    used = {edge["name"]: edge for edge in notebook.records[1]["used"]}
    generated = {edge["name"]: edge for edge in notebook.records[1]["generated"]}
    assert used["lr"]["facets"] == {"number": 0.01}
    assert generated["acc"]["facets"] == {"number": 0.5}


def test_scalars_say_themselves() -> None:
    pytest.importorskip("pandas")
    numpy = pytest.importorskip("numpy")
    notebook = Notebook()
    record = notebook.run(
        "import numpy, datetime, pathlib, decimal\n"
        "score, when = numpy.float64(0.5), datetime.date(2026, 1, 2)\n"
        "place, cost, many = pathlib.Path('a') / 'b.csv', decimal.Decimal('1.20'), numpy.ones(3)\n"
        "single = numpy.array(1.5)"
    )
    previews = {edge["name"]: edge.get("preview") for edge in record["generated"]}
    assert (previews["score"], previews["when"], previews["cost"]) == (
        repr(numpy.float64(0.5).item()),
        "2026-01-02",
        "1.20",
    )
    assert previews["place"] == "a/b.csv"
    assert previews["many"] == "numpy.ndarray 3"
    assert previews["single"] is None
