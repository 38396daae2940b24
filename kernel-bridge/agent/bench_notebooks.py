"""What recording costs in notebooks of everyday size: each is run on a plain kernel and on a recorded one, by turns.

python bench_notebooks.py [rounds, default 3] [words of a name]

Prints, for each notebook, the processor time of the kernel and the time that a person waits for all cells, both of the
quickest round, the ratios, and what the recorded kernel has more in memory. Processor time has what the agent does
behind the replies. The last column has the cell that recording makes slower by most.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench import HERE, start

sys.path.insert(0, str(HERE / "tests"))

from cases import Case, parse

IDLE_SECONDS = 0.1
MOST_WAITS = 200


class Cost(NamedTuple):
    cpu: float
    wall: float
    memory: int
    cells: tuple[float, ...]
    """Processor time of each."""


def cpu_of(pid: int) -> float:
    """Seconds, of the process and the children that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def settled(pid: int) -> float:
    """The processor time, once the kernel does nothing more behind the reply."""
    last = cpu_of(pid)
    for _ in range(MOST_WAITS):
        time.sleep(IDLE_SECONDS)
        now = cpu_of(pid)
        if now - last < IDLE_SECONDS / 5:
            return now
        last = now
    return last


def cost_of(case: Case, recorded: bool) -> Cost:
    manager, client = start(recorded)
    try:
        pid: int = manager.provisioner.process.pid
        began = settled(pid)
        wall, cells, last = 0.0, list[float](), began
        for cell in case.cells:
            before = time.perf_counter()
            ran: Any = client.execute_interactive(cell, output_hook=lambda message: None, timeout=600)
            wall += time.perf_counter() - before
            assert ran["content"]["status"] == "ok", (case.name, cell, ran["content"])
            now = settled(pid)
            cells.append(now - last)
            last = now
        return Cost(last - began, wall, memory_of(pid), tuple(cells))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def line(case: Case, rounds: int) -> str:
    plain, recorded = list[Cost](), list[Cost]()
    for _ in range(rounds):
        plain.append(cost_of(case, False))
        recorded.append(cost_of(case, True))
    one, other = min(plain), min(recorded)
    wall, more = min(each.wall for each in plain), min(each.wall for each in recorded)
    memory = (min(each.memory for each in recorded) - min(each.memory for each in plain)) / 2**20
    worst = max(range(len(case.cells)), key=lambda place: other.cells[place] - one.cells[place])
    return (
        f"{case.name:26} cpu {one.cpu:6.2f} s {other.cpu:6.2f} s {other.cpu / max(one.cpu, 0.01):5.2f}x"
        f"   wall {wall:6.2f} s {more:6.2f} s {more / wall:5.2f}x   memory +{memory:4.0f} MiB"
        f"   cell {worst + 1}: +{other.cells[worst] - one.cells[worst]:.2f} s"
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    words = sys.argv[2:]
    os.chdir(tempfile.mkdtemp())
    for case in parse("\n" + (HERE / "bench_notebooks.txt").read_text("utf-8")):
        if all(word in case.name for word in words):
            print(line(case, rounds), flush=True)


if __name__ == "__main__":
    main()
