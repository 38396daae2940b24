"""The masker: the cases that it shares with the bridge's, what it must leave alone, and streams that come in pieces."""

from __future__ import annotations

import base64
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
from cases import parse
from secret_vectors import VECTORS, masker, spelled

from yesterday_agent import secrecy
from yesterday_agent.known_secrets import KnownSecrets
from yesterday_agent.masking import Masker
from yesterday_agent.secret_names import is_secret_file, name_class, variable_class
from yesterday_agent.secret_stream import StreamMask

HERE = Path(__file__).resolve().parent
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


@pytest.mark.parametrize(("text", "masked"), VECTORS["texts"])
def test_texts(text: str, masked: str) -> None:
    assert masker().mask(text) == spelled(masked)


@pytest.mark.parametrize(("code", "masked"), VECTORS["codes"])
def test_codes(code: str, masked: str) -> None:
    assert masker().mask(code, is_code=True) == spelled(masked)


@pytest.mark.parametrize("text", VECTORS["clean"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert [masker().mask(text), masker().mask(text, is_code=True)] == [text, text]


def test_what_is_masked_stays_as_it_is() -> None:
    for text, _ in [*VECTORS["texts"], *VECTORS["codes"]]:
        once = masker().mask(text)
        assert masker().mask(once) == once


def test_fingerprints() -> None:
    assert {value: masker().fingerprint(value) for value in VECTORS["fingerprints"]} == VECTORS["fingerprints"]


def test_names() -> None:
    for kind, names in VECTORS["names"].items():
        assert {name: name_class(name) or "none" for name in names} == dict.fromkeys(names, kind)
    for kind, names in VECTORS["variables"].items():
        assert {name: variable_class(name) or "none" for name in names} == dict.fromkeys(names, kind)
    for kind, paths in VECTORS["files"].items():
        assert {path: is_secret_file(path) for path in paths} == dict.fromkeys(paths, kind == "secret")


@pytest.mark.parametrize("case", VECTORS["streams"])
def test_streams(case: dict[str, Any]) -> None:
    stream = StreamMask(masker())
    assert [stream.feed(piece) for piece in case["pieces"]] == list(map(spelled, case["given"]))
    assert stream.flush() == spelled(case.get("rest", ""))


def test_a_stream_is_masked_however_it_is_cut() -> None:
    """Of a secret that is cut, at most the three characters that may begin any text are given out."""
    dice = random.Random(7)
    texts = [text for text, _ in VECTORS["texts"] if "\x1b" not in text and "//" not in text]
    for _ in range(400):
        text = "".join(dice.choice(["", "ok\n"]) + dice.choice(texts) + "\n" for _ in range(3))
        cuts = sorted(dice.randrange(len(text)) for _ in range(dice.randrange(1, 6)))
        stream = StreamMask(masker())
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        given = "".join(map(stream.feed, pieces)) + stream.flush()
        for secret in ("hunter2", "aHVudGVyM", "PRIVATE KEY-----\nW", *_issued(text)):
            assert secret[3:] not in given or secret not in text, (pieces, given)


def _issued(text: str) -> list[str]:
    return [text[one.start : one.end] for one in masker().find(text) if one.end - one.start > 30]


def test_examples_and_notebooks_have_no_secrets() -> None:
    """What people compute is not touched: sources and saved outputs of the examples, and the twenty notebooks."""
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            code = "".join(cell["source"])
            assert masker().mask(code, is_code=True) == code
            outputs = cell.get("outputs", [])
            assert masker().mask_tree(outputs) is outputs
    for case in parse("\n" + (HERE / "notebooks.txt").read_text("utf-8")):
        for code in case.cells:
            assert masker().mask(code, is_code=True) == code
            assert masker().mask(code) == code


def test_bytes() -> None:
    known = KnownSecrets()
    known.learn(["hunter2-is-long"])
    secret = "hunter2-is-long"
    spelled = [
        secret.encode(),
        secret.encode("utf-16"),
        secret.encode("utf-32"),
        base64.b64encode(f"me:{secret}".encode()),
        secret.encode().hex().encode(),
        pickle.dumps({"a": [secret]}),
        json.dumps(secret).encode(),
    ]
    assert all(known.in_bytes(b"before" + data + b"behind") for data in spelled)
    assert not known.in_bytes(bytes(range(256)) * 1000)
    assert known.in_bytes(memoryview(b"\0" * (5 << 20) + secret.encode()))


def test_a_tree_is_masked_by_its_keys() -> None:
    tree = {"db": {"password": "hu99er", "port": 5432}, "rows": [1, 2.5, None], "note": "hunter2"}
    one = masker()
    masked = one.mask_tree(tree)
    assert masked == {
        "db": {"password": one.placeholder("hu99er"), "port": 5432},
        "rows": [1, 2.5, None],
        "note": one.placeholder("hunter2"),
    }
    assert masked["rows"] is tree["rows"]
    clean = {"a": ["b", {"c": 1}]}
    assert one.mask_tree(clean) is clean


def test_fingerprints_differ_by_key_and_show_a_change() -> None:
    one, other = Masker(KnownSecrets(), b"a" * 32), Masker(KnownSecrets(), b"b" * 32)
    assert one.placeholder("x1") != one.placeholder("x2")
    assert one.placeholder("x1") != other.placeholder("x1")


def test_a_large_record_is_masked_as_a_small_one_is() -> None:
    """In batches, which hide nothing from the search: each edge is masked as it is alone."""
    secret = "hunter2-correct-horse-battery"
    edges: list[dict[str, Any]] = [
        {"kind": "file", "name": f"images/{n}.png", "digest": "ab" * 32} for n in range(5000)
    ]
    edges[2500] = {"kind": "url", "name": f"https://ada:{secret}@example.com/data", "password": secret}
    record = {"used": edges, f"password={secret}": f"token={secret}"}
    masked = secrecy.masked_texts(record)
    assert secret not in json.dumps(masked)
    used = masked["used"]
    assert isinstance(used, list) and used[2499:2502] == [secrecy.masked_texts(edge) for edge in edges[2499:2502]]
    assert used[0] is edges[0]
