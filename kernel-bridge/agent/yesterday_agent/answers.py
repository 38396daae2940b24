"""Answers of a person to `input()`, recorded with each run and given again on replay.

What a password prompt gets is never stored, and so is an answer in which a secret was found: that one was asked for is
recorded, and that the answer is missing.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import deque
from typing import Any, TypedDict

from .record import Edge, Missing
from .secrecy import mask

RUN_BYTES = 1024 * 1024
"""Bytes of prompts and answers that one run keeps."""
_PREVIEW = 200
_MARK = "_yesterday_answers"


class Answer(TypedDict):
    """One question. `value` is None where the answer is not kept."""

    prompt: str
    value: str | None


class Answers:
    """What the present run was answered, and the answers of an earlier one that are given in their place."""

    def __init__(self) -> None:
        self._heard: list[Answer] = []
        self._missing: list[Missing] = []
        self._left = RUN_BYTES
        self._given: deque[Answer] = deque()
        self._is_fresh = False

    def begin(self) -> None:
        """A run starts. What was given is for one run."""
        if not self._is_fresh:
            self._given.clear()
        self._is_fresh = False
        self._heard, self._missing, self._left = [], [], RUN_BYTES

    def give(self, answers: list[Answer]) -> None:
        """The next run gets these answers as long as it asks the same questions in the same order."""
        self._given = deque(answers)
        self._is_fresh = True

    def heard(self, prompt: str, value: str, is_password: bool) -> None:
        """A question of this run was answered."""
        if is_password:
            self._withhold(prompt, "answers to password prompts are never stored")
        elif mask(value) != value:
            self._withhold(prompt, "a secret was found in it")
        elif len(prompt) + len(value) > self._left:
            self._withhold(prompt, f"the answers of a run are kept up to {RUN_BYTES} bytes")
        else:
            self._left -= len(prompt) + len(value)
            self._heard.append({"prompt": mask(prompt), "value": value})

    def given(self, prompt: str) -> str | None:
        """The answer that an earlier run got to the question that comes now; None where there is none."""
        if not self._given or self._given[0]["prompt"] != mask(prompt):
            self._given.clear()
            return None
        value = self._given.popleft()["value"]
        if value is not None:
            self.heard(prompt, value, is_password=False)
        return value

    def finish(self) -> tuple[bytes | None, list[Edge], list[Missing]]:
        """The run's answers as JSON, None where nothing was asked; an edge for each answer; what is missing."""
        if not self._heard:
            return None, [], []
        data = json.dumps({"answers": self._heard}, sort_keys=True).encode()
        edges = [_edge(each["prompt"], each["value"]) for each in self._heard if each["value"] is not None]
        return data, edges, [*self._missing]

    def _withhold(self, prompt: str, why: str) -> None:
        self._heard.append({"prompt": mask(prompt)[:_PREVIEW], "value": None})
        self._missing.append({"what": f"the answer to {mask(prompt)[:_PREVIEW]!r}", "why": why})


ANSWERS = Answers()


def give(text: str) -> None:
    """Has the next run get the answers that a recorded one had, as `finish` returned them."""
    _intercept(sys.modules["ipykernel.kernelapp"].IPKernelApp.instance().kernel)
    ANSWERS.give(json.loads(text)["answers"])


def _intercept(kernel: Any) -> None:
    """Asks the recorded run first. For replays alone: in other kernels no frame is between code and `input`."""
    ask = kernel.raw_input
    if hasattr(ask, _MARK):
        return

    def raw_input(prompt: object = "") -> str:
        value = ANSWERS.given(str(prompt))
        return str(ask(prompt)) if value is None else value

    setattr(raw_input, _MARK, True)
    kernel.raw_input = raw_input


def _edge(prompt: str, value: str) -> Edge:
    digest = f"sha256:{hashlib.sha256(value.encode(errors='surrogatepass')).hexdigest()}"
    return {
        "kind": "state",
        "name": f"answer to {prompt!r}",
        "version": digest,
        "edge": "observed",
        "by": None,
        "digest": digest,
        "reason": "a person typed it",
        "preview": repr(value)[:_PREVIEW],
    }
