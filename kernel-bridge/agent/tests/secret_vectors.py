"""The cases that both maskers pass; the bridge's `test/secrets.test.ts` reads the same file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from yesterday_agent.known_secrets import KnownSecrets
from yesterday_agent.masking import Masker

_FILE = Path(__file__).with_name("secrets.json")
VECTORS: dict[str, Any] = json.loads(_FILE.read_text("utf-8").replace("\\u2040", ""))


def masker() -> Masker:
    known = KnownSecrets()
    known.learn(VECTORS["known"])
    return Masker(known, bytes.fromhex(VECTORS["key"]))


def spelled(text: str) -> str:
    """The expected text, in which `⟦value⟧` is the placeholder of the value."""
    one = masker()
    return re.sub("\u27e6([^\u27e7]*)\u27e7", lambda found: one.placeholder(found[1]), text)
