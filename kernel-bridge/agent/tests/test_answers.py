"""What a person answers to `input()` is recorded, and given again on replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel, Ran

CODE = "name = input('who? ')\nprint('hello', name)"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def record_of(ran: Ran) -> dict[str, Any]:
    assert ran.record is not None
    return ran.record


def answers_of(kernel: Kernel, ran: Ran) -> str:
    digest = record_of(ran)["state"]["answers"]
    return (Path(kernel.spool) / "objects" / digest.removeprefix("sha256:")).read_text("utf-8")


def test_an_answer_is_an_input_of_the_run(kernel: Kernel) -> None:
    ran = kernel.run(CODE, answers=["Grace"])
    assert json.loads(answers_of(kernel, ran)) == {"answers": [{"prompt": "who? ", "value": "Grace"}]}
    edges = [edge for edge in record_of(ran)["used"] if edge["kind"] == "state"]
    assert [(edge["name"], edge["preview"], edge["by"]) for edge in edges] == [("answer to 'who? '", "'Grace'", None)]
    assert record_of(ran)["notCaptured"] == []
    assert record_of(kernel.run("name"))["state"]["answers"] is None


def test_a_kernel_without_a_person_is_given_the_answers(kernel: Kernel) -> None:
    twice = "a = input('a? ')\nb = input('b? ')\nprint(a + b)"
    was = kernel.run(twice, answers=["1", "2"])
    replayed = Kernel()
    try:
        replayed.say(f"import sys; sys.modules['yesterday_agent.answers'].give({answers_of(kernel, was)!r})")
        ran = replayed.run(twice)
        assert ran.text == "12\n"
        assert record_of(ran)["state"]["answers"] == record_of(was)["state"]["answers"]
        # They were for one run, and for these questions.
        assert replayed.run(twice).reply["ename"] == "StdinNotImplementedError"
        replayed.say(f"import sys; sys.modules['yesterday_agent.answers'].give({answers_of(kernel, was)!r})")
        assert replayed.run("input('b? ')").reply["ename"] == "StdinNotImplementedError"
    finally:
        replayed.close()


@pytest.mark.parametrize("ask", ["import getpass; word = getpass.getpass('word: ')", "word = input('password: ')"])
def test_passwords_are_said_to_be_missing(kernel: Kernel, ask: str) -> None:
    ran = kernel.run(f"{ask}\nprint(len(word))", answers=["Xk29!mWq7#Lp"])
    assert ran.text == "12\n"
    [missing] = [each for each in record_of(ran)["notCaptured"] if each["what"].startswith("the answer")]
    assert "word" in missing["what"]
    assert json.loads(answers_of(kernel, ran))["answers"][0]["value"] is None
    assert "Xk29" not in json.dumps(ran.record)


def test_an_interrupted_question_has_no_answer(kernel: Kernel) -> None:
    ran = kernel.run("try:\n    input('x? ')\nexcept Exception as error:\n    print(type(error).__name__)")
    assert ran.text == "StdinNotImplementedError\n"
    assert record_of(ran)["state"]["answers"] is None
