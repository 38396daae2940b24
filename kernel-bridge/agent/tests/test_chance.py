"""A notebook without a seed, run on one kernel and again on another that is given the chance of the first."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from kernel import Kernel

CASES = {
    "numpy, imported there": "import numpy as np\nprint(np.random.rand(3), np.random.default_rng().random(2))",
    "numpy, later": "print(np.random.rand(3), np.random.RandomState().rand(), np.random.SeedSequence().entropy)",
    "numpy, seeded again": "np.random.seed()\nprint(np.random.rand())",
    "bit generators": "print(np.random.Generator(np.random.PCG64()).integers(10**9), np.random.MT19937().random_raw())",
    "random": "import random\nprint(random.random(), random.Random().random(), random.SystemRandom().random())",
    "random, seeded again": "random.seed()\nprint(random.random())",
    "system": "import os, uuid, secrets\nprint(os.urandom(8), uuid.uuid4(), secrets.token_hex())",
    "the system's own call": "print(getattr(os, 'getrandom', os.urandom)(8))",
    "file names": "import tempfile, os\nprint(os.path.basename(tempfile.mktemp()))",
    "scikit-learn": "from sklearn.datasets import make_moons\nfrom sklearn.ensemble import RandomForestClassifier\n"
    "X, y = make_moons(noise=0.3)\nprint(RandomForestClassifier(5).fit(X, y).predict_proba(X[:4]))",
    "in a function": "def draw():\n    return np.random.default_rng().random()\nprint([draw() for _ in range(3)])",
    "in a forked process": "import multiprocessing\ndef each(_):\n"
    "    return random.random(), uuid.uuid4().hex, np.random.default_rng().random(), os.urandom(4)\n"
    "with multiprocessing.get_context('fork').Pool(1) as pool:\n    print(pool.map(each, range(3)))",
    "in other programs": "import subprocess, sys\n"
    "words = 'import os, random, secrets; print(random.random(), secrets.token_hex())'\n"
    "words += '; print(getattr(os, \"getrandom\", os.urandom)(4))'\n"
    "for _ in range(2):\n"
    "    print(subprocess.run([sys.executable, '-c', words], capture_output=True, text=True).stdout)",
    "numpy in another program": "words = 'import numpy as n; print(n.random.rand(), n.random.default_rng().random())'\n"
    "print(subprocess.run([sys.executable, '-c', words], capture_output=True, text=True).stdout)",
    "on a thread": "import threading\nt = threading.Thread(target=lambda: print(uuid.uuid4()))\nt.start(); t.join()",
}
POLARS = {
    "polars, imported there": "import polars as pl\nframe = pl.DataFrame({'a': range(50)})\nprint(frame.sample(5))",
    "polars, later": "print(frame.with_columns(pl.col('a').shuffle())['a'].to_list(), frame['a'].sample(3).to_list())",
    "polars, seeded": "pl.set_random_seed(7)\nprint(frame.sample(5)['a'].to_list())",
}
TORCH = {
    "torch, imported there": "import torch\nprint(torch.rand(3), torch.nn.Linear(2, 2).weight)",
    "a generator of its own": "g = torch.Generator()\nprint(g.seed(), torch.rand(2, generator=g), torch.seed())",
    "a loader with workers": "import numpy as np, os\nclass Noise(torch.utils.data.Dataset):\n"
    "    def __len__(self):\n        return 4\n"
    "    def __getitem__(self, place):\n        return place, np.random.default_rng().random(), torch.rand(1).item()\n"
    "print([x for x in torch.utils.data.DataLoader(Noise(), num_workers=2, batch_size=2, shuffle=True)])",
    "torch, seeded again": "seed = torch.seed()\nprint(seed == torch.initial_seed(), seed, torch.rand(2))",
}


def entropy_of(kernel: Kernel, digest: str | None) -> str:
    if digest is None:
        return json.dumps({"draws": {}})
    return Path(kernel.spool, "objects", digest.partition(":")[2]).read_text("utf-8")


def replayed(cells: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Of each cell: what it printed, and what it printed on a kernel with its chance."""
    first, second = Kernel(), Kernel()
    try:
        found: dict[str, tuple[str, str]] = {}
        for name, code in cells.items():
            was = first.run(code)
            assert was.record is not None
            state = was.record["state"]
            states = {one: Path(first.spool, "objects", digest[7:]) for one, digest in state["before"].items()}
            if not found:
                second.say(
                    "agent = __import__('sys').modules['yesterday_agent.state']\n"
                    f"for name, path in {[(one, str(path)) for one, path in states.items() if path.exists()]}:\n"
                    "    agent.set_state(name, open(path, 'rb').read())"
                )
            given = entropy_of(first, state["entropy"])
            second.say(f"__import__('sys').modules['yesterday_agent.chance'].give({given!r})")
            found[name] = was.text, second.run(code).text
        return found
    finally:
        first.close()
        second.close()


