"""Where secrets come into the process: answers to password prompts, `keyring`, and files that keep credentials, which
are looked at just before the user's code reads them."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import stat
import sys
from collections.abc import Iterator
from time import perf_counter
from types import ModuleType
from typing import Any

from .audit import listen
from .known_secrets import SHORTEST, variable_secrets
from .on_import import when_imported
from .own_threads import as_own, is_own
from .secrecy import is_secret_file, learn, masker
from .secret_shapes import is_distinctive, is_placeholder, looks_random

_ASKS = re.compile(r"pass(?:word|wd|phrase|code)|\bpin\b|secret|token|api.?key|credential", re.I)
_CONFIG = (".env", ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".json", ".properties", ".netrc")
_LARGEST = 64 * 1024
_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+|set[ \t]+)?[\"']?([A-Za-z_][\w.-]{0,80})[\"']?[ \t]*[:=][ \t]*(.+?)[ \t]*,?$", re.M
)
_WRITES = os.O_WRONLY | os.O_TRUNC
_ALLOWANCE, _SHARE = 0.05, 0.02


def answered(prompt: str, is_password: bool, value: object) -> None:
    """An answer to `getpass`, or to an `input()` that asks for a password by its words."""
    if type(value) is str and (is_password or (_ASKS.search(prompt) is not None and is_distinctive(value))):
        learn([value, value.strip()] if len(value.strip()) >= SHORTEST else [])


def watch() -> None:
    """From now on."""
    listen(["open"], _Files().opened)
    when_imported({"keyring": _teach_keyring})


class _Files:
    """Looks at files before the user's code reads them. `.env` and the like always; other settings while that takes no
    more than a fiftieth of the time, since data comes in files of the same kinds."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, int, int]] = set()
        self._since, self._spent = perf_counter(), 0.0

    def opened(self, event: str, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        if type(path) is not str or not (path.endswith(_CONFIG) or is_secret_file(path)) or is_own():
            return
        if ("w" in mode or "x" in mode) if type(mode) is str else bool(flags & _WRITES):
            return
        started = perf_counter()
        if not is_secret_file(path) and self._spent > _ALLOWANCE + (started - self._since) * _SHARE:
            return
        with contextlib.suppress(OSError):
            as_own(lambda: self._look(path))
        self._spent += perf_counter() - started

    def _look(self, path: str) -> None:
        facts = os.stat(path)
        state = (path, facts.st_mtime_ns, facts.st_size)
        if state not in self._seen and stat.S_ISREG(facts.st_mode) and facts.st_size <= _LARGEST:
            self._seen.add(state)
            with open(path, encoding="utf-8", errors="replace") as handle:
                learn(file_secrets(path, handle.read()))


def file_secrets(path: str, text: str) -> Iterator[str]:
    """What is secret in a file of settings; in one that is kept for secrets, also what merely looks like one."""
    yield from masker().values(text, is_code=False)
    keeps = is_secret_file(path)
    for match in _LINE.finditer(text):
        value = match[2].strip().strip("\"'")
        yield from variable_secrets(match[1], value)
        if keeps and looks_random(value) and not is_placeholder(value):
            yield value
    if keeps:
        yield from _of_plain_file(text)


def _of_plain_file(text: str) -> Iterator[str]:
    """A token alone; `.netrc`; `.pgpass` and `.htpasswd`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and " " not in lines[0] and len(lines[0]) >= 8:
        yield lines[0]
    yield from re.findall(r"\bpassword[ \t]+(\S{3,})", text)
    for line in lines:
        parts = line.split(":")
        if len(parts) in (2, 5) and " " not in line and "=" not in line and not line.startswith(("#", "http")):
            yield parts[-1]


def _teach_keyring(package: ModuleType) -> None:
    """`keyring.get_password` goes on as it was, and what it returns is known."""
    for module in (sys.modules.get("keyring.core"), package):
        for name in ("get_password", "get_credential", "set_password"):
            real = getattr(module, name, None)
            if real is not None and not hasattr(real, "__wrapped__"):
                setattr(module, name, _listening(real))


def _listening(real: Any) -> Any:
    @functools.wraps(real)
    def listening(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        secret = getattr(found, "password", found) or (given[2] if len(given) > 2 else named.get("password"))
        if type(secret) is str:
            learn([secret])
        return found

    return listening
