"""Folders of many files: one edge with the digest of a manifest, which names what was read and listed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel, Ran

from yesterday_agent.file_digests import ChangedError, FileDigests
from yesterday_agent.folder_manifests import FolderManifests, FolderUse
from yesterday_agent.gathering import GATHER, folder_of, gathering_folders
from yesterday_agent.kept import Kept
from yesterday_agent.late import Late, LateDigests

Members = dict[str, list[str]]


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    started = Kernel()
    yield started
    started.close()


def fill(folder: Path, count: int, prefix: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        (folder / f"{prefix}{n}.txt").write_text(f"{prefix}{n}")


def used(ran: Ran, kind: str) -> list[dict[str, Any]]:
    assert ran.record is not None
    return [edge for edge in ran.record["used"] if edge["kind"] == kind]


def manifest(kernel: Kernel, run: str, folder: Path) -> tuple[str | None, list[str], Members]:
    """The digest, the listings and the members, which come behind the reply."""
    content = kernel.content(run, str(folder), "used")
    if content["value"] is None:
        return content["digest"], [content["why"]], {}
    stored = Path(kernel.spool, "objects", content["value"]["digest"].partition(":")[2])
    data = stored.read_bytes()
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == content["value"]["digest"]
    head, *lines = data.decode().splitlines()
    start = int(head.removeprefix("yesterday folder 1\t"))
    return content["digest"], lines[:start], {line.split("\t")[0]: line.split("\t")[1:] for line in lines[start:]}


READ = "import os\ntotal = 0\nfor name in sorted(os.listdir({0!r})):\n    total += len(open(f'{0}/{{name}}').read())"


def test_a_folder_of_many_files_is_one_edge(kernel: Kernel, tmp_path: Path) -> None:
    fill(tmp_path / "many", 1_500)
    ran = kernel.run(READ.format(str(tmp_path / "many")), run="many")
    assert used(ran, "file") == []
    (edge,) = used(ran, "directory")
    assert (edge["name"], edge["preview"]) == (str(tmp_path / "many"), "1,500 files")
    assert edge["reason"] == "opened 1,500 files in it for reading; listed"
    digest, listed, members = manifest(kernel, "many", tmp_path / "many")
    assert digest is not None and listed == [""] and len(members) == 1_500
    assert members["7.txt"][-1] == f"sha256:{hashlib.sha256(b'7').hexdigest()}"
    assert kernel.content("many", str(tmp_path / "many"), "used")["size"] == sum(len(str(n)) for n in range(1_500))


def test_a_digest_is_that_of_names_and_contents_alone(kernel: Kernel, tmp_path: Path) -> None:
    digests = []
    for place, name in enumerate(("one", "two", "other")):
        fill(tmp_path / name, 200)
        if name == "other":
            (tmp_path / name / "3.txt").write_text("x")
        kernel.run(READ.format(str(tmp_path / name)), run=f"copy{place}")
        digests.append(manifest(kernel, f"copy{place}", tmp_path / name)[0])
    assert digests[0] == digests[1] != digests[2]


def test_a_changed_member_has_its_new_digest_and_the_others_are_not_read(kernel: Kernel, tmp_path: Path) -> None:
    fill(tmp_path, 1_200)
    code = READ.format(str(tmp_path))
    kernel.run(code, run="first")
    first = manifest(kernel, "first", tmp_path)
    kernel.run(code, run="same")
    assert manifest(kernel, "same", tmp_path) == first
    (tmp_path / "5.txt").write_text("five")
    (tmp_path / "6.txt").unlink()
    (tmp_path / "new.txt").write_text("new")
    kernel.run(code, run="then")
    digest, _, members = manifest(kernel, "then", tmp_path)
    assert digest != first[0] and {name for name in members if members[name] != first[2].get(name)} == {
        "5.txt",
        "new.txt",
    }
    assert "6.txt" not in members


def test_a_member_that_changed_after_the_run_is_no_digest(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    kept, late = Kept(str(tmp_path / "spool")), LateDigests()
    manifests = FolderManifests(FileDigests(late), kept)
    read = {str(tmp_path / f"{n}.txt"): None for n in range(5)}
    with pytest.raises(ChangedError, match=r"^0.txt, 1.txt, 2.txt, … \(5 files\) changed or went before it was read$"):
        manifests.compute(FolderUse(str(tmp_path), read=read, ended=0.0), Late("it"), lambda: None)
    assert os.listdir(tmp_path / "spool" / "objects") == []
    assert manifests.compute(FolderUse(str(tmp_path), read=read, ended=time.time()), Late("it"), lambda: None)


def test_the_run_that_made_the_files_is_known(kernel: Kernel, tmp_path: Path) -> None:
    write = f"for n in range(150):\n    with open(f'{tmp_path}/{{n}}.csv', 'w') as f: f.write(str(n))"
    kernel.run(write, run="maker")
    fill(tmp_path, 20, "outside")
    (edge,) = used(kernel.run(READ.format(str(tmp_path)), run="reader"), "directory")
    assert edge["by"] == "maker"


def test_bytes_of_a_middling_folder_are_kept(kernel: Kernel, tmp_path: Path) -> None:
    fill(tmp_path, 150)
    ran = kernel.run(READ.format(str(tmp_path)), run="kept")
    assert ran.record is not None
    announced = {one["digest"] for one in ran.record["objects"]}
    assert f"sha256:{hashlib.sha256(b'149').hexdigest()}" in announced and len(announced) >= 150
    fill(tmp_path, 1_200)
    ran = kernel.run(READ.format(str(tmp_path)), run="over")
    assert ran.record is not None
    missing = [one for one in ran.record["notCaptured"] if one["what"].startswith("bytes of")]
    assert missing == [
        {
            "what": f"bytes of 1,200 files of {tmp_path}",
            "why": "a run keeps those of 1,000 files of a folder at most",
        }
    ]


def test_a_listing_has_a_digest_of_names(kernel: Kernel, tmp_path: Path) -> None:
    fill(tmp_path, 3)
    (tmp_path / "inner").mkdir()
    (edge,) = used(kernel.run(f"import os\nnames = os.listdir({str(tmp_path)!r})", run="names"), "directory")
    assert edge["reason"] == "listed"
    _, listed, members = manifest(kernel, "names", tmp_path)
    assert listed == [""] and list(members) == ["0.txt", "1.txt", "2.txt", "inner/"]
    kernel.run(f"from glob import glob\nfound = glob({str(tmp_path / '*.csv')!r})", run="globbed")
    assert manifest(kernel, "globbed", tmp_path)[1:] == (["\t*.csv"], {})


def test_names_that_are_no_plain_text_and_secrets_in_names(kernel: Kernel, tmp_path: Path) -> None:
    fill(tmp_path, 120)
    odd = os.fsencode(tmp_path) + b"/\xff\t\n%.txt"
    with open(odd, "wb") as file:
        file.write(b"odd")
    secret = "ghp_" + "a1B2" * 9
    (tmp_path / f"{secret}.txt").write_text("named")
    kernel.run(READ.format(str(tmp_path)), run="odd")
    members = manifest(kernel, "odd", tmp_path)[2]
    assert members["%FF%09%0A%25.txt"][-1] == f"sha256:{hashlib.sha256(b'odd').hexdigest()}"
    assert not any(secret in name for name in members) and len(members) == 122


def test_many_partitions_are_one_folder_and_few_files_are_files() -> None:
    parts = {f"/data/ds/k={n}": 1 for n in range(200)}
    assert gathering_folders(parts, "/home/me/project") == ["/data/ds"]
    classes = {f"/data/train/{n}": 1_000 for n in range(50)}
    assert gathering_folders({**classes, "/data/test": 300}, "/home/me/project") == ["/data/test", "/data/train"]
    assert gathering_folders({"/data": GATHER}, "/home/me/project") == []
    assert gathering_folders({"/data/a": 200, "/data/b": 200}, "/data") == ["/data/a", "/data/b"]
    assert gathering_folders({f"/data/{n}": 60 for n in range(20)}, "/data") == []
    assert gathering_folders({"/data": 200, "/data/a": 3}, "/data") == ["/data"]
    assert folder_of("/data/train/3/a.png", ["/data", "/data/train"]) == "/data/train"
    assert folder_of("/data2/a", ["/data"]) is None
