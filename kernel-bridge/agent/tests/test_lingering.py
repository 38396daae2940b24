"""What goes on after a run: the user's threads and tasks belong to it, the kernel's own to no run."""

from __future__ import annotations

import asyncio
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from yesterday_agent.lingering import LiveTasks


async def waits(end: asyncio.Event) -> None:
    await end.wait()


def of_module(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same code, as if it were in another module."""
    return types.FunctionType(function.__code__, {**function.__globals__, "__name__": name})


@pytest.mark.parametrize(("module", "names"), [("__main__", {"x": "run-1"}), ("ipykernel.kernelbase", {})])
def test_tasks(module: str, names: dict[str, str]) -> None:
    async def lives() -> dict[str, str]:
        live, end = LiveTasks(), asyncio.Event()
        task = asyncio.get_running_loop().create_task(of_module(waits, module)(end))
        await asyncio.sleep(0)
        live.over()
        live.finish("run-1", ["x"])
        found = live.names()
        end.set()
        await task
        live.finish("run-2", [])
        assert live.names() == {}
        return found

    assert asyncio.run(lives()) == names


@pytest.mark.parametrize(("module", "names"), [("__main__", {"x": "run-1"}), ("ipykernel.iostream", {})])
def test_threads(module: str, names: dict[str, str]) -> None:
    live, end = LiveTasks(), threading.Event()

    def target() -> None:
        end.wait()

    target.__module__ = module
    thread = threading.Thread(target=target)
    thread.start()
    live.over()
    live.finish("run-1", ["x"])
    found = live.names()
    end.set()
    thread.join()
    assert found == names
