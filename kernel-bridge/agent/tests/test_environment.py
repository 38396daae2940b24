"""The facts of a session, from real programs: a repository with an edit and a secret in it, this processor."""

from __future__ import annotations

import importlib.metadata as metadata
import os
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest
from patience import seconds

from yesterday_agent.distributions import distributions_by_module, name_and_version
from yesterday_agent.environment import DIFF_CHARACTERS, EnvironmentFacts


def facts_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    environment, end = EnvironmentFacts(), time.monotonic() + seconds(20)
    while True:
        facets = environment.current()["facets"]
        if facets is not None and "cpu" in facets and environment._names is not None:
            return facets
        assert time.monotonic() < end
        time.sleep(0.01)
        environment._varying = None


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for words in (["init", "-q"], ["config", "user.email", "a@b"], ["config", "user.name", "a"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    (tmp_path / "model.py").write_text("rate = 1\n")
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "commit", "-qm", "first"], check=True)
    return tmp_path


def test_a_clean_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = facts_in(repository, monkeypatch)["git"]
    assert len(git["commit"]) == 40
    assert (git["dirty"], git["diff"]) == (False, None)


def test_edits_are_recorded_without_secrets(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "model.py").write_text("rate = 2\nurl = 'https://u:hunter2@host/?token=abc123'\n")
    git = facts_in(repository, monkeypatch)["git"]
    assert git["dirty"] is True
    assert "+rate = 2" in git["diff"]
    assert "hunter2" not in git["diff"]
    assert "abc123" not in git["diff"]


def test_a_large_edit_is_cut(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "model.py").write_text("rate = 2\n" * 10_000)
    assert len(facts_in(repository, monkeypatch)["git"]["diff"]) < DIFF_CHARACTERS + 100


def test_the_repository_is_not_written(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was touched and is the same: git would note that in its index, which it locks for it."""
    index = repository / ".git" / "index"
    os.utime(repository / "model.py", (1, 1))
    before = index.read_bytes()
    assert facts_in(repository, monkeypatch)["git"]["dirty"] is False
    assert index.read_bytes() == before


def test_the_machine_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = facts_in(tmp_path, monkeypatch)
    assert facts["cpu"] is None or len(facts["cpu"]) > 3
    assert isinstance(facts["gpus"], list)
    assert facts["git"] is None


def test_the_first_record_knows_what_its_run_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who distributes what is read meanwhile, and takes its time on a busy machine."""

    def slow() -> dict[str, list[metadata.Distribution]]:
        time.sleep(0.3)
        return distributions_by_module()

    installed = tmp_path / "demo_distribution-1.2.3.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: demo-distribution\nVersion: 1.2.3\n")
    (installed / "RECORD").write_text("demo_module.py,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("yesterday_agent.environment.distributions_by_module", slow)
    environment = EnvironmentFacts()
    assert environment.current()["facets"]["distributions"] == {}  # type: ignore[index]
    monkeypatch.setitem(sys.modules, "demo_module", types.ModuleType("demo_module"))
    assert environment.current()["facets"]["distributions"]["demo-distribution"] == "1.2.3"  # type: ignore[index]


def test_distributions_are_those_of_the_standard_library() -> None:
    found = distributions_by_module()
    for module, names in metadata.packages_distributions().items():
        assert {one.metadata["Name"] for one in found.get(module, [])} == set(names), module


def test_distributions_by_what_installers_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "a-1.dist-info/METADATA": "Name: a\nVersion: 1\n",
        "a-1.dist-info/RECORD": "one.py,,\nshared/x/y.py,,\n_fast.cpython-311-x86_64-linux-gnu.so,,\n",
        "b.egg-info/PKG-INFO": "Name: b\nVersion: 2\n",
        "b.egg-info/top_level.txt": "shared\n",
        "broken-1.dist-info/RECORD": "three.py,,\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    found = {module: [name_and_version(one)[0] for one in ones] for module, ones in distributions_by_module().items()}
    assert sorted(found.pop("shared")) == ["a", "b"]
    assert found == {"one": ["a"], "_fast": ["a"], "three": [None]}


def test_a_distribution_without_metadata_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the package `importlib_metadata` finds the distributions, which raises."""
    pytest.importorskip("importlib_metadata")
    (tmp_path / "broken-1.dist-info").mkdir()
    (tmp_path / "broken-1.dist-info" / "RECORD").write_text("three.py,,\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    (broken,) = distributions_by_module()["three"]
    assert name_and_version(broken) == (None, None)


def test_a_package_installed_meanwhile_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment, end = EnvironmentFacts(), time.monotonic() + seconds(20)
    while environment._names is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    site = tmp_path / "site-packages"
    info = site / "installed_late-1.5.dist-info"
    info.mkdir(parents=True)
    (site / "installed_late.py").write_text("")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-late\nVersion: 1.5\n")
    (info / "top_level.txt").write_text("installed_late\n")
    monkeypatch.syspath_prepend(str(site))
    __import__("installed_late")
    try:
        facets = environment.current()["facets"]
        assert facets is not None
        assert facets["distributions"]["installed-late"] == "1.5"
    finally:
        del sys.modules["installed_late"]


def test_name_and_version_are_those_of_the_metadata(tmp_path: Path) -> None:
    for one in metadata.distributions():
        assert name_and_version(one) == (one.metadata["Name"], one.metadata["Version"])
    folder = tmp_path / "odd-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Odd\nSummary: x\n\nVersion: 7\n")
    odd = metadata.PathDistribution(folder)
    assert name_and_version(odd) == ("Odd", odd.metadata["Version"])
