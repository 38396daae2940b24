"""Values that people set with widgets are inputs of the runs that read them, and are set again on replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel, Ran

pytest.importorskip("ipywidgets")

MAKE = "import ipywidgets as w\nalpha = w.FloatSlider()\nbox = w.VBox([w.IntSlider(), w.Password()])"


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    kernel.run(MAKE)
    yield kernel
    kernel.close()


def choose(kernel: Kernel, widget: str, by: str | None = "Ana", **state: Any) -> None:
    """As a page sends what a person does with a widget."""
    model = kernel.run(f"print({widget}.model_id)").text.strip()
    session = kernel.client.session
    data = {"method": "update", "state": state, "buffer_paths": []}
    message = session.msg("comm_msg", {"comm_id": model, "data": data})
    message["metadata"]["yesterday"] = {"by": by}
    kernel.client.shell_channel.send(message)


def record_of(ran: Ran) -> dict[str, Any]:
    assert ran.record is not None
    return ran.record


def edges_of(ran: Ran) -> list[tuple[str, str, str]]:
    used = record_of(ran)["used"]
    return [(edge["name"], edge["preview"], edge["reason"]) for edge in used if edge["name"].startswith("widget ")]


def kept_of(kernel: Kernel, ran: Ran) -> str:
    digest = record_of(ran)["state"]["widgets"]
    return (Path(kernel.spool) / "objects" / digest.removeprefix("sha256:")).read_text("utf-8")


def test_a_value_that_a_person_set_is_an_input_of_the_runs_that_read_it(kernel: Kernel) -> None:
    assert record_of(kernel.run("alpha.value"))["state"]["widgets"] is None
    choose(kernel, "alpha", value=0.3)
    ran = kernel.run("print(alpha.value)")
    assert ran.text == "0.3\n"
    assert edges_of(ran) == [("widget alpha.value", "0.3", "set by Ana")]
    [chosen] = json.loads(kept_of(kernel, ran))["widgets"]
    assert chosen.pop("at").endswith("Z")
    assert chosen == {"path": ["alpha"], "trait": "value", "value": 0.3, "by": "Ana"}
    assert edges_of(kernel.run("1 + 1")) == []


def test_a_value_that_code_sets_later_is_no_persons(kernel: Kernel) -> None:
    choose(kernel, "alpha", value=0.3)
    ran = kernel.run("alpha.value = 0.5")
    assert edges_of(ran) == [("widget alpha.value", "0.3", "set by Ana")]
    assert edges_of(kernel.run("alpha.value")) == []


def test_widgets_below_a_variable_are_named_by_their_place_and_passwords_are_missing(kernel: Kernel) -> None:
    choose(kernel, "box.children[0]", None, value=7)
    choose(kernel, "box.children[1]", value="Xk29!mWq7#Lp")
    ran = kernel.run("box.children[0].value")
    assert edges_of(ran) == [("widget box[0].value", "7", "a person set it")]
    [missing] = [each for each in record_of(ran)["notCaptured"] if "widget" in each["what"]]
    assert missing["what"] == "the value of widget box[1].value"
    assert "Xk29" not in json.dumps(ran.record)


def test_a_replay_sets_the_values(kernel: Kernel) -> None:
    choose(kernel, "alpha", value=0.3)
    choose(kernel, "box.children[0]", value=7)
    code = "print(alpha.value, box.children[0].value)"
    was = kernel.run(code)
    replayed = Kernel()
    try:
        replayed.run(MAKE + "\nseen = []\nalpha.observe(lambda change: seen.append(change.new), 'value')")
        give = "import sys; sys.modules['yesterday_agent.widget_values'].give"
        replayed.say(f"{give}({kept_of(kernel, was)!r})")
        ran = replayed.run(code)
        assert ran.text == "0.3 7\n"
        assert edges_of(ran) == edges_of(was)
        assert replayed.run("print(seen)").text == "[0.3]\n"
    finally:
        replayed.close()


def test_messages_that_are_no_values_change_nothing(kernel: Kernel) -> None:
    session = kernel.client.session
    for content in ({}, {"comm_id": "x"}, {"comm_id": 7, "data": {"method": "update", "state": {"value": 1}}}):
        kernel.client.shell_channel.send(session.msg("comm_msg", content))
    ran = kernel.run("alpha.value")
    assert edges_of(ran) == []
    assert record_of(ran)["notCaptured"] == []
