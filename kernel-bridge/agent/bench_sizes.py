"""What large values and files cost: the same cells on a plain kernel and on a recorded one, side by side.

python bench_sizes.py [GiB of the large file, default 10]

Prints what a person waits for (the cell, and a next cell that is sent at once), when the digest is known, and how fast
it was computed beside hashlib over as many bytes.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench import start

ROUNDS = 3
WAIT_SECONDS = 240
GIB = 1 << 30


class Case(NamedTuple):
    label: str
    before: str
    code: str
    name: str
    size: int


def cases(folder: Path, gib: int) -> list[Case]:
    file = str(folder / "large.bin")
    frame = "import numpy as np, pandas as pd\nsource = np.arange(5 * 10**7, dtype=float).reshape(5 * 10**6, 10)"
    loop = "    while piece := f.read(1 << 24):\n        size += len(piece)"
    read = f"size = 0\nwith open({file!r}, 'rb', buffering=0) as f:\n{loop}"
    listing = f"import os\nnames = os.listdir({str(folder / 'many')!r})"
    reading = f"total = 0\nfor n in range(10**5):\n    total += len(open(f'{folder}/many/{{n}}').read())"
    return [
        Case("frame 5·10⁶ by 10", frame, "df = pd.DataFrame(source + 1)", "df", 8 * 5 * 10**7),
        Case("tensor of 10⁸", "import torch", "t = torch.ones(10**8)", "t", 4 * 10**8),
        Case("list of 10⁶ dicts", "None", "rows = [{'a': n, 'b': n / 2} for n in range(10**6)]", "rows", 0),
        Case(f"file of {gib} GiB", "None", read, file, gib * GIB),
        Case("listing 10⁵ files", "None", listing, str(folder / "many"), 0),
        Case("reading 10⁵ files", "None", reading, str(folder / "many"), 0),
    ]


class Timed:
    """One kernel, and what came of its runs."""

    def __init__(self, recorded: bool) -> None:
        self.manager, self.client = start(recorded)
        self.known: dict[str, float] = {}
        """When the digest of each name came, by the clock of this process."""
        self.digests: dict[str, str | None] = {}

    def run(self, code: str) -> float:
        """Milliseconds from request to idle."""
        begun = time.perf_counter()
        sent = self.client.execute(code)
        while True:
            heard = self.client.get_iopub_msg(timeout=WAIT_SECONDS)
            self.note(heard)
            is_mine = heard["parent_header"].get("msg_id") == sent
            if is_mine and heard["msg_type"] == "error":
                raise RuntimeError(heard["content"]["evalue"])
            if is_mine and heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                return (time.perf_counter() - begun) * 1000

    def note(self, heard: dict[str, Any]) -> None:
        contents: list[dict[str, Any]] = []
        if heard["msg_type"] == "yesterday_content":
            contents = heard["content"]["contents"]
        elif heard["msg_type"] == "yesterday_record":
            contents = [*heard["content"]["used"], *heard["content"]["generated"]]
        for one in contents:
            if one.get("digest") is not None or one.get("why") is not None:
                self.known[one["name"]], self.digests[one["name"]] = time.perf_counter(), one.get("digest")

    def until_known(self, name: str) -> float:
        """When the digest of this name came, waiting for it."""
        while name not in self.known:
            self.note(self.client.get_iopub_msg(timeout=WAIT_SECONDS))
        return self.known[name]

    def rest(self) -> None:
        """What the agent settles behind a run is over when nothing comes any more."""
        try:
            while True:
                self.note(self.client.get_iopub_msg(timeout=2))
        except queue.Empty:
            return


def measure(case: Case, kernels: tuple[Timed, Timed]) -> str:
    plain, recorded = kernels
    cell: dict[bool, list[float]] = {False: [], True: []}
    following: dict[bool, list[float]] = {False: [], True: []}
    late, speed, unchanged = float("nan"), float("nan"), float("nan")
    for kernel in kernels:
        kernel.run(case.before)
        kernel.rest()
    for _ in range(ROUNDS):
        for kernel, is_recorded in ((plain, False), (recorded, True)):
            cell[is_recorded].append(kernel.run(case.code))
            following[is_recorded].append(kernel.run("1 + 1"))
            kernel.rest()
    if case.name:
        recorded.known.clear()
        recorded.run(case.code)
        begun = time.perf_counter()
        late = recorded.until_known(case.name) - begun
        speed = case.size / late / GIB if late > 0 else float("nan")
        recorded.rest()
        recorded.known.clear()
        recorded.run(f"len({case.name})" if case.name.isidentifier() else case.code)
        begun = time.perf_counter()
        unchanged = recorded.until_known(case.name) - begun
    digest = (recorded.digests.get(case.name) or "none")[:14] if case.name else "-"
    return (
        f"{case.label:20} cell {best(cell[False])} plain {best(cell[True])} recorded;"
        f" next {best(following[False])} plain {best(following[True])} recorded;"
        f" digest {digest} after {late:6.2f} s, {speed:5.2f} GiB/s; unchanged after {unchanged * 1000:6.0f} ms"
    )


def best(values: list[float]) -> str:
    return f"{min(values):9.1f} ms"


def fill(folder: Path, gib: int) -> None:
    block = os.urandom(1 << 24)
    with (folder / "large.bin").open("wb") as file:
        for n in range(gib << 6):
            file.write(n.to_bytes(8, "little") + block[8:])
    (folder / "many").mkdir()
    for n in range(10**5):
        (folder / "many" / str(n)).write_text(str(n))


def hash_speed() -> float:
    block, begun = bytes(1 << 24), time.perf_counter()
    whole = hashlib.sha256()
    for _ in range(64):
        whole.update(block)
    return 1 / (time.perf_counter() - begun)


def main(gib: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="yesterday-sizes-"))
    try:
        fill(folder, gib)
        for case in cases(folder, gib):
            print(f"hashlib.sha256 alone: {hash_speed():.2f} GiB/s", flush=True)
            kernels = Timed(False), Timed(True)
            try:
                print(measure(case, kernels), flush=True)
            except (RuntimeError, queue.Empty) as problem:
                print(f"{case.label:20} not measured: {type(problem).__name__} {problem}", flush=True)
            for kernel in kernels:
                kernel.client.stop_channels()
                kernel.manager.shutdown_kernel(now=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
