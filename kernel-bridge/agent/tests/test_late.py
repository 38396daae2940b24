"""Digests behind the reply: of large values and files, never of what a later run made of them."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel import Kernel
from patience import seconds

from yesterday_agent.addresses import address
from yesterday_agent.content import Budget, content_digest
from yesterday_agent.file_digests import ChangedError, FileDigests, signature, streamed
from yesterday_agent.file_lineage import FileLineage
from yesterday_agent.files import FileWatch
from yesterday_agent.graph import Changes, Graph
from yesterday_agent.kept import RUN_BYTES, Kept
from yesterday_agent.late import Check, Job, Late, LateDigests
from yesterday_agent.late_values import CHANGED, GONE, PENDING, PERHAPS, LateValues
from yesterday_agent.record import Missing


class _Unlimited(Budget):
    def __init__(self) -> None:
        super().__init__(seconds(600))

    def admit(self, size: int) -> None:
        return

    def admit_items(self, count: int, most: int) -> None:
        return


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    started = Kernel()
    yield started
    started.close()


def edge(ran, name: str, side: str = "generated"):  # type: ignore[no-untyped-def]
    return next(one for one in ran.record[side] if one["name"] == name)


def test_a_large_array_has_the_digest_of_a_small_one_s_rules(kernel: Kernel) -> None:
    numpy = pytest.importorskip("numpy")
    ran = kernel.run("import numpy as np\nbig = np.arange(6_000_000.0).reshape(2, -1).T", run="big")
    assert edge(ran, "big").get("digest") is None
    assert {"what": "the content of big", "why": PENDING} in ran.record["notCaptured"]
    expected = content_digest(numpy.arange(6_000_000.0).reshape(2, -1).T, _Unlimited())
    assert kernel.content("big", "big")["digest"] == expected
    # Known from now on: runs that use it, and other names for it, have it at once.
    later = kernel.run("other = big\nother.sum()", run="later")
    assert edge(later, "big", "used")["digest"] == expected
    assert edge(later, "other")["digest"] == expected


def test_a_list_of_many_dicts_has_a_digest(kernel: Kernel) -> None:
    value = [{"a": n, "b": [str(n)]} for n in range(300_000)]
    kernel.run("rows = [{'a': n, 'b': [str(n)]} for n in range(300_000)]", run="rows")
    assert kernel.content("rows", "rows")["digest"] == content_digest(value, _Unlimited())
    value[299_999]["b"] = ["other"]
    assert kernel.content("rows", "rows")["digest"] != content_digest(value, _Unlimited())


def test_a_value_that_is_changed_and_changed_back_is_never_hashed_wrongly(kernel: Kernel) -> None:
    numpy = pytest.importorskip("numpy")
    zeros = content_digest(numpy.zeros(12_000_000), _Unlimited())
    for n in range(3):
        kernel.run("import numpy as np\nx = np.zeros(12_000_000)", run=f"x{n}")
        kernel.run("for i in range(len(x) - 1, 0, -100_000):\n    x[i] = 7.0\n    x[i] = 0.0", run=f"y{n}")
        kernel.run("x[5] = 1.0", run=f"z{n}")
        got = kernel.content(f"x{n}", "x")
        assert got["digest"] in (zeros, None)
        assert (got["digest"] is None) == (got["why"] is not None)
        made = kernel.content(f"z{n}", "x")["digest"]
        changed = numpy.zeros(12_000_000)
        changed[5] = 1.0
        assert made == content_digest(changed, _Unlimited())


def test_a_kernel_that_is_killed_while_it_reads_has_recorded_the_run() -> None:
    pytest.importorskip("numpy")
    kernel = Kernel()
    try:
        kernel.run("import numpy as np, os\nbig = np.ones(60_000_000)", run="killed")
        kernel.manager.signal_kernel(9)
        assert Path(kernel.spool, "killed.record.json").is_file()
    finally:
        kernel.close()


def test_a_file_of_any_size_has_a_digest_and_its_maker(kernel: Kernel, tmp_path: Path) -> None:
    data = os.urandom(1 << 20) * 12
    path = str(tmp_path / "big.bin")
    kernel.run(f"with open({path!r}, 'wb') as f: f.write(b'x')", run="other")
    (tmp_path / "outside.bin").write_bytes(data)
    outside = str(tmp_path / "outside.bin")
    ran = kernel.run(f"data = open({outside!r}, 'rb').read(); n = len(data)", run="reads")
    assert edge(ran, outside, "used").get("digest") is None
    expected = f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert kernel.content("reads", outside, "used")["digest"] == expected
    again = kernel.run(f"m = len(open({outside!r}, 'rb').read())", run="again")
    assert edge(again, outside, "used")["digest"] == expected
    kernel.run(f"with open({path!r}, 'wb') as f: f.write(data)", run="writes")
    read = kernel.run(f"m = len(open({path!r}, 'rb').read())", run="after")
    assert edge(read, path, "used")["by"] == "writes"


def test_a_large_file_that_is_known_is_not_read_while_the_kernel_waits(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as handle:
        handle.truncate(RUN_BYTES + 1)
    read: list[str] = []
    lineage = FileLineage(FileWatch([]), Kept(str(tmp_path / "spool")), LateDigests())
    lineage._withheld._holds = lambda path, digest: bool(read.append(path))  # type: ignore[method-assign]
    missing: list[Missing] = []
    edge = lineage.read_edge(str(path), "sha256:1", None, "opened for reading", missing)
    assert edge["digest"] == "sha256:1" and edge.get("value") is None
    assert read == [] and "larger than what a run keeps" in missing[0]["why"]


def test_a_file_that_changes_during_a_run_says_so_with_both_states(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "shared.csv"
    path.write_text("a\n1\n")
    kernel.run(f"text = open({str(path)!r}).read()", run="before")
    code = f"text = open({str(path)!r}).read()\nimport subprocess\nsubprocess.run(['sh', '-c', 'echo 2 >> {path}'])"
    ran = kernel.run(code, run="during")
    used = edge(ran, str(path), "used")
    assert "changed during the run" in used["reason"]
    assert used["digest"] == f"sha256:{hashlib.sha256(b'a' + bytes([10]) + b'1' + bytes([10])).hexdigest()}"
    why = next(one["why"] for one in ran.record["notCaptured"] if one["what"] == f"the content of {path}")
    assert "4 bytes (sha256:" in why and "6 bytes" in why


def test_a_file_that_changes_while_it_is_read_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(bytes(12 << 20))

    def grow() -> None:
        with path.open("ab") as handle:
            handle.write(b"more")

    with pytest.raises(ChangedError, match="while it was read: 12,582,912 bytes, then"):
        streamed(str(path), signature(str(path)), grow)
    late = LateDigests()
    found = FileDigests(late).of(str(path))
    assert isinstance(found, Late)


class _Slow:
    """A computation that a test holds at its first step."""

    def __init__(self) -> None:
        self.began, self.may_end, self.count = threading.Event(), threading.Event(), 0

    def __call__(self, piece: Check, walk: Check) -> str:
        self.count += 1
        self.began.set()
        assert self.may_end.wait(seconds(60))
        piece()
        return f"sha256:{self.count}"


def settled(late: LateDigests) -> list[Late]:
    assert late.wait(seconds(60))
    return late.take()


@pytest.fixture
def slow() -> Iterator[tuple[LateDigests, _Slow, Job]]:
    late, work = LateDigests(), _Slow()
    job = Job(Late("the content of x"), work, is_value=True)
    late.add(job)
    assert work.began.wait(seconds(60))
    yield late, work, job
    work.may_end.set()


def test_what_no_run_touched_is_accepted(slow: tuple[LateDigests, _Slow, Job]) -> None:
    late, work, job = slow
    late.begin(False)
    work.may_end.set()
    assert late.wait(seconds(60))
    # Computed, but the run that overlapped may have changed it.
    assert late.take() == []
    late.accept(job)
    late.settled()
    assert [(one.digest, one.why) for one in late.take()] == [("sha256:1", None)]


def test_what_a_run_touched_is_read_again(slow: tuple[LateDigests, _Slow, Job]) -> None:
    late, work, job = slow
    late.begin(False)
    work.may_end.set()
    assert late.wait(seconds(60))
    late.repeat(job)
    late.decided()
    late.settled()
    assert [one.digest for one in settled(late)] == ["sha256:2"]


def test_what_a_run_changed_is_refused(slow: tuple[LateDigests, _Slow, Job]) -> None:
    late, work, job = slow
    late.begin(False)
    late.refuse(job, CHANGED)
    late.decided()
    late.settled()
    work.may_end.set()
    assert [(one.digest, one.why) for one in settled(late)] == [(None, CHANGED)]


def test_a_run_whose_changes_are_unknown_refuses_all(slow: tuple[LateDigests, _Slow, Job]) -> None:
    late, work, _ = slow
    late.begin(False)
    late.settled()
    work.may_end.set()
    assert "could not be followed" in str(settled(late)[0].why)


def test_decisions_follow_what_the_run_touched() -> None:
    namespace: dict[str, object] = {"x": [1]}
    for changes, why in [
        (Changes(seen={address(namespace["x"])}, changed={address(namespace["x"]): {"*"}}), CHANGED),
        (Changes(over_budget=True), PERHAPS),
        (Changes(), None),
    ]:
        late = LateDigests()
        values, block = LateValues(late, namespace, Graph()), _Slow()
        late.add(Job(Late("another"), block, is_value=True, subject=_never_touched()))
        assert block.began.wait(seconds(60))
        facts: dict[str, object] = {}
        values.expect("x", namespace["x"], facts)
        values.settle(Changes(), ())
        late.begin(False)
        values.settle(changes, ())
        late.settled()
        block.may_end.set()
        got = next(one for one in settled(late) if one.what == "the content of x")
        assert got.why == why
        assert (facts.get("digest") is not None) == (why is None)


def test_a_value_of_which_not_all_is_known_is_accepted_if_the_run_touched_nothing() -> None:
    for seen, why in [(set[int](), None), ({1}, PERHAPS)]:
        namespace: dict[str, object] = {"x": [1]}
        late = LateDigests()
        values, block = LateValues(late, namespace, Graph()), _Slow()
        late.add(Job(Late("another"), block, is_value=True, subject=_never_touched()))
        assert block.began.wait(seconds(60))
        values.expect("x", namespace["x"], {})
        values.settle(Changes(over_budget=True), ())
        late.begin(False)
        values.settle(Changes(seen=seen), ())
        late.settled()
        block.may_end.set()
        assert next(one for one in settled(late) if one.what == "the content of x").why == why


@pytest.mark.parametrize("head_start", [0.0, 600.0])
def test_a_run_has_a_moment_for_itself_before_files_are_read_beside_it(
    monkeypatch: pytest.MonkeyPatch, head_start: float
) -> None:
    monkeypatch.setattr("yesterday_agent.late.HEAD_START_SECONDS", head_start)
    late, block = LateDigests(), _Slow()
    walked = threading.Event()

    def compute(piece: Check, walk: Check) -> str:
        block(piece, walk)
        walk()
        walked.set()
        return "sha256:1"

    late.add(Job(Late("a folder"), compute, is_value=False))
    assert block.began.wait(seconds(60))
    late.begin(False)
    block.may_end.set()
    if head_start:
        assert not late.wait(0) and not walked.is_set()
    else:
        assert walked.wait(seconds(60))
    late.decided()
    late.settled()
    assert [one.digest for one in settled(late)] == ["sha256:1"]


def _never_touched():  # type: ignore[no-untyped-def]
    from yesterday_agent.late_values import Value

    return Value(lambda: 1, frozenset(), False, False)


def test_what_is_gone_before_it_is_read_says_so() -> None:
    namespace: dict[str, object] = {"x": [1]}
    late = LateDigests()
    values, block = LateValues(late, namespace, Graph()), _Slow()
    late.add(Job(Late("another"), block, is_value=True, subject=_never_touched()))
    assert block.began.wait(seconds(60))
    values.expect("x", namespace["x"], {})
    values.settle(Changes(), ())
    del namespace["x"]
    block.may_end.set()
    assert next(one for one in settled(late) if one.what == "the content of x").why == GONE