@pytest.fixture(scope="module")
def cells() -> dict[str, tuple[str, str]]:
    return replayed(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_run_without_a_seed_is_repeated(cells: dict[str, tuple[str, str]], name: str) -> None:
    was, again = cells[name]
    assert was.strip() and again == was


def test_polars_is_repeated() -> None:
    pytest.importorskip("polars")
    for was, again in replayed(POLARS).values():
        assert was.strip() and again == was


def test_polars_draws_what_it_would() -> None:
    """Each kernel other numbers."""
    pytest.importorskip("polars")
    code = "import polars as pl\nprint(pl.Series(range(1000)).sample(9).to_list())"
    first, second = Kernel(), Kernel()
    try:
        assert first.run(code).text != second.run(code).text
    finally:
        first.close()
        second.close()


def test_torch_is_repeated() -> None:
    pytest.importorskip("torch")
    for was, again in replayed(TORCH).values():
        assert was.strip() and again == was


def test_the_state_after_a_run_is_kept() -> None:
    kernel = Kernel()
    try:
        for code in ("import random\nx = random.random()", "import numpy as np\nx = np.random.rand()"):
            ran = kernel.run(code)
            assert ran.record is not None
            states = ran.record["state"]["random"]
            assert [name for name, one in states.items() if not Path(kernel.spool, "objects", one[7:]).exists()] == []
    finally:
        kernel.close()


def test_what_is_given_is_given_once() -> None:
    kernel = Kernel()
    try:
        was = kernel.run("import os\nprint(os.urandom(8))")
        assert was.record is not None
        given = entropy_of(kernel, was.record["state"]["entropy"])
        kernel.say(f"__import__('sys').modules['yesterday_agent.chance'].give({given!r})")
        again, later = kernel.run("print(os.urandom(8))"), kernel.run("print(os.urandom(8))")
        assert again.text == was.text != later.text
    finally:
        kernel.close()


def test_keys_and_the_kernel_leave_nothing() -> None:
    kernel = Kernel()
    try:
        kernel.run("import types\nmaker = types.ModuleType('jwt')")
        kernel.run("exec('import os\\ndef key(): return os.urandom(4)', vars(maker))")
        ran = kernel.run("display(maker.key())")
        assert ran.record is not None and ran.record["state"]["entropy"] is None
    finally:
        kernel.close()


def test_too_much_is_reported() -> None:
    kernel = Kernel()
    try:
        ran = kernel.run("import os\nlen(os.urandom(2 << 20)), len(os.urandom(4))")
        assert ran.record is not None
        assert [one["what"] for one in ran.record["notCaptured"]] == ["entropy"]
        assert [
            len(data)
            for chunks in json.loads(entropy_of(kernel, ran.record["state"]["entropy"]))["draws"].values()
            for data in chunks
        ] == [8]
    finally:
        kernel.close()


def test_the_wrapped_functions_look_as_they_did() -> None:
    kernel = Kernel()
    try:
        said = kernel.run(
            "import os, pickle, random\n"
            "print(pickle.loads(pickle.dumps(os.urandom)) is os.urandom)\n"
            "print(os.urandom.__name__, random.seed.__qualname__)\n"
            "try:\n    os.urandom(-1)\nexcept ValueError as problem:\n    print(problem)"
        )
        assert said.text == "True\nurandom Random.seed\nnegative argument not allowed\n"
    finally:
        kernel.close()
    assert os.urandom(4)
