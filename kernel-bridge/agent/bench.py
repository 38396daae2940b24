"""What recording costs: the same cells on plain kernels and on recorded ones, side by side.

python bench.py [repetitions]
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

HERE = Path(__file__).resolve().parent
FIB = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(20)"
CELLS = {
    "trivial": ("", "1 + 1"),
    "trivial, back to back": ("", "1 + 1"),
    "fib(20)": ("", FIB),
    "loop of 10^6": ("w = 2", "total = 0\nfor i in range(10**6):\n    total += i * w"),
    "loop of 10^6 with a branch": (
        "w = 2",
        "total = 0\nfor i in range(10**6):\n    if i % 2:\n        total += w",
    ),
    "namespace of 5,000 names": ("for i in range(5000): globals()[f'n{i}'] = [i]", "1 + 1"),
    "10^6 small dicts, untouched": ("big = [{'a': i} for i in range(10**6)]", "1 + 1"),
    "10^6 small dicts, touched": ("", "len(big)"),
    "groupby of 10^6 rows": (
        "import numpy as np, pandas as pd\ndf = pd.DataFrame({'k': np.arange(10**6) % 100, 'v': np.ones(10**6)})",
        "df.groupby('k').v.sum()",
    ),
    "read 1 GiB": ("big = None; import numpy as np; x = np.ones(2**27)", "x.sum()"),
    "rewrite 1 GiB": ("", "x += 1"),
}

GOALS = {
    "trivial": 2.0,
    "fib(20)": "1.10x",
    "loop of 10^6": "1.10x",
    "loop of 10^6 with a branch": "1.10x",
    "namespace of 5,000 names": 2.0,
    "10^6 small dicts, untouched": 2.0,
    "groupby of 10^6 rows": "1.05x",
    "read 1 GiB": 5.0,
    "rewrite 1 GiB": 120.0,
}
"""The most that it may cost: milliseconds more, or so many times as much."""


def bundle(spool: str) -> str:
    """The bootstrap with the path of the agent, as the bridge builds it."""
    text = json.dumps({"folder": str(HERE), "spoolDir": spool, "options": {}})
    return (HERE / "bootstrap.py").read_text("utf-8").replace("__YESTERDAY_BUNDLE__", repr(text))


def start(recorded: bool) -> tuple[KernelManager, Any]:
    manager = KernelManager()
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, language="python", display_name="bench")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    if recorded:
        reply = client.execute_interactive(bundle(tempfile.mkdtemp()), silent=True, store_history=False)
        assert reply["content"]["status"] == "ok", reply["content"]
    return manager, client


PAUSE_SECONDS = 0.02
"""People look at what they got before they ask again; what the agent settles behind a run is over by then."""

OFTEN, SHORT_MS = 8, 50.0
"""What is over so soon is run so many times as often: a difference of two milliseconds drowns in a machine's noise."""


def run(client: Any, code: str, pause: float = PAUSE_SECONDS) -> float:
    """Milliseconds from request to idle."""
    time.sleep(pause)
    begun = time.perf_counter()
    client.execute_interactive(code, output_hook=lambda message: None, timeout=120)
    return (time.perf_counter() - begun) * 1000


def _verdict(label: str, plain: float, recorded: float) -> str:
    goal = GOALS.get(label)
    if goal is None:
        return "no goal"
    if isinstance(goal, str):
        return f"goal {goal} {'reached' if recorded / plain <= float(goal[:-1]) else 'MISSED'}"
    return f"goal {goal:+.0f} ms {'reached' if recorded - plain <= goal else 'MISSED'}"


PAIRS = 3
"""Two processes of one program differ by a tenth, each as long as it lives: the times of several are put together."""

Times = dict[str, tuple[list[float], list[float]]]
"""Milliseconds of each cell on plain kernels and on recorded ones."""


def compare(repetitions: int, times: Times) -> None:
    """Each cell on a new kernel of either kind, in turns."""
    kernels = [start(recorded) for recorded in (False, True)]
    for label, (before, code) in CELLS.items():
        pause = 0.0 if "back to back" in label else PAUSE_SECONDS
        for _, client in kernels:
            run(client, before or "None")
        first = max(run(client, code) for _, client in kernels)
        for _ in range(repetitions * (OFTEN if first < SHORT_MS else 1)):
            for (_, client), taken in zip(kernels, times[label], strict=True):
                taken.append(run(client, code, pause))
    for manager, client in kernels:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main(repetitions: int) -> None:
    times: Times = {label: ([], []) for label in CELLS}
    for _ in range(PAIRS):
        compare(max(1, repetitions // PAIRS), times)
    for label, taken in times.items():
        plain, recorded = map(statistics.median, taken)
        costs = f"{recorded - plain:+8.2f} ms {recorded / plain:6.2f}x"
        print(f"{label:32} {plain:9.2f} ms {recorded:9.2f} ms {costs}  {_verdict(label, plain, recorded)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
