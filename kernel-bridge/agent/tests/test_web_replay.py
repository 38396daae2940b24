"""Answers of a real server on this machine, recorded and given again when it is gone, by each library."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from notebook import Notebook

from yesterday_agent import web_answers, web_replay
from yesterday_agent.record import Edge, Record
from yesterday_agent.web_answers import payload, safe_headers

BODY = b"born,died\n1,2\n" * 2_000
SECRET = "ghp_" + "a1B2" * 9


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        getattr(self, f"answer_{self.path.partition('?')[0].strip('/').partition('.')[0]}")()

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(b"got " + sent[::-1])

    def do_HEAD(self) -> None:
        self.answer(b"", length=12_345)

    def answer(self, body: bytes, *headers: tuple[str, str], status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body) if length is None else length)), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_data(self) -> None:
        self.answer(BODY, ("ETag", '"v1"'), ("X-Total", "7"), ("Set-Cookie", "sid=abc"), ("X-Note", SECRET))

    def answer_gzip(self) -> None:
        self.answer(gzip.compress(BODY, mtime=0), ("Content-Encoding", "gzip"))

    def answer_chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(BODY), 9_000):
            piece = BODY[start : start + 9_000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def answer_moved(self) -> None:
        self.answer(b"", ("Location", "/data.csv"), status=302)

    def answer_same(self) -> None:
        self.send_response(304)
        self.send_header("ETag", '"v1"')
        self.end_headers()

    def answer_missing(self) -> None:
        self.answer(b"no such thing", status=404)

    def answer_broken(self) -> None:
        self.answer(b"half", length=1_000)
        self.close_connection = True

    def answer_secret(self) -> None:
        self.answer(f"token = {SECRET}".encode())

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    close(server)


def close(server: ThreadingHTTPServer) -> None:
    server.shutdown()
    server.server_close()


def urls(record: Record) -> list[Edge]:
    return [edge for edge in record["used"] if edge["kind"] == "url"]


def answers(record: Record, folder: str) -> list[dict[str, Any]]:
    """As the server gives them."""
    found = []
    for edge in urls(record):
        value, facets = edge.get("value"), edge.get("facets") or {}
        file = None if value is None else os.path.join(folder, value["digest"].partition(":")[2])
        found.append({"address": edge["name"], "facts": facets["answer"], "file": file})
    return found


def twice(server: ThreadingHTTPServer, load: str, code: str) -> tuple[Any, Any, Record, Record]:
    """`result`, and the record, with the server and then from the record."""
    notebook = Notebook()
    notebook.run(f"{load}\nurl = 'http://127.0.0.1:{server.server_port}'")
    first = notebook.run(code)
    result = notebook.shell.user_ns["result"]
    close(server)
    web_replay.give(json.dumps(answers(first, notebook.recorder.kept._folder)), is_apart=True)
    second = notebook.run(f"result = None\n{code}")
    assert notebook.errors == [None] * 3
    return result, notebook.shell.user_ns["result"], first, second


LOAD = "import urllib.request, urllib.error, http.client"
WAYS = {
    "urllib": (LOAD, "result = urllib.request.urlopen(url + PATH).read()"),
    "requests": ("import requests", "result = requests.get(url + PATH).content"),
    "requests, streamed": (
        "import requests",
        "with requests.get(url + PATH, stream=True) as r:\n    result = b''.join(r.iter_content(700))",
    ),
    "requests, in a session": (
        "import requests",
        "with requests.Session() as s:\n    result = [s.get(url + PATH).content for _ in range(3)]",
    ),
    "httpx": ("import httpx", "result = httpx.get(url + PATH, follow_redirects=True).content"),
    "httpx, asynchronous": (
        "import httpx, asyncio",
        "async def get():\n    async with httpx.AsyncClient(follow_redirects=True) as c:\n"
        "        return (await c.get(url + PATH)).content\n"
        "loop = asyncio.new_event_loop()\nresult = loop.run_until_complete(get())\nloop.close()",
    ),
    "aiohttp": (
        "import aiohttp, asyncio",
        "async def get():\n    async with aiohttp.ClientSession() as s, s.get(url + PATH) as r:\n"
        "        return await r.read()\n"
        "loop = asyncio.new_event_loop()\nresult = loop.run_until_complete(get())\nloop.close()",
    ),
    "aiohttp, streamed and again": (
        "import aiohttp, asyncio",
        "async def get():\n    async with aiohttp.ClientSession() as s:\n        for _ in range(3):\n"
        "            async with s.get(url + PATH) as r:\n"
        "                whole = b''.join([part async for part in r.content.iter_chunked(700)])\n"
        "        return whole, r.status, r.headers.get('X-Total')\n"
        "loop = asyncio.new_event_loop()\nresult = loop.run_until_complete(get())\nloop.close()",
    ),
    "aiohttp, by fsspec": (
        "import fsspec",
        "result = fsspec.filesystem('http', skip_instance_cache=True).cat(url + PATH)",
    ),
    "pandas": ("import pandas", "result = pandas.read_csv(url + PATH).to_dict()"),
}


@pytest.mark.parametrize("path", ["/data.csv?token=abc12345", "/gzip.csv", "/chunked.csv", "/moved.csv"])
@pytest.mark.parametrize("way", WAYS)
def test_an_answer_is_given_again(way: str, path: str, server: ThreadingHTTPServer) -> None:
    if importlib.util.find_spec(way.partition(",")[0]) is None:
        pytest.skip(f"needs {way}")
    load, code = WAYS[way]
    first, second, was, now = twice(server, load, code.replace("PATH", repr(path)))
    assert first == second is not None
    versions = [(edge["name"], edge["digest"]) for edge in urls(was)]
    assert versions == [(edge["name"], edge["digest"]) for edge in urls(now)] and None not in dict(versions).values()
    assert "abc12345" not in json.dumps(was)


def test_headers_without_secrets_and_the_status(server: ThreadingHTTPServer) -> None:
    code = "r = urllib.request.urlopen(url + '/data.csv')\nresult = r.status, r.headers['X-Total'], len(r.read())"
    first, second, was, _ = twice(server, LOAD, code)
    assert first == second == (200, "7", len(BODY))
    (edge,) = urls(was)
    assert (edge["facets"] or {})["etag"] == '"v1"'
    assert not any(word in json.dumps(was) for word in ("Set-Cookie", "sid=abc", SECRET))


@pytest.mark.parametrize(("path", "status"), [("/same", 304), ("/missing", 404)])
def test_an_answer_that_is_an_error(path: str, status: int, server: ThreadingHTTPServer) -> None:
    caught = "except urllib.error.HTTPError as e:\n    result = e.code, e.read()"
    first, second, *_ = twice(server, LOAD, f"try:\n    urllib.request.urlopen(url + {path!r})\n{caught}")
    assert first == second and first[0] == status


def test_a_connection_that_broke_breaks_again(server: ThreadingHTTPServer) -> None:
    caught = "except http.client.IncompleteRead as e:\n    result = e.partial, e.expected"
    first, second, was, _ = twice(server, LOAD, f"try:\n    urllib.request.urlopen(url + '/broken').read()\n{caught}")
    assert first == second == (b"half", 996)
    assert urls(was)[0]["digest"] is None


def test_a_part_that_was_read_is_enough(server: ThreadingHTTPServer) -> None:
    first, second, was, _ = twice(server, LOAD, "result = urllib.request.urlopen(url + '/data.csv').read(10)")
    assert first == second == BODY[:10]
    (edge,) = urls(was)
    assert edge["digest"] is None and (edge["value"] or {})["size"] == 10


@pytest.mark.parametrize(("load", "word"), [("requests", "data"), ("httpx", "content")])
def test_what_was_posted_is_matched_and_not_stored(load: str, word: str, server: ThreadingHTTPServer) -> None:
    if importlib.util.find_spec(load) is None:
        pytest.skip(f"needs {load}")
    code = f"result = [{load}.post(url, {word}=b).text for b in (b'hunter2-one', b'hunter2-two')]"
    first, second, was, _ = twice(server, f"import {load}", code)
    assert first == second == ["got eno-2retnuh", "got owt-2retnuh"]
    assert "hunter2" not in json.dumps(was)


AIOHTTP = "import aiohttp, asyncio\ndef go(work):\n    loop = asyncio.new_event_loop()\n"
AIOHTTP += "    try:\n        return loop.run_until_complete(work())\n    finally:\n        loop.close()"


def test_aiohttp_gets_what_it_posted_for_and_errors_as_they_were(server: ThreadingHTTPServer) -> None:
    pytest.importorskip("aiohttp")
    code = """
