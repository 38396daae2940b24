"""The audit hook: who listens hears, until they end; what fails in a listener is not the caller's."""

from __future__ import annotations

import sys
from typing import Any

from yesterday_agent.audit import listen


def test_listeners_hear_until_they_end() -> None:
    heard: list[tuple[Any, ...]] = []
    end = listen(["yesterday.test"], lambda event, args: heard.append(args))
    sys.audit("yesterday.test", 1)
    sys.audit("yesterday.other", 2)
    end()
    sys.audit("yesterday.test", 3)
    assert heard == [(1,)]


def test_a_listener_that_fails_fails_alone() -> None:
    heard: list[str] = []

    def fails(event: str, args: tuple[Any, ...]) -> None:
        raise RuntimeError("in a listener")

    ends = [listen(["yesterday.test"], fails), listen(["yesterday.test"], lambda event, args: heard.append(event))]
    sys.audit("yesterday.test")
    for end in ends:
        end()
    assert heard == ["yesterday.test"]
