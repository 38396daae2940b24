"""What keeps the cost of a run near what it touches: results that are remembered, and looks that are saved."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Any

import pytest
from notebook import Notebook
from patience import seconds

from yesterday_agent import content, graph, trees
from yesterday_agent.content import Budget, content_digest
from yesterday_agent.kinds import by_kind
from yesterday_agent.plain_items import LIMIT, holds_still, items_of
from yesterday_agent.secrecy import holds_secret

ROWS = [{"user": f"u{n % 7}", "tags": [f"t{n}"]} for n in range(60)]


def test_a_result_is_remembered_for_each_class_while_it_is_alive() -> None:
    asked: list[str] = []

    @by_kind
    def name_of(kind: type) -> str:
        asked.append(kind.__name__)
        return kind.__name__

    def ask() -> weakref.ref[type]:
        kind = type("Short", (), {})
        assert (name_of(kind), name_of(kind)) == ("Short", "Short")
        return weakref.ref(kind)

    gone = ask()
    gc.collect()
    assert gone() is None
    ask()
    assert asked == ["Short", "Short"]


@pytest.mark.parametrize(
    "value", [[1, "a", None], (1.5, True), {"a": 1, "b": b"x"}, [], {}], ids=["list", "tuple", "dict", "empty", "none"]
)
def test_plain_data_is_seen_to_be_as_it_was(value: Any) -> None:
    items = items_of(value)
    assert items is not None and holds_still(value, items)


@pytest.mark.parametrize(
    "value",
    [[[]], [object()], {"a": []}, ["x" * 1000], list(range(LIMIT + 1)), type("Own", (list,), {})([1]), {1, 2}],
    ids=["nested", "object", "nested dict", "long text", "many", "own class", "set"],
)
def test_other_data_is_always_looked_at(value: Any) -> None:
    assert items_of(value) is None


def test_each_change_of_plain_data_is_seen() -> None:
    row: dict[str, Any] = {"a": 1, "b": 2.5}
    items = items_of(row)
    assert items is not None
    for key, value in (("a", True), ("b", 5 / 2 + 1), ("c", None)):
        changed = {**row, key: value}
        assert not holds_still(changed, items)
    assert not holds_still({"b": row["b"], "a": 1}, items)
    assert not holds_still([*row, *row.values()][:-1], items)


def test_containers_of_plain_data_that_nothing_changed_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook()
    notebook.run("places = {'a': [[n, n + 1] for n in range(40)]}")
    taken: list[object] = []
    dissect = graph.dissect
    monkeypatch.setattr(graph, "dissect", lambda value: (taken.append(value), dissect(value))[1])
    notebook.run("total = sum(map(sum, places['a']))")
    assert not [value for value in taken if type(value) is list and len(value) == 2]
    notebook.run("places['a'][3][0] = 99")
    notebook.run("places['a']")
    assert notebook.slice() == {1, 3}


def test_many_containers_below_a_short_one_are_digested_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (content, trees):
        monkeypatch.setattr(module, "LEAST", 50)
    found: list[int] = []
    containers = trees.containers
    monkeypatch.setattr(content, "containers", lambda *given: (found.append(1), containers(*given))[1])
    by_user: dict[str, list[Any]] = {}
    for row in ROWS:
        by_user.setdefault(row["user"], []).append(row)
    whole = content_digest(by_user, Budget())
    assert found
    assert whole == content_digest({user: [dict(row) for row in rows] for user, rows in by_user.items()}, Budget())
    by_user["u3"][2]["tags"].append("new")
    assert content_digest(by_user, Budget()) != whole


def test_a_text_is_found_in_memory_of_numbers() -> None:
    numbers = bytes(range(256)) * 100
    assert not holds_secret(numbers)
    key = b"ghp_" + b"a1B2c3D4e5" * 4
    assert holds_secret(numbers + b"\0" + key + b"\0" + numbers)
    assert holds_secret(memoryview(bytearray(numbers + b" " + key)))
    assert not holds_secret(io.BytesIO(numbers).getbuffer())


def test_groups_follow_the_links_between_values() -> None:
    notebook = Notebook()
    groups = notebook.recorder.lineage.groups
    notebook.run("a, b, c = [[1]], [2], [3]")
    assert groups(["a", "c"]) == [["a"], ["c"]]
    notebook.run("b.append(a[0])")
    assert groups(["a", "c"]) == [["a", "b"], ["c"]]
    notebook.run("d = {'b': b, 'c': c}")
    assert groups(["c"]) == [["a", "b", "c", "d"]]
    notebook.run("b.pop()")
    assert groups(["a", "b"]) == [["a"], ["b", "c", "d"]]
    notebook.run("d = 1")
    assert groups(["b", "c"]) == [["b"], ["c"]]


def test_a_run_walks_through_nothing_that_it_does_not_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "SECONDS", seconds(600))
    notebook = Notebook()
    lineage = notebook.recorder.lineage
    notebook.run("rows = [{'n': n, 'tags': [n]} for n in range(1_500)]")
    notebook.run("known = [1]")
    below: list[int] = []
    keep_only, own_parts = lineage.graph.keep_only, lineage._sharing._own_parts
    monkeypatch.setattr(lineage.graph, "keep_only", lambda roots: (below.append(1), keep_only(roots))[1])
    monkeypatch.setattr(lineage._sharing, "_own_parts", lambda root: (below.append(root), own_parts(root))[1])
    for code in ("1 + 1", "first = known[0]", "n = 2", "n = 3"):
        notebook.run(code)
    assert below == []
    notebook.run("made = [1, 2]")
    below.clear()
    notebook.run("other = [1, 2]")
    assert len(below) == 1
    notebook.run("rows = 1")
    notebook.run("n")
    assert len(lineage.graph.nodes) < 100