async def work():
    found = []
    async with aiohttp.ClientSession() as s:
        for body in (b'hunter2-one', b'hunter2-two'):
            async with s.post(url, data=body) as r:
                found.append(await r.text())
        async with s.get(url + '/missing') as r:
            found.append((r.status, await r.text()))
        async with s.get(url + '/same') as r:
            found.append((r.status, await r.read()))
        async with s.head(url) as r:
            found.append(r.headers['Content-Length'])
        try:
            async with s.get(url + '/broken') as r:
                await r.read()
        except aiohttp.ClientPayloadError:
            found.append('broken')
    return found
result = go(work)"""
    first, second, was, _ = twice(server, AIOHTTP, code)
    assert first == ["got eno-2retnuh", "got owt-2retnuh", (404, "no such thing"), (304, b""), "12345", "broken"]
    assert second == first
    assert "hunter2" not in json.dumps(was)
    assert urls(was)[-1]["digest"] is None


def test_aiohttp_asks_nothing_that_the_record_does_not_answer(server: ThreadingHTTPServer) -> None:
    pytest.importorskip("aiohttp")
    notebook = Notebook()
    notebook.run(AIOHTTP)
    web_replay.give("[]", False)
    address = f"http://127.0.0.1:{server.server_port}/data.csv"
    get = f"async def work():\n    async with aiohttp.ClientSession() as s, s.get({address!r}) as r:\n"
    notebook.run(f"{get}        return await r.read()\ngo(work)")
    assert f"the record has no answer to GET {address}" in str(notebook.errors[-1])
    web_replay.give("[]", True)
    notebook.run(f"{get}        return await r.read()\nbody = go(work)")
    assert notebook.shell.user_ns["body"] == BODY


def test_a_large_answer_by_aiohttp_has_a_digest(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp")
    monkeypatch.setattr("yesterday_agent.urls.BODY_BYTES", 1_000)
    notebook = Notebook()
    get = f"s.get('http://127.0.0.1:{server.server_port}/data.csv')"
    work = f"async def work():\n    async with aiohttp.ClientSession() as s, {get} as r:\n        return await r.read()"
    record = notebook.run(f"{AIOHTTP}\n{work}\ngo(work)")
    (edge,) = urls(record)
    assert edge["digest"] == f"sha256:{hashlib.sha256(BODY).hexdigest()}" and edge.get("value") is None


def test_the_length_that_head_says(server: ThreadingHTTPServer) -> None:
    code = "result = urllib.request.urlopen(urllib.request.Request(url, method='HEAD')).headers['Content-Length']"
    assert twice(server, LOAD, code)[:2] == ("12345", "12345")


def test_what_the_record_has_no_answer_to_fails_and_says_so(server: ThreadingHTTPServer) -> None:
    notebook = Notebook()
    close(server)
    for address in (f"http://127.0.0.1:{server.server_port}/data.csv?a=1", "https://example.invalid/x"):
        web_replay.give("[]", False)
        notebook.run(f"{LOAD}\nurllib.request.urlopen({address!r})")
        assert f"the record has no answer to GET {address}" in str(notebook.errors[-1])


def test_a_server_of_the_sandbox_itself_is_asked_first(server: ThreadingHTTPServer) -> None:
    notebook = Notebook()
    web_replay.give("[]", True)
    address = f"http://127.0.0.1:{server.server_port}/data.csv"
    notebook.run(f"{LOAD}\nbody = urllib.request.urlopen({address!r}).read()")
    assert notebook.shell.user_ns["body"] == BODY
    web_replay.give("[]", False)
    notebook.run(f"urllib.request.urlopen({address!r}).read()")
    assert "the record has no answer to GET" in str(notebook.errors[-1])


def test_bodies_over_the_budget_and_with_secrets_are_named(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yesterday_agent.urls.BODY_BYTES", 1_000)
    notebook = Notebook()
    address = f"http://127.0.0.1:{server.server_port}"
    record = notebook.run(
        f"{LOAD}\nfor path in ('/data.csv', '/secret'):\n    urllib.request.urlopen({address!r} + path).read()"
    )
    large, secret = urls(record)
    assert large["size"] == len(BODY) and large["digest"] is not None and large.get("value") is None
    assert secret.get("value") is None
    missing = {one["what"]: one["why"] for one in record["notCaptured"]}
    assert "larger than" in missing[f"the answer of {address}/data.csv"]
    assert missing[f"the answer of {address}/secret"] == "it holds a secret"


def test_framing() -> None:
    assert payload(b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n", True) == (b"abcde", True)
    assert payload(b"3\r\nabc\r\n5\r\nde", True) == (b"abcde", False)
    assert payload(b"no chunk", True) == (b"", False)
    names = safe_headers([("ETag", "1"), ("X-Api-Key", "1"), ("Authorization", "1"), ("Connection", "close")])
    assert names == [["ETag", "1"]]
    assert len(safe_headers((f"x-{n}", "1") for n in range(500))) == web_answers._HEADERS
