"""On a real kernel, what a cell sets in its context is seen: the agent's own work runs in another one."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
from kernel import Kernel, Ran


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def makers(ran: Ran, name: str) -> set[str]:
    assert ran.record is not None
    return {edge["by"] for edge in ran.record["used"] if edge["kind"] == "state" and edge["name"] == name}


def changes(ran: Ran) -> set[str]:
    assert ran.record is not None
    return {edge["name"] for edge in ran.record["generated"] if edge["kind"] == "state"}


def test_a_decimal_context_is_a_setting_that_later_cells_depend_on(kernel: Kernel) -> None:
    kernel.run("import decimal", "decimal-1")
    assert "decimal:precision" in changes(kernel.run("decimal.getcontext().prec = 7", "decimal-2"))
    shown = kernel.run("print(decimal.Decimal(1) / 3)", "decimal-3")
    assert shown.text == "0.3333333\n"
    assert makers(shown, "decimal:precision") == {"decimal-2"}


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="needs numpy")
@pytest.mark.parametrize(
    ("sets", "name"),
    [
        ("np.set_printoptions(precision=3)", "numpy:precision"),
        ("_ = np.seterr(divide='ignore')", "numpy errors:divide"),
    ],
)
def test_numpys_options_are_settings_that_later_cells_depend_on(kernel: Kernel, sets: str, name: str) -> None:
    kernel.run("import numpy as np\na = np.array([1 / 3])", "numpy-1")
    assert name in changes(kernel.run(sets, f"sets {name}"))
    assert makers(kernel.run("print(a / 1)", "shows"), name) == {f"sets {name}"}


def test_a_context_variable_that_a_cell_sets_is_changed(kernel: Kernel) -> None:
    kernel.run("from contextvars import ContextVar\nlevel = ContextVar('level', default=0)", "variable-1")
    kernel.run("_ = level.set(5)", "variable-2")
    ran = kernel.run("print(level.get())", "variable-3")
    assert ran.record is not None and ran.text == "5\n"
    assert "variable-2" in {edge["by"] for edge in ran.record["used"] if edge["name"] == "level"}
