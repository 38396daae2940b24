"""What an earlier agent stored is loaded as it was, and stored today it has the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import zlib
from pathlib import Path
from typing import Any

import former_values
import pytest
import temporary
from patience import seconds

from yesterday_agent import libraries
from yesterday_agent.content import Budget, content_digest
from yesterday_agent.kept import Kept, LatePieces
from yesterday_agent.large_values import store_large
from yesterday_agent.shared_memory import Memories
from yesterday_agent.values import bundled, loaded, pickled, stored

FORMER: dict[str, Any] = json.loads(Path(__file__).with_name("former_values.json").read_text("utf-8"))
pytest.importorskip("numpy")
VALUES = former_values.values()


class Store(dict[str, bytes]):
    def keep(self, data: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self[digest] = bytes(data)
        return digest


def store(way: str, value: Any) -> tuple[Any, Store]:
    """Where the value is, and the objects that were written."""
    objects, until = Store(), time.perf_counter() + seconds(60)
    if way == "alone":
        return stored({"x": pickled(value, {}, 32 << 20, until)}, objects.keep)["x"], objects
    if way == "bundle":
        return bundled(pickled(value, {}, 32 << 20, until, Memories()), objects.keep), objects
    kept = Kept(temporary.folder())
    found = store_large(value, {}, LatePieces(kept.late, 1 << 30), (lambda: None, lambda: None), way == "large bundle")
    objects.update((f"sha256:{one.name}", one.read_bytes()) for one in Path(kept.spool, "objects").iterdir())
    return found, objects


@pytest.mark.parametrize("name", VALUES)
def test_former_values_are_loaded(name: str) -> None:
    objects = {digest: zlib.decompress(base64.b64decode(text)) for digest, text in FORMER[name]["objects"].items()}
    again = loaded(FORMER[name]["value"], "x", objects.__getitem__, {})
    value = VALUES[name][1]
    assert content_digest(again, Budget(30)) == content_digest(value, Budget(30))
    if name == "views":
        again["row"][0] = -1.0
        assert again["whole"][1, 0] == again["turned"][0, 1] == -1.0
        assert not again["fixed"].flags.writeable
    if name == "tensors that share":
        again["part"][0, 0] = -1.0
        assert again["flat"][3] == -1.0


@pytest.mark.parametrize("name", VALUES)
def test_values_are_stored_under_the_same_names(name: str) -> None:
    """Objects that have not changed are kept once, also across versions of the agent."""
    value, objects = store(*VALUES[name])
    if name in ("array", "large array"):  # The package's own pickle, or a protocol of its dtype.
        assert value["format"] == FORMER[name]["value"]["format"]
        return
    assert value == FORMER[name]["value"]
    assert set(objects) == set(FORMER[name]["objects"])


@pytest.mark.parametrize(("module", "name"), libraries.PICKLED)
def test_pickles_find_functions_by_their_first_name(module: str, name: str) -> None:
    place = libraries.PICKLED[module, name][0]
    pytest.importorskip(place.partition(".")[0])
    found = libraries.named_in_pickles(module, name)
    assert (found.__module__, found.__qualname__) == (module, name)
    assert getattr(__import__(module, fromlist=[name]), name) is found


def test_other_names_are_not_found() -> None:
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        libraries.named_in_pickles("yesterday_agent.values", "other")
