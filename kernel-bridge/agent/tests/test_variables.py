"""The listing of variables: what it says, what it costs, and that hostile objects and the record notice nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from kernel import Kernel
from patience import seconds

from yesterday_agent.describe import PREVIEW, describe


def ask(kernel: Kernel, during: str | None = None, **content: Any) -> dict[str, Any]:
    """The answer to a request of the page; `during`: in the kernel's subshell of this id."""
    session = kernel.client.session
    message = session.msg("yesterday_variables_request", content)
    if during is not None:
        message["header"]["subshell_id"] = during
    kernel.client.shell_channel.send(message)
    return kernel._reply_to(message["header"]["msg_id"])


def listing(kernel: Kernel, **content: Any) -> dict[str, dict[str, Any]]:
    changes = ask(kernel, ask="list", **content)["changes"]
    return {entry["name"]: entry for entry in changes["changed"]}


def subshell(kernel: Kernel) -> str:
    message = kernel.client.session.msg("create_subshell_request", {})
    kernel.client.control_channel.send(message)
    while True:
        heard = kernel.client.get_control_msg(timeout=seconds(30))
        if heard["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return str(heard["content"]["subshell_id"])


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    one = Kernel()
    yield one
    one.close()


@pytest.fixture
def empty(kernel: Kernel) -> Kernel:
    kernel.run("%reset -f")
    return kernel


def test_names_type_shape_preview_size_and_writer(empty: Kernel) -> None:
    empty.run("import numpy as np\nx = 3\nitems = [1, 'a']\na = np.zeros((3, 4))\ndef f(p, q): pass", "r1", "c1")
    found = listing(empty)
    assert (found["x"]["type"], found["x"]["preview"], found["x"]["group"]) == ("int", "3", "value")
    assert (found["items"]["preview"], found["items"]["shape"], found["items"]["opens"]) == ("[1, 'a']", [2], "tree")
    assert (found["a"]["type"], found["a"]["shape"], found["a"]["size"]) == ("numpy.ndarray", [3, 4], 96)
    assert (found["f"]["group"], found["f"]["preview"]) == ("function", "f(p, q)")
    assert found["np"]["group"] == "module"
    assert {(entry["run"], entry["cell"]) for entry in found.values()} == {("r1", "c1")}


def test_a_change_inside_names_the_run_that_made_it(empty: Kernel) -> None:
    empty.run("items = []", "r1", "c1")
    empty.run("items.append(1)", "r2", "c2")
    empty.run("len(items)", "r3", "c3")
    assert (listing(empty)["items"]["run"], listing(empty)["items"]["cell"]) == ("r2", "c2")


def test_later_listings_have_only_what_changed(empty: Kernel) -> None:
    empty.run("a = 1; b = 2; c = 3", "r1")
    first = ask(empty, ask="list")["changes"]
    known = {"list": first["list"], "since": first["revision"]}
    assert first["whole"] and not first["removed"]
    again = ask(empty, ask="list", **known)["changes"]
    assert (again["changed"], again["removed"], again["revision"]) == ([], [], first["revision"])
    empty.run("b = 5; del c", "r2")
    later = ask(empty, ask="list", **known)["changes"]
    assert [entry["name"] for entry in later["changed"]] == ["b"]
    assert later["removed"] == ["c"]
    assert ask(empty, ask="list", list="another", since=first["revision"])["changes"]["whole"]


def test_secrets_are_not_shown(empty: Kernel) -> None:
    empty.run("api_key = 'sk-ant-api03-q8Zr7LmW2vXc9TbN4kJh6YpD'\nheld = [api_key]")
    assert "q8Zr7LmW2vXc9TbN4kJh6YpD" not in str(listing(empty))


def test_answers_during_a_run(kernel: Kernel) -> None:
    beside = subshell(kernel)
    code = "import time\nnow = 'started'\nwhile True:\n    time.sleep(0.01)\n    if globals().get('stop'): break"
    message = kernel.client.session.msg(
        "execute_request",
        {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False},
    )
    message["metadata"]["yesterday"] = {"run": "long", "cell": "c9"}
    kernel.client.shell_channel.send(message)
    deadline = time.monotonic() + seconds(60)
    while True:
        changes = ask(kernel, beside, ask="list")["changes"]
        found = {entry["name"]: entry for entry in changes["changed"]}
        if "now" in found:
            break
        assert time.monotonic() < deadline
    assert changes["running"]
    assert (found["now"]["run"], found["now"]["cell"], found["now"]["running"]) == ("long", "c9", True)
    kernel.manager.interrupt_kernel()
    kernel._reply_to(message["header"]["msg_id"])


class Raises:
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __sizeof__(self) -> int:
        raise RuntimeError("sizeof")


class Blocks:
    @property
    def __class__(self) -> Any:  # type: ignore[override]
        return forever()

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        return forever()

    def __repr__(self) -> str:
        return str(forever())

    def __bool__(self) -> bool:
        return bool(forever())

    def __eq__(self, other: object) -> bool:
        return bool(forever())

    def __hash__(self) -> int:
        return 1


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError(name)


class OfMeta(metaclass=Meta):
    pass


class LyingList(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError("iter")

    def __len__(self) -> int:
        raise RuntimeError("len")


class Holder:
    def __init__(self, held: Any) -> None:
        self.held = held


def forever() -> None:
    raise AssertionError("the listing ran the user's code")


HOSTILE_VALUES = {
    "raises": Raises,
    "blocks": Blocks,
    "metaclass": lambda: OfMeta,
    "of a metaclass": lambda: object.__new__(OfMeta),
    "list": lambda: LyingList([1]),
}


@pytest.mark.parametrize("name", HOSTILE_VALUES)
def test_runs_nothing_of_hostile_objects(name: str) -> None:
    value = HOSTILE_VALUES[name]()
    for held in (value, [value], {"k": value}, (value, value), Holder(value)):
        entry = describe(held)
        assert entry["type"]
        assert "not readable" not in entry.get("preview", "")


def test_large_values_are_not_copied() -> None:
    large = [0] * 10_000_000
    text = "x" * 50_000_000
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    loop: list[Any] = []
    loop.append(loop)
    started = time.process_time()
    for value in (large, text, {"a": large}, nested, loop, 10**100_000, {n: n for n in range(100_000)}):
        assert len(describe(value).get("preview", "")) <= PREVIEW
    assert time.process_time() - started < seconds(1)


def test_runs_nothing_of_classes_below_a_library() -> None:
    numpy, pandas, torch = (pytest.importorskip(name) for name in ("numpy", "pandas", "torch"))
    log: list[str] = []

    def watched(name: str) -> property:
        return property(lambda _: log.append(name))

    class Array(numpy.ndarray):  # type: ignore[misc, name-defined]
        shape, nbytes, dtype = watched("shape"), watched("nbytes"), watched("dtype")

        def __array_finalize__(self, other: Any) -> None:
            log.append("finalize")

    class Frame(pandas.DataFrame):  # type: ignore[misc, name-defined]
        shape, columns = watched("shape"), watched("columns")

        def __len__(self) -> int:
            log.append("len")
            return 1

    class Tensor(torch.Tensor):  # type: ignore[misc, name-defined]
        @classmethod
        def __torch_function__(cls, *given: Any, **named: Any) -> Any:
            log.append("torch")
            return super().__torch_function__(*given, **named)

    class Module(torch.nn.Module):  # type: ignore[misc, name-defined]
        def parameters(self, *_: Any) -> Any:
            log.append("parameters")
            return iter(())

    module = Module()
    module.one = torch.nn.Linear(2, 3)
    values = numpy.zeros(3).view(Array), Frame({"p": [1, 2]}), torch.zeros(2).as_subclass(Tensor), module
    log.clear()
    found = [describe(value) for value in values]
    assert log == []
    assert [entry.get("shape") for entry in found] == [[3], [2, 1], [2], None]
    assert found[3]["preview"] == "9 parameters"


CELLS = [
    "import numpy as np, pandas as pd, random",
    "a = [1]; b = {'a': a}; df = pd.DataFrame({'x': range(3)})",
    "df['y'] = df.x * 2; np.random.rand(2); random.random()",
    "b['c'] = a; total = df.y.sum()",
    "class C:\n    def __init__(self): self.v = a\nc = C()",
    "del b; total, c.v",
]


def test_the_record_is_the_same_with_and_without_questions() -> None:
    records = []
    for asks in (False, True):
        kernel = Kernel()
        try:
            found = []
            for place, code in enumerate(CELLS):
                if asks:
                    listing(kernel)
                record = kernel.run(code, f"r{place}", f"c{place}").record
                assert record is not None
                found.append((edges(record, "used"), edges(record, "generated"), record["notCaptured"]))
            records.append(found)
        finally:
            kernel.close()
    assert records[0] == records[1]


def edges(record: dict[str, Any], side: str) -> list[str]:
    """Without what a new kernel changes: digests of random states and modules, and the order of sets."""
    return sorted(map(_edge, record[side]))


def _edge(edge: dict[str, Any]) -> str:
    version = edge["version"] if edge["kind"] == "variable" else None
    return str((edge["kind"], edge["name"], version, edge["edge"], edge.get("by"), sorted(edge.get("parts") or ())))


def test_a_result_is_shown_as_that_of_its_cell(empty: Kernel) -> None:
    count = empty.run("import pandas as pd; pd.DataFrame({'x': range(7)})", "r1", "c1").reply["execution_count"]
    asked = {"ask": "head", "name": f"Out[{count}]"}
    assert ask(empty, **asked, cell="c1")["rows"] == 7
    for cell in ("c2", None):
        assert ask(empty, **asked, cell=cell)["reason"] == "gone"
    assert ask(empty, ask="head", name="Out", cell="c1")["reason"] == "gone"
    assert ask(empty, ask="head", name=f"_{count}", cell="c1")["reason"] == "gone"
