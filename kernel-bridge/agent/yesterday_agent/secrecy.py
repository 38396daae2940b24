"""What must not be written down: passwords and tokens, as they stand in URLs, in assignments, in the environment and in
variables that are named so. Invariant: a text passes through `mask` before it is recorded; bytes that hold a secret of
the environment are not stored."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from typing import Any

_WORDS = r"(?:token|secret|passw(?:or)?d|pwd|api_?key|access_?key|private_?key|credentials?|signature)"
_IN_TEXT = re.compile(
    r"(?P<url>://[^/\s:@]*):[^/\s@]*@"
    r"|(?P<bearer>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}"
    rf"|(?P<set>(?:\b|_)(?:{_WORDS}|(?<=[?&])(?:key|sig))[\"']?\]?\s*[=:]\s*[\"']?)[^&\s\"',]+",
    re.I,
)
_NAME = re.compile(rf"(?:^|_){_WORDS}(?:$|_)", re.I)
_VARIABLE = re.compile(rf"{_WORDS}|KEY$|AUTH", re.I)
_FILE = re.compile(
    r"^(?:\.env.*|\.netrc|_netrc|\.pgpass|credentials?(?:\.\w+)?|id_[a-z0-9]+|.*\.(?:pem|key|p12|pfx|kdbx))$", re.I
)
_SHORTEST = 8


def mask(text: str) -> str:
    """Takes passwords and tokens out of URLs, headers, assignments and connection strings."""

    def masked(found: re.Match[str]) -> str:
        if found["url"] is not None:
            return f"{found['url']}:***@"
        return f"{found['bearer'] or found['set']}***"

    for secret in _present():
        text = text.replace(secret, "***")
    return _IN_TEXT.sub(masked, text)


def is_named_secret(name: str) -> bool:
    """A variable, or a key, of this name holds what nobody else should see."""
    return _NAME.search(name) is not None


def is_secret_file(path: str) -> bool:
    """Its name says that it keeps secrets: its bytes are not for the history."""
    return _FILE.match(os.path.basename(path)) is not None


def of_environment(variables: Mapping[str, str]) -> list[str]:
    """Values of variables that are named as secrets, the longest first."""
    found = {variables[name] for name in variables if _is_secret_variable(name)}
    return sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True)


def _present() -> list[str]:
    """Of the environment as it is now, which seldom changes and is asked with each text."""
    data = getattr(os.environ, "_data", None)
    if type(data) is not dict:
        return of_environment(os.environ)
    if not _told or _told[0][0] != data:
        _told[:] = [(dict(data), of_environment(os.environ))]
    return _told[0][1]


_told: list[tuple[dict[Any, Any], list[str]]] = []


@functools.lru_cache(maxsize=4096)
def _is_secret_variable(name: str) -> bool:
    """Asked for each name of the environment with each text that is recorded."""
    return _VARIABLE.search(name) is not None


def holds_secret(data: bytes) -> bool:
    """Whether a secret of the environment stands in the bytes."""
    return any(secret.encode("utf-8", "surrogateescape") in data for secret in _present())
