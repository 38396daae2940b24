"""Secrets planted in a real kernel are nowhere in what it says, records and spools; nor is the history itself."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from kernel import Kernel, Ran

KEY = "6b" * 32
PLANTED = "pl4nted-s3cret-v4lue"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("SHOP_API_TOKEN", PLANTED)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    started = Kernel(maskKey=KEY)
    try:
        yield started
    finally:
        started.close()


def spellings(secret: str) -> list[bytes]:
    """How it may be spelled in a file."""
    data = secret.encode()
    shifted = [base64.b64encode(bytes(pad) + data)[pad + (pad > 0) : -4] for pad in range(3)]
    return [data, data.hex().encode(), secret.encode("utf-16-le"), quote(secret).encode(), *shifted]


def assert_nowhere(kernel: Kernel, rans: list[Ran], *secrets: str) -> None:
    """Neither in messages and records nor in any file of the spool."""
    sent = json.dumps([[ran.messages, ran.reply, ran.record] for ran in rans]).encode()
    files = {str(path): path.read_bytes() for path in Path(kernel.spool).rglob("*") if path.is_file()}
    assert any(path.endswith(".frames") for path in files)
    for secret in secrets:
        assert [
            path for path, data in {**files, "sent": sent}.items() if any(s in data for s in spellings(secret))
        ] == []


CELLS = [
    "import os\ntoken = os.environ['SHOP_API_TOKEN']",
    "headers = {'Authorization': 'Bearer ' + token, 'api_key': token}\nsettings = dict(os.environ)",
    "class Client:\n    def __init__(self, key): self.key = key\nclient = Client(token)",
    f"url = 'https://me:{PLANTED}@host.example/a?token={PLANTED}&page=2'",
    f"import subprocess, sys\ndone = subprocess.run([sys.executable, '-c', '0', 'password={PLANTED}'])",
    f"open('.env', 'w').write('KEY={PLANTED}')\nlines = len(open('.env').read())",
    "print(token); token",
    "import base64\nprint(base64.b64encode(b'me:' + token.encode()), token.encode().hex())",
    "display({'text/plain': token, 'text/html': f'<b>{token}</b>', 'application/json': {'a': [token]}}, raw=True)",
    "raise ValueError(token)",
    "sys.stdout.write(token[:12]); sys.stdout.flush(); import time; time.sleep(0.2); print(token[12:])",
    "open('report.txt', 'w').write('the token is ' + token)\nlen(open('report.txt').read())",
    "os.system(f'echo {token}'); get_ipython().system('echo $SHOP_API_TOKEN')",
    "get_ipython().log.error(token); import warnings; warnings.warn(token)",
    "def call(): return 'pl4nted-s3cret-v4lue'\nnames = [token] * 3; frame = {'a': {'b': token}}",
    "import numpy as np\narray = np.array([token] * 20_000); raw = np.frombuffer((token * 9000).encode(), 'u1')",
]


def test_planted_secrets_are_nowhere(kernel: Kernel) -> None:
    rans = [kernel.run(cell, f"run-{place}") for place, cell in enumerate(CELLS)]
    assert [ran.reply["status"] for ran in rans] == ["error" if "raise" in cell else "ok" for cell in CELLS]
    assert all(ran.record is not None for ran in rans)
    assert_nowhere(kernel, rans, PLANTED)
    assert "\u2022" * 6 in rans[6].text and "\u2022" * 6 in rans[10].text


def test_a_secret_of_the_code_is_known_from_its_cell_on(kernel: Kernel) -> None:
    cells = ["login = dict(user='me', password='hunt9er-hunt9er')", "print(login)", "login['password'][:4]"]
    rans = [kernel.run(cell, f"run-{place}") for place, cell in enumerate(cells)]
    assert_nowhere(kernel, rans, "hunt9er-hunt9er")
    assert "'me'" in rans[1].text


def test_files_of_credentials_are_looked_at_before_the_code_is(kernel: Kernel, tmp_path: Path) -> None:
    Path(".netrc").write_text("machine h login me password n3trc-passw0rd\n")
    Path(".env").write_text("DEBUG=true\nDB_PASSWORD='d0tenv-passw0rd'\nDATABASE_URL=postgres://me:url-passw0rd@db/x\n")
    Path("settings.yaml").write_text("db:\n  password: y4ml-passw0rd\n  port: 5432\n")
    Path("token").write_text("data\n")
    cells = [
        "import netrc; print(netrc.netrc('.netrc').hosts)",
        "text = open('.env').read(); print(text); print(text.split('=')[2][1:16])",
        "settings = open('settings.yaml').read(); print(settings.split()[2])",
    ]
    rans = [kernel.run(cell, f"run-{place}") for place, cell in enumerate(cells)]
    assert_nowhere(kernel, rans, "n3trc-passw0rd", "d0tenv-passw0rd", "url-passw0rd", "y4ml-passw0rd")
    assert "DEBUG=true" in rans[1].text
    digests = {edge["name"]: edge["digest"] for ran in rans for edge in ran.record["used"] if edge["kind"] == "file"}
    assert {name: digest.partition(":")[0] for name, digest in digests.items()} == {
        ".netrc": "keyed",
        ".env": "keyed",
        "settings.yaml": "sha256",
    }


def test_answers_to_password_prompts_are_secrets(kernel: Kernel) -> None:
    code = "import getpass\npw = getpass.getpass('secret: ')\ncopy = f'<{pw}>'\nprint(len(pw), pw)\ncopy"
    ran = kernel.run(code, "run-1", answers=["hunter2"])
    later = kernel.run("again = [copy, pw]\nprint(again)", "run-2")
    assert ran.text.startswith("7 \u2022")
    assert_nowhere(kernel, [ran, later], "hunter2")
    values = {edge["name"]: edge for edge in ran.record["generated"]}
    assert values["pw"].get("value") is None and values["pw"]["digest"].startswith("keyed:")
    assert values["copy"].get("value") is None


def test_what_a_cell_prints_otherwise_is_untouched(kernel: Kernel) -> None:
    ran = kernel.run(
        "import hashlib, uuid\nprint(hashlib.sha256(b'x').hexdigest(), uuid.UUID(int=7), 'x' * 200)", "run"
    )
    assert "\u2022" not in ran.text


def test_the_history_is_no_input_and_no_result(kernel: Kernel) -> None:
    """Listing, walking, globbing and archiving the project sees `.yesterday`, and none of it is recorded."""
    Path(".yesterday/objects").mkdir(parents=True)
    Path(".yesterday/key").write_bytes(b"k" * 32)
    Path(".yesterday/history.db-wal").write_text("wal")
    Path("data.csv").write_text("a\n1\n")
    cells = [
        "import os, glob, pathlib, shutil, tarfile, zipfile\nnames = os.listdir('.'), os.listdir('.yesterday')",
        "read = {p: open(os.path.join(d, p), 'rb').read() for d, _, fs in os.walk('.') for p in fs}",
        "found = [*glob.glob('.yesterday/*'), *pathlib.Path('.').rglob('*')]",
        "path = shutil.make_archive('../backup', 'zip', '.')",
        "tar = tarfile.open('all.tar.gz', 'w:gz')\nfor name in ('.yesterday', 'data.csv'): tar.add(name)\ntar.close()",
        "size = len(open('all.tar.gz', 'rb').read()) + len(open('../backup.zip', 'rb').read())",
        "import sqlite3\nsqlite3.connect('.yesterday/other.db').execute('create table t (a)')",
        "open('.yesterday/key', 'ab').close(); open('data.csv').read()",
    ]
    rans = [kernel.run(cell, f"run-{place}") for place, cell in enumerate(cells)]
    assert [ran.reply["status"] for ran in rans] == ["ok"] * len(cells)
    edges = [edge for ran in rans for edge in (*ran.record["used"], *ran.record["generated"])]
    assert [edge["name"] for edge in edges if ".yesterday" in edge["name"]] == []
    assert any(edge["name"] == "data.csv" for edge in edges)
    kept = {
        (Path(kernel.spool) / "objects" / one["digest"][7:]).read_bytes()
        for ran in rans
        for one in ran.record["objects"]
    }
    assert b"k" * 32 not in kept and not any(b".yesterday" in data or data[:2] == b"\x1f\x8b" for data in kept)


def test_bytes_of_archives_of_the_history_are_not_stored(kernel: Kernel) -> None:
    """Also one that was made elsewhere."""
    Path("inside/.yesterday").mkdir(parents=True)
    Path("inside/.yesterday/key").write_bytes(b"k" * 32)
    shutil.make_archive("copy", "zip", "inside")
    ran = kernel.run("data = open('copy.zip', 'rb').read()", "run")
    (edge,) = [edge for edge in ran.record["used"] if edge["name"] == "copy.zip"]
    assert edge.get("value") is None
    assert any("copy of the history" in one["why"] for one in ran.record["notCaptured"])
