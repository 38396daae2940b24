"""Values that are stored behind the reply: they come back as they were, a small change stores little, and what is not
stored says why."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import content_values
import pytest
import temporary
from kernel import Kernel
from patience import seconds

from yesterday_agent import kept as kept_module
from yesterday_agent.content import Budget, content_digest
from yesterday_agent.kept import DISK_FULL, Kept, LatePieces
from yesterday_agent.large_values import LEAST_PIECE, piece_size, store_large
from yesterday_agent.late import CancelledError
from yesterday_agent.late_values import CHANGED
from yesterday_agent.reasons import UnstorableError
from yesterday_agent.values import BUNDLE, PARTS, TREE, loaded

GIB = 1 << 30


class _Whole(Budget):
    def check(self) -> None:
        return

    def admit(self, size: int) -> None:
        return

    def admit_items(self, count: int, most: int) -> None:
        return


def digest(value: Any) -> str:
    return content_digest(value, _Whole())


def nothing() -> None:
    return


class Folder:
    """What was stored of some values, as a kernel would leave it."""

    def __init__(self) -> None:
        self.kept = Kept(temporary.folder())
        self.objects = Path(self.kept.spool, "objects")

    def store(self, value: Any, bundle: bool = False, space: dict[str, Any] | None = None) -> Any:
        self.pieces = LatePieces(self.kept.late, GIB)
        return store_large(value, space or {}, self.pieces, (nothing, nothing), bundle)

    def load(self, stored: Any, space: dict[str, Any] | None = None) -> Any:
        return loaded(stored, "", lambda each: Path(self.objects, each[7:]).read_bytes(), space or {})

    def size(self) -> int:
        return sum(one.stat().st_size for one in self.objects.iterdir())


def large() -> dict[str, Any]:
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    matrix = numpy.arange(3_000_000.0).reshape(300_000, 10)
    texts = [f"text {n % 977}" for n in range(60_000)]
    dates = pandas.date_range("2020", periods=60_000, freq="min")
    return {
        "frame": pandas.DataFrame({"a": numpy.arange(60_000), "b": texts, "c": dates, "d": pandas.Categorical(texts)}),
        "frame of a matrix": pandas.DataFrame(matrix),
        "series": pandas.Series(texts),
        "matrix": matrix,
        "turned": matrix.T,
        "every other": matrix[::2, ::-3],
        "cube": numpy.asfortranarray(numpy.arange(2_000_000).reshape(100, 200, 100)),
        "axes": numpy.arange(2_000_000).reshape(100, 200, 100).transpose(1, 2, 0),
        "records": numpy.zeros(50_000, dtype=[("a", "i4"), ("b", "f8")]),
        "dates": dates.to_numpy(),
        "objects": numpy.array([{"n": n} for n in range(1000)] * 2, dtype=object),
        "bytes": bytes(range(256)) * 20_000,
        "text": "a text. " * 200_000,
        "bytearray": bytearray(1_000_000),
        "rows": [{"a": n, "b": [str(n)], "c": (n, None)} for n in range(60_000)],
        "mapping": {f"k{n}": n / 2 for n in range(60_000)},
        "tuple": tuple(range(60_000)),
        "twice": [[1]] * 60_000,
        "set": set(range(60_000)),
        "of both": {"rows": [{"n": n} for n in range(60_000)], "matrix": matrix},
        "empty": [],
    }


@pytest.mark.parametrize("name", large() if importlib.util.find_spec("pandas") else [])
def test_a_large_value_comes_back(name: str) -> None:
    value, folder = large()[name], Folder()
    again = folder.load(folder.store(value))
    assert type(again) is type(value)
    assert digest(again) == digest(value)


def test_every_value_comes_back_this_way_too() -> None:
    for name, value in content_values.values(False).items():
        folder = Folder()
        try:
            again = folder.load(folder.store(value, space=vars(content_values)), vars(content_values))
        except UnstorableError:
            assert not list(folder.objects.glob("*.late")) if folder.objects.exists() else True
            continue
        assert digest(again) == digest(value), name


def test_arrays_lie_in_memory_as_they_did() -> None:
    numpy = pytest.importorskip("numpy")
    for name in ("matrix", "turned", "cube", "axes"):
        value, folder = large()[name], Folder()
        again = folder.load(folder.store(value))
        assert again.strides == value.strides, name
        assert again.flags.writeable
        # The order of additions is that of the memory.
        assert numpy.array_equal((again * 0.1).sum(axis=0), (value * 0.1).sum(axis=0))


def test_a_changed_column_stores_that_column() -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    frame = pandas.DataFrame(numpy.random.default_rng(0).random((400_000, 50)))
    folder = Folder()
    folder.store(frame)
    whole = folder.size()
    assert whole > 160_000_000
    folder.store(frame)
    assert folder.size() == whole
    frame[7] = frame[7] + 1
    stored = folder.store(frame)
    assert 3_200_000 < folder.size() - whole < 0.025 * whole
    assert digest(folder.load(stored)) == digest(frame)


def test_a_hundredth_that_changed_stores_no_more_than_three() -> None:
    numpy = pytest.importorskip("numpy")
    folder, data = Folder(), numpy.random.default_rng(0).random(10_000_000)
    folder.store(data)
    before = folder.size()
    data[5_000_000:5_100_000] += 1
    folder.store(data)
    assert folder.size() - before < 0.03 * before
    rows = [{"a": n, "b": str(n)} for n in range(500_000)]
    before = folder.size()
    assert folder.store(rows)["format"] == TREE
    size = folder.size() - before
    rows[250_000:255_000] = [{"a": 0, "b": ""}] * 0 + [{"a": n, "b": "new"} for n in range(5_000)]
    before = folder.size()
    folder.store(rows)
    assert folder.size() - before < 0.03 * size


def test_pieces_are_small_beside_their_value() -> None:
    for size in (1, LEAST_PIECE, 40_000_000, 400_000_000, 10 * GIB):
        piece = piece_size(size)
        assert LEAST_PIECE <= piece <= 4 << 20 and (piece == LEAST_PIECE or piece <= size / 64)


def test_a_network_and_its_optimizer_are_stored_as_one_and_go_on() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(700, 900), torch.nn.ReLU(), torch.nn.Linear(900, 1))
    opt = torch.optim.Adam(net.parameters())
    data = torch.rand(16, 700)

    def step(net: Any, opt: Any) -> float:
        opt.zero_grad()
        loss = net(data).square().mean()
        loss.backward()
        opt.step()
        return float(loss)

    step(net, opt)
    folder = Folder()
    stored = folder.store({"net": net, "opt": opt}, bundle=True)
    assert stored["format"] == BUNDLE
    losses = [step(net, opt), step(net, opt)]
    again = folder.load(stored)
    assert again["opt"].param_groups[0]["params"][0] is again["net"][0].weight
    assert [step(again["net"], again["opt"]) for _ in range(2)] == losses
    before = folder.size()
    with torch.no_grad():
        net[2].weight += 1
    folder.store({"net": net, "opt": opt}, bundle=True)
    # The gradient, the momenta and the weights of both steps are new; what was stored again is not.
    folder_size = folder.size()
    folder.store({"net": net, "opt": opt}, bundle=True)
    assert folder.size() == folder_size > before


def test_what_is_cancelled_leaves_nothing() -> None:
    folder, left = Folder(), [5]

    def stop() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise CancelledError

    numpy = pytest.importorskip("numpy")
    shared = numpy.ones(1_000_000)
    folder.store(shared)
    before = folder.size()
    pieces = LatePieces(folder.kept.late, GIB)
    with pytest.raises(CancelledError):
        store_large([shared, numpy.arange(5_000_000)], {}, pieces, (stop, nothing), False)
    pieces.abandon()
    assert folder.size() == before
    assert digest(folder.load(folder.store(shared))) == digest(shared)


def test_budgets_and_disks_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder()
    pieces = LatePieces(folder.kept.late, 1_000_000)
    for value in (bytes(range(256)) * 10_000, os.urandom(2_000_000)):
        with pytest.raises(UnstorableError, match="over the budget"):
            store_large([value, os.urandom(2_000_000)], {}, pieces, (nothing, nothing), False)
        pieces.abandon()
    assert not folder.objects.exists() or folder.size() == 0
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(kept_module.shutil, "disk_usage", lambda _: usage(GIB, GIB, 1000))
    with pytest.raises(UnstorableError, match=DISK_FULL):
        folder.store(b"x" * 1_000_000)
    monkeypatch.undo()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_module.os, "replace", full)
    with pytest.raises(UnstorableError, match="No space left"):
        folder.store(b"x" * 1_000_000)
    folder.pieces.abandon()
    assert folder.size() == 0


def test_secrets_are_found_where_pieces_meet() -> None:
    from yesterday_agent.secrecy import learn

    learn(["correct-horse-battery-staple"])
    for before in (0, LEAST_PIECE - 10, 3 * LEAST_PIECE - 1):
        data = b"\0" * before + b"correct-horse-battery-staple" + b"\0" * LEAST_PIECE * 2
        for value in (data, [data], importorskip_array(data)):
            with pytest.raises(UnstorableError, match="it holds a secret"):
                Folder().store(value)


def importorskip_array(data: bytes) -> Any:
    return pytest.importorskip("numpy").frombuffer(data, "u1")


def test_objects_that_two_values_need_stay_until_both_are_dropped() -> None:
    folder = Folder()
    one, other = (LatePieces(folder.kept.late, GIB) for _ in range(2))
    for pieces in (one, other):
        pieces.add(b"x" * 1000)
    one.abandon()
    one.abandon()
    assert folder.size() == 1000
    other.abandon()
    assert folder.size() == 0


class Restored(NamedTuple):
    value: Any
    content: dict[str, Any]


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    started = Kernel()
    yield started
    started.close()


def stored_value(kernel: Kernel, run: str, name: str) -> dict[str, Any]:
    """What came of the value, not of its digest."""
    what = f"the value of {name}"
    while (found := kernel.whats.get((run, what))) is None:
        kernel._note_content(kernel.client.get_iopub_msg(timeout=seconds(120)))
    return found


def value_in(kernel: Kernel, content: dict[str, Any]) -> Any:
    folder = Path(kernel.spool, "objects")
    assert {one[7:] for one in content["objects"]} <= {one.name for one in folder.iterdir()}
    return loaded(content["value"], "", lambda each: Path(folder, each[7:]).read_bytes(), {})


def test_a_kernel_stores_what_is_large_behind_the_reply(kernel: Kernel) -> None:
    numpy = pytest.importorskip("numpy")
    ran = kernel.run("import numpy as np\nbig = np.arange(6_000_000.0)", run="stored")
    assert ran.record is not None
    edge = next(one for one in ran.record["generated"] if one["name"] == "big")
    assert edge.get("value") is None
    assert {"what": "the value of big", "why": "it is stored after the run, and has not arrived"} in ran.record[
        "notCaptured"
    ]
    content = stored_value(kernel, "stored", "big")
    assert content["why"] is None and content["digest"] == digest(numpy.arange(6_000_000.0))
    assert numpy.array_equal(value_in(kernel, content), numpy.arange(6_000_000.0))


def test_every_name_of_a_value_has_what_came_of_it(kernel: Kernel) -> None:
    pytest.importorskip("numpy")
    kernel.run("import numpy as np\none = np.ones(6_000_000)\nother = one", run="named")
    found = [stored_value(kernel, "named", name) for name in ("one", "other")]
    assert [content["value"]["format"] for content in found] == [BUNDLE, BUNDLE]
    for name in ("one", "other"):
        assert kernel.whats["named", f"the content of {name}"]["digest"] == found[0]["digest"]


def test_a_value_that_changes_while_it_is_stored_is_the_one_or_the_other(kernel: Kernel) -> None:
    pytest.importorskip("numpy")
    for n in range(3):
        kernel.run("import numpy as np\nx = np.zeros(20_000_000)", run=f"made{n}")
        kernel.run(f"x[{n}::1000] += 1.0", run=f"changed{n}")
        for run in (f"made{n}", f"changed{n}"):
            content = stored_value(kernel, run, "x")
            if content["value"] is None:
                assert content["why"] is not None
                assert run != f"changed{n}"
                continue
            assert digest(value_in(kernel, content)) == content["digest"]
        assert value_in(kernel, stored_value(kernel, f"changed{n}", "x"))[n] == 1


def test_what_a_later_run_changed_says_so_and_leaves_no_objects() -> None:
    pytest.importorskip("numpy")
    kernel = Kernel()
    try:
        kernel.run("import numpy as np\nx = np.random.rand(60_000_000)\nx[:] += 1", run="made")
        kernel.run("x *= 2", run="doubled")
        kernel.run("del x", run="gone")
        whys = [stored_value(kernel, run, "x") for run in ("made", "doubled")]
        kernel.say("import sys\nsys.modules['yesterday_agent.late_edges'].finish(60)")
        folder = Path(kernel.spool, "objects")
        needed = {one[7:] for content in whys if content["value"] for one in content["objects"]}
        large = {one.name for one in folder.iterdir() if one.stat().st_size > 200_000}
        assert large <= needed
        assert all(content["why"] for content in whys if content["value"] is None)
        assert whys[0]["value"] is not None or whys[0]["why"] == CHANGED
    finally:
        kernel.close()


def test_a_kernel_that_is_killed_while_it_stores_has_said_nothing_false() -> None:
    pytest.importorskip("numpy")
    kernel = Kernel()
    try:
        ran = kernel.run("import numpy as np\nbig = np.random.rand(30_000_000)", run="killed")
        kernel.manager.signal_kernel(9)
        assert ran.record is not None
        assert all(edge.get("value") is None for edge in ran.record["generated"] if edge["name"] == "big")
        assert any(one["what"] == "the value of big" for one in ran.record["notCaptured"])
        for content in kernel.contents.values():
            assert content["name"] != "big" or content["value"] is None
    finally:
        kernel.close()


def test_threads_do_not_mix(tmp_path: Path) -> None:
    """Two values with common pieces, one of them dropped while the other is written."""
    folder = Folder()
    data = os.urandom(3_000_000)

    def drop() -> None:
        pieces = LatePieces(folder.kept.late, GIB)
        store_large([data], {}, pieces, (nothing, nothing), False)
        pieces.abandon()

    threads = [threading.Thread(target=drop) for _ in range(4)]
    for one in threads:
        one.start()
    stored = folder.store([data])
    for one in threads:
        one.join()
    assert folder.load(stored) == [data]
    assert sys.getsizeof(stored) > 0 and stored["format"] == PARTS
