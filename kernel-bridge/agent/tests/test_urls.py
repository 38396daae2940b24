"""Fetched from a real server on this machine: the address without its secrets and the digest of the answer, by each
library; the code gets what it got without."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from kernel import Kernel
from notebook import Notebook

from yesterday_agent.record import Edge
from yesterday_agent.secrecy import mask

BODY = b"born,died\n1,2\n" * 5_000


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        packed = "gzip" in self.path
        body = gzip.compress(BODY) if packed else BODY
        self.send_response(200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if "chunked" in self.path:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(body), 9_000):
                piece = body[start : start + 9_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self) -> None:
        """Reads the body first: to close a connection with unread bytes resets it, and the answer may be lost."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def fetched(*cells: str) -> list[Edge]:
    notebook = Notebook()
    for cell in cells:
        record = notebook.run(cell)
    assert notebook.errors == [None] * len(cells)
    assert notebook.shell.user_ns["body"] == BODY
    return [edge for edge in record["used"] if edge["kind"] == "url"]


WAYS = {
    "urllib": ("import urllib.request", "body = urllib.request.urlopen(url).read()"),
    "urllib in pieces": (
        "import urllib.request",
        "with urllib.request.urlopen(url) as answer:\n    body = b''.join(iter(lambda: answer.read(700), b''))",
    ),
    "requests": ("import requests", "body = requests.get(url).content"),
    "requests in a session": ("import requests", "with requests.Session() as s:\n    body = s.get(url).content"),
    "httpx": ("import httpx", "body = httpx.get(url).content"),
    "httpx with a client": ("import httpx", "with httpx.Client() as c:\n    body = c.get(url).content"),
}


@pytest.mark.parametrize("path", ["/data.csv?token=abc12345", "/chunked.csv", "/gzip.csv"])
@pytest.mark.parametrize("way", WAYS)
def test_each_answer_is_a_version(way: str, path: str, address: str) -> None:
    load, fetch = WAYS[way]
    if importlib.util.find_spec(way.split()[0]) is None:
        pytest.skip(f"needs {way.split()[0]}")
    if path.startswith("/gzip") and way.startswith("urllib"):
        pytest.skip("it does not unpack")
    (edge,) = fetched(f"{load}\nurl = {address + path!r}", fetch)
    assert edge["name"] == address + path.replace("abc12345", mask("?token=abc12345")[7:])
    assert edge["digest"] == f"sha256:{hashlib.sha256(BODY).hexdigest()}"
    assert edge["size"] == len(BODY)
    assert edge["reason"] == "fetched (GET, 200)"


@pytest.mark.parametrize("way", ["urllib", "requests", "httpx"])
def test_in_the_cell_that_imports(way: str, address: str, tmp_path: Path) -> None:
    """In a process of its own, where nothing is imported yet."""
    if importlib.util.find_spec(way) is None:
        pytest.skip(f"needs {way}")
    load, fetch = WAYS[way]
    kernel = Kernel()
    try:
        ran = kernel.run(f"{load}\nurl = {address + '/chunked.csv'!r}\n{fetch}\nlen(body)", "run-1")
        assert ran.record is not None
        (edge,) = [edge for edge in ran.record["used"] if edge["kind"] == "url"]
        assert edge["digest"] == f"sha256:{hashlib.sha256(BODY).hexdigest()}"
    finally:
        kernel.close()


def test_what_was_not_read_to_the_end_has_no_digest(address: str) -> None:
    notebook = Notebook()
    record = notebook.run(f"import urllib.request\npart = urllib.request.urlopen({address!r}).read(10)")
    (edge,) = [edge for edge in record["used"] if edge["kind"] == "url"]
    assert (edge["name"], edge["digest"]) == (f"{address}/", None)


def test_a_posted_form_names_no_body(address: str) -> None:
    (edge,) = fetched(f"import urllib.request\nbody = urllib.request.urlopen({address!r}, data=b'secret=1').read()")
    assert edge["reason"] == "fetched (POST, 200)"
    assert "secret" not in str(edge)
