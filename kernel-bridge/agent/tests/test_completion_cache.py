"""Completion works although a kernel was killed while it wrote the cache that all kernels of the user share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel import Kernel
from patience import seconds


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.fixture
def kernels() -> Iterator[list[Kernel]]:
    made: list[Kernel] = []
    yield made
    for kernel in made:
        kernel.close()


def complete(kernel: Kernel, code: str) -> list[str]:
    asked = kernel.client.complete(code)
    while True:
        heard = kernel.client.get_shell_msg(timeout=seconds(60))
        if heard["parent_header"].get("msg_id") == asked:
            return [str(match) for match in heard["content"]["matches"]]


def test_half_a_cache_file_is_made_again(cache: Path, kernels: list[Kernel]) -> None:
    kernels.append(Kernel())
    kernels[0].run("import textwrap")
    assert "textwrap.dedent" in [f"textwrap.{match.split('.')[-1]}" for match in complete(kernels[0], "textwrap.ded")]
    files = [path for path in cache.rglob("*.pkl") if path.stat().st_size > 0]
    assert files, "nothing was cached, so nothing can be damaged"
    assert not list(cache.rglob("*.new"))
    for path in files:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    kernels.append(Kernel())
    matches = complete(kernels[1], "import textwrap\ntextwrap.ded")
    assert any("dedent" in match for match in matches), matches
    again = [path for path in cache.rglob("*.pkl") if path.stat().st_size > 0]
    assert again
