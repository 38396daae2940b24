"""What of a session belongs to its process, and files that arrive in parts."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from yesterday_agent.deliveries import Deliveries
from yesterday_agent.moving import _bound


class Connection:
    """The user's own class."""


def test_what_belongs_to_its_process_is_named(tmp_path: Path) -> None:
    def asks() -> Any:
        yield 1

    (tmp_path / "a").write_text("")
    with socket.socket() as ends, sqlite3.connect(":memory:") as connection, open(tmp_path / "a") as file:
        found = [_bound(each) for each in (asks(), threading.Lock(), threading.RLock(), ends, connection, file)]
    assert found == ["generator", "thread", "thread", "connection", "connection", "file"]
    assert [_bound(each) for each in (1, [asks], asks, io.BytesIO(), Connection(), Connection)] == [None] * 6


class Kernel:
    """As much of a kernel as deliveries use."""

    def __init__(self) -> None:
        self.control_handlers: dict[str, Any] = {}
        self.shell_handlers: dict[str, Any] = {}


@pytest.fixture
def deliveries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deliveries:
    monkeypatch.chdir(tmp_path)
    return Deliveries(Kernel())


def written(deliveries: Deliveries, name: str, parts: list[bytes], digest: str | None = None) -> str:
    """The status of the last part."""
    whole = b"".join(parts)
    found, at = {"status": "none"}, 0
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        asked = {"ask": "write", "kind": "files", "name": name, "at": at, "last": last}
        asked["digest"] = digest or "sha256:" + hashlib.sha256(whole).hexdigest()
        found = deliveries.answer(asked, [memoryview(part)])
        at += len(part)
    return str(found["status"])


def test_a_file_is_there_when_all_of_it_has_arrived(deliveries: Deliveries, tmp_path: Path) -> None:
    opened = deliveries.answer({"ask": "open", "kind": "files", "name": "yesterday-a"}, [])
    assert opened["folder"] == str(tmp_path / "yesterday-a") and opened["free"] > 0
    assert written(deliveries, "data/x.csv", [b"one", b"two"]) == "ok"
    assert (tmp_path / "yesterday-a/data/x.csv").read_bytes() == b"onetwo"
    assert written(deliveries, "empty", [b""]) == "ok"
    assert written(deliveries, "bad", [b"one"], "sha256:00") == "error"
    assert not (tmp_path / "yesterday-a/bad").exists()
    again = deliveries.answer({"ask": "open", "kind": "files", "name": "yesterday-a"}, [])
    assert again["folder"] == str(tmp_path / "yesterday-a-2")


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "a/../../x", "", ".", "a\0b", "a\\b", "c:x", "x" * 1_001, "link/x", "data"]
)
def test_names_that_lead_elsewhere_are_refused(deliveries: Deliveries, tmp_path: Path, name: str) -> None:
    deliveries.answer({"ask": "open", "kind": "files", "name": "f"}, [])
    os.symlink(tmp_path, tmp_path / "f" / "link")
    os.mkdir(tmp_path / "f" / "data")
    before = {one for one in tmp_path.rglob("*") if one.is_file()}
    assert written(deliveries, name, [b"x"]) == "error"
    assert {one for one in tmp_path.rglob("*") if one.is_file() and one.suffix != ".part"} == before


def test_folders_have_plain_names(deliveries: Deliveries) -> None:
    for name in ("../f", "a/b", "", ".hidden"):
        assert deliveries.answer({"ask": "open", "kind": "files", "name": name}, [])["status"] == "error"


def test_parts_come_in_order(deliveries: Deliveries) -> None:
    deliveries.answer({"ask": "open", "kind": "files", "name": "f"}, [])
    asked = {"ask": "write", "kind": "files", "name": "x", "at": 3, "last": True, "digest": ""}
    assert deliveries.answer(asked, [b"x"])["status"] == "error"


def test_values_are_removed(deliveries: Deliveries) -> None:
    folder = deliveries.answer({"ask": "open", "kind": "values"}, [])["folder"]
    assert os.stat(folder).st_mode & 0o777 == 0o700
    deliveries.answer({"ask": "remove", "kind": "values"}, [])
    assert not os.path.exists(folder)
