"""What goes on after a run: the user's threads and tasks are its, the kernel's own are nobody's."""

from __future__ import annotations

import asyncio
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from yesterday_agent.lingering import Lingering


async def waits(end: asyncio.Event) -> None:
    await end.wait()


def of_module(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The same code, as if it stood in another module."""
    return types.FunctionType(function.__code__, {**function.__globals__, "__name__": name})


@pytest.mark.parametrize(("module", "names"), [("__main__", {"x": "run-1"}), ("ipykernel.kernelbase", {})])
def test_tasks(module: str, names: dict[str, str]) -> None:
    async def lives() -> dict[str, str]:
        lingering, end = Lingering(), asyncio.Event()
        task = asyncio.get_running_loop().create_task(of_module(waits, module)(end))
        await asyncio.sleep(0)
        lingering.over()
        lingering.finish("run-1", ["x"])
        found = lingering.names()
        end.set()
        await task
        lingering.finish("run-2", [])
        assert lingering.names() == {}
        return found

    assert asyncio.run(lives()) == names


@pytest.mark.parametrize(("module", "names"), [("__main__", {"x": "run-1"}), ("ipykernel.iostream", {})])
def test_threads(module: str, names: dict[str, str]) -> None:
    lingering, end = Lingering(), threading.Event()

    def target() -> None:
        end.wait()

    target.__module__ = module
    thread = threading.Thread(target=target)
    thread.start()
    lingering.over()
    lingering.finish("run-1", ["x"])
    found = lingering.names()
    end.set()
    thread.join()
    assert found == names
