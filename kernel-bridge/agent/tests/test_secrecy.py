"""Secrets planted in a real kernel are nowhere in what was recorded; what only looks like one stays readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel import Kernel

from yesterday_agent.secrecy import is_named_secret, is_secret_file, mask

PLANTED = "pl4nted-s3cret-v4lue"
CELLS = [
    "import os\ntoken = os.environ['SHOP_API_TOKEN']",
    "headers = {'Authorization': 'Bearer ' + token, 'api_key': token}\nsettings = dict(os.environ)",
    "class Client:\n    def __init__(self, key): self.key = key\nclient = Client(token)",
    f"url = 'https://me:{PLANTED}@host.example/a?token={PLANTED}&page=2'",
    f"import subprocess, sys\ndone = subprocess.run([sys.executable, '-c', '0', 'password={PLANTED}'])",
    f"open('.env', 'w').write('KEY={PLANTED}')\nlines = len(open('.env').read())",
]


def test_planted_secrets_are_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", PLANTED)
    monkeypatch.chdir(tmp_path)
    kernel = Kernel()
    try:
        for place, cell in enumerate(CELLS):
            ran = kernel.run(cell, f"run-{place}")
            assert ran.reply["status"] == "ok"
            assert ran.record is not None
            assert PLANTED not in str(ran.record)
        kept = [path for path in Path(kernel.spool).rglob("*") if path.is_file() and path.suffix != ".frames"]
        assert len(kept) > len(CELLS)
        # What the cells say themselves is theirs, and is in the messages that carry it.
        assert [path.name for path in kept if PLANTED.encode() in path.read_bytes()] == []
    finally:
        kernel.close()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://ann:pa55@db/x", "postgresql://ann:***@db/x"),
        ("https://h/?a=1&token=abc&b=2", "https://h/?a=1&token=***&b=2"),
        ("password = 'hunter2'", "password = '***'"),
        ("Authorization: Bearer abcdefgh12", "Authorization: Bearer ***"),
        ("sorted(rows, key=len)", "sorted(rows, key=len)"),
        ("tokens = 12, tokenizer = x", "tokens = 12, tokenizer = x"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_names() -> None:
    assert all(map(is_named_secret, ["token", "db_password", "API_KEY", "hf_token"]))
    assert not any(map(is_named_secret, ["tokens", "tokenizer", "key", "keys", "secretary"]))
    assert all(map(is_secret_file, ["a/.env", ".env.local", "id_rsa", "server.pem", ".netrc"]))
    assert not any(map(is_secret_file, ["data.csv", "environment.yml", "keys.json"]))
