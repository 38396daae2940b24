"""What iopub's thread is to do is done in order, whatever happens to one of it, and it is woken once for many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zmq
from ipykernel.iostream import IOPubThread

from yesterday_agent.iopub import PIECE, Together, in_pieces


@pytest.fixture
def thread() -> Iterator[IOPubThread]:
    context = zmq.Context()
    socket = context.socket(zmq.PUB)
    found = IOPubThread(socket)
    found.start()
    yield found
    found.stop()
    found.close()
    context.term()


def done(together: Together, last: Callable[[], Any] = lambda: None) -> None:
    """Waits until the thread has come to what is asked for now."""
    reached = threading.Event()
    together.schedule(lambda: (last(), reached.set()))
    assert reached.wait(10)


def test_all_is_done_in_order_and_woken_for_once(thread: IOPubThread) -> None:
    wakes, plain = [], thread.schedule
    thread.schedule = lambda todo: (wakes.append(todo), plain(todo))
    together, gate, seen = Together(thread), threading.Event(), []
    together.schedule(lambda: (seen.append("first"), gate.wait(10)))
    while not seen:
        pass
    for number in range(1_000):
        together.schedule(lambda number=number: seen.append(number))
    gate.set()
    done(together)
    assert seen == ["first", *range(1_000)]
    assert len(wakes) <= 3


def test_what_fails_keeps_nothing_else_from_being_done(thread: IOPubThread) -> None:
    together, gate, seen = Together(thread), threading.Event(), []
    together.schedule(lambda: gate.wait(10))
    for number in range(6):
        together.schedule(lambda number=number: seen.append(1 / (number % 2) and number))
    gate.set()
    done(together)
    assert seen == [1, 3, 5]


def test_an_interrupt_while_it_is_woken_loses_nothing(thread: IOPubThread) -> None:
    together, seen = Together(thread), []
    plain = together._wake_for

    def interrupted(todo: Callable[[], Any]) -> None:
        together._wake_for = plain
        raise KeyboardInterrupt

    together._wake_for = interrupted
    with pytest.raises(KeyboardInterrupt):
        together.schedule(lambda: seen.append("asked for when the interrupt came"))
    done(together, lambda: seen.append("later"))
    assert seen == ["asked for when the interrupt came", "later"]


def test_without_its_thread_all_is_done_at_once(thread: IOPubThread) -> None:
    thread.stop()
    seen: list[int] = []
    Together(thread).schedule(lambda: seen.append(1))
    assert seen == [1]


def test_a_long_text_is_sent_in_pieces() -> None:
    long = "é" * (2 * PIECE) + "z"
    found = list(in_pieces(lambda: iter([("one", "a"), ("two", long), ("three", "")])))
    assert [(parent, len(text)) for parent, text in found] == [
        ("one", 1),
        ("two", PIECE),
        ("two", PIECE),
        ("two", 1),
        ("three", 0),
    ]
    assert "".join(text for parent, text in found if parent == "two") == long
