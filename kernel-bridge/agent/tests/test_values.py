"""Stored values: they come back with the same content, unchanged parts are kept once, and reasons where they do not."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import time
from typing import Any

import content_values
import pytest
from IPython.core.interactiveshell import InteractiveShell
from notebook import Notebook
from patience import seconds

from yesterday_agent.content import Budget, content_digest
from yesterday_agent.reasons import UnstorableError
from yesterday_agent.record import Record
from yesterday_agent.values import BUNDLE, PACK, PARTS, loaded, pickled, stored

LIMIT = 32 << 20
NOT_STORED = {
    "closure": "which no name leads to",
    "function": "which no name leads to",
    "lambda of a line": "which no name leads to",
    "attribute of a function": "which no name leads to",
    "without source": "which no name leads to",
    "cached": "which no name leads to",
    "method": "not of its class",
    "array subclass": "keeps beside",
    "dataclass": "Made",
    "class": "which no name leads to",
}


class Store(dict[str, bytes]):
    def keep(self, data: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self[digest] = data
        return digest


def there_and_back(value: Any, space: dict[str, Any]) -> Any:
    store = Store()
    found = stored({"x": pickled(value, space, LIMIT, time.perf_counter() + seconds(60))}, store.keep)
    return loaded(found["x"], "x", store.__getitem__, space)


def every() -> dict[str, Any]:
    extras = content_values.extras(False) if importlib.util.find_spec("torch") else {}
    return {**content_values.values(False), **extras}


@pytest.mark.parametrize("name", every())
def test_content_comes_back(name: str) -> None:
    value = every()[name]
    try:
        again = there_and_back(value, vars(content_values))
    except UnstorableError as reason:
        assert NOT_STORED.get(name, "never") in str(reason)
        return
    assert name not in NOT_STORED
    assert content_digest(again, Budget(30)) == content_digest(value, Budget(30))
    assert type(again) is type(value)


def test_an_unchanged_column_is_kept_once() -> None:
    pandas = pytest.importorskip("pandas")
    numpy = pytest.importorskip("numpy")
    frame = pandas.DataFrame({"a": numpy.arange(200_000)})
    frame["b"] = numpy.arange(200_000.0)
    store = Store()

    def keep_frame() -> int:
        before = sum(map(len, store.values()))
        stored({"x": pickled(frame, {}, LIMIT, time.perf_counter() + seconds(60))}, store.keep)
        return sum(map(len, store.values())) - before

    assert keep_frame() > 3_200_000
    assert keep_frame() == 0
    frame["b"] = numpy.ones(200_000)
    assert 1_600_000 < keep_frame() < 1_700_000


def test_nothing_of_the_users_runs() -> None:
    ran = []

    class Loud:
        def __reduce__(self) -> str:
            ran.append(1)
            return "x"

    Loud.__module__ = "__main__"
    with pytest.raises(UnstorableError, match="would have to run"):
        pickled(Loud(), {"Loud": Loud}, LIMIT, time.perf_counter() + seconds(60))
    assert ran == []


def test_the_users_classes_stay_as_they_are() -> None:
    _, made, changed = ran("class P:\n    def set(self, v): self.v = v", "p, q = P(), P()", "p.set(1)")
    assert formats(made) == {"p": PARTS, "q": PARTS}
    assert formats(changed) == {"p": PARTS}
    assert "__slotnames__" not in vars(InteractiveShell.instance().user_ns["P"])


def test_budgets_end_it() -> None:
    with pytest.raises(UnstorableError, match="over the budget for values"):
        pickled(b"x" * 2_000_000, {}, 1_000_000, time.perf_counter() + seconds(60))
    with pytest.raises(UnstorableError, match="longer"):
        pickled(list(range(1_000_000)), {}, LIMIT, time.perf_counter())


def ran(*cells: str) -> list[Record]:
    notebook = Notebook()
    records = [notebook.run(cell) for cell in cells]
    assert notebook.errors == [None] * len(cells)
    return records


def formats(record: Record) -> dict[str, str | None]:
    edges = [edge for edge in record["generated"] if edge["kind"] == "variable"]
    return {edge["name"]: value["format"] if (value := edge.get("value")) else None for edge in edges}


def test_records_say_where_values_are() -> None:
    small, named, apart = ran(
        "a, b = 1, 'text'",
        "class P:\n    def __init__(self): self.v = 1\np = P()",
        "c = bytearray(100_000)",
    )
    assert formats(small) == {"a": PACK, "b": PACK}
    assert formats(named) == {"P": None, "p": PARTS}
    assert formats(apart)["c"] is not None
    assert [one["what"] for record in (small, named, apart) for one in record["notCaptured"]] == []


def test_code_is_made_again() -> None:
    (code,) = ran("import functools\n@functools.lru_cache\ndef f(): pass\ndef g(): pass\nclass C: pass")
    assert {name: value for name, value in formats(code).items() if name != "functools"} == dict.fromkeys("fgC")


def test_what_shares_parts_is_not_taken_apart() -> None:
    _, aliased, twin, open_ = ran("a = [1]", "b = [a, 2]", "c = [[1], 2]", "a.append(x for x in b)")
    assert formats(aliased) == {"b": BUNDLE}
    assert formats(twin) == {"c": PACK}
    assert formats(open_) == {"a": None, "b": None}


def test_views_of_one_memory_are_not_taken_apart() -> None:
    pytest.importorskip("numpy")
    _, view, copy = ran("import numpy as np\na = np.arange(6)", "b = a[2:]", "c = a[2:].copy()")
    assert formats(view)["b"] == BUNDLE
    assert formats(copy)["c"] == PACK


def test_packs_are_text() -> None:
    store = Store()
    found = stored({"x": pickled(1, {}, LIMIT, time.perf_counter() + seconds(60))}, store.keep)
    assert json.loads(store[found["x"]["digest"]]).keys() == {"x"}


def test_the_budgets_are_settable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESTERDAY_VALUES_MIB", "0.1")
    first, second, third = ran("a = bytearray(60_000)", "b = bytearray(b'1' * 60_000)", "c = 1")
    assert formats(first)["a"] is not None
    assert formats(second) == {"b": None}
    assert {"what": "the value of b", "why": "it is over the budget for values"} in second["notCaptured"]
    assert formats(third) == {"c": PACK}
    monkeypatch.delenv("YESTERDAY_VALUES_MIB")
    monkeypatch.setenv("YESTERDAY_LATE_VALUES", "0")
    monkeypatch.setenv("YESTERDAY_VALUE_MIB", "0.1")
    (replayed,) = ran("a = bytearray(200_000)")
    assert {"what": "the value of a", "why": "a replay stores no large values"} in replayed["notCaptured"]
    monkeypatch.setenv("YESTERDAY_VALUE_MIB", "0")
    (none,) = ran("a = 1")
    assert (formats(none), none["notCaptured"]) == ({"a": None}, [])
