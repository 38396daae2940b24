"""pure. Which names (of variables, keys, options, environment variables, files) announce a secret.

Twin of the bridge's `secrets/names.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Literal

NameClass = Literal["password", "key"]
"""A password may be short and weak. A key, token or secret is made by a machine and looks random."""


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PASSWORD = re.compile(r"(?:password|passwd|passphrase|passcode|pwd)$")
_PASS = re.compile(r"^(?:pass|pw)$")
_KEY = re.compile(r"(?:secret|apikey|accesskey|secretkey|credential|credentials)$")
_TOKEN = re.compile(r"token$")
_ACCOUNTS = word_set(
    "db database user admin root smtp imap mail email mysql postgres pg redis mongo ftp ssh ldap login proxy sudo my "
    "new old"
)
_KEYS = word_set(
    "api access secret private signing signature encryption auth account master shared license client service storage "
    "subscription app admin deploy hmac aes rsa jwt webhook bot session"
)
_TEXTUAL = word_set(
    "pad padding eos bos unk sep cls mask special next prev previous start end stop first last max min num n per "
    "total image audio video text word sub input output prompt completion added extra begin think system assistant "
    "tool vision object placeholder blank eot eod fim page sync continuation cursor current target decoder encoder "
    "each one any no public"
)
_PLAIN_KEYS = word_set("public primary foreign sort partition cache hot host index group row map merge join")
_OWN_FOLDER = frozenset(("PWD", "OLDPWD"))

_FILE = re.compile(
    r"^(?:\.env.*|.*\.env|\.netrc|_netrc|\.pgpass|pgpass\.conf|\.my\.cnf|\.pypirc|\.git-credentials|\.dockercfg"
    r"|\.htpasswd|credentials?(?:\.\w+)?|secrets?\.(?:json|ya?ml|toml|ini|env)|id_[a-z0-9]+|kaggle\.json"
    r"|application_default_credentials\.json|service[_-]account.*\.json|stored_tokens"
    r"|.*\.(?:pem|key|p12|pfx|kdbx|jks|keystore|token))$",
    re.I,
)
_PLACE = re.compile(
    r"(?:^|/)(?:\.?huggingface/token|gh/hosts\.yml|\.kube/config|\.docker/config\.json|pip/pip\.conf|\.pip/pip\.conf)$"
)

_PLACED = ("token", "hosts.yml", "config", "config.json", "pip.conf")
"""How the names in `_PLACE` end."""


@functools.lru_cache(maxsize=4096)
def name_class(name: str) -> NameClass | None:
    """What a variable, key or option of this name holds; None for nothing secret."""
    words = _words(name)
    if not words:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if _PASSWORD.search(last) or (_PASS.search(last) and (before in _ACCOUNTS or (last == "pw" and not before))):
        return "password"
    if _KEY.search(last) or (last == "key" and before in _KEYS):
        return "key"
    return "key" if _TOKEN.search(last) and _TEXTUAL.isdisjoint(words) else None


@functools.lru_cache(maxsize=4096)
def variable_class(name: str) -> NameClass | None:
    """As `name_class`, for environment variables and dotenv files: there `MAPBOX_KEY` and `DB_PASS` are secrets too."""
    words = _words(name)
    if name in _OWN_FOLDER or not words:
        return None
    if words[-1] == "pass" and len(words) > 1:
        return "password"
    if words[-1] in ("key", "auth") and len(words) > 1 and _PLAIN_KEYS.isdisjoint(words):
        return "key"
    return name_class(name)


def _words(name: str) -> list[str]:
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    return words


def is_secret_file(path: str) -> bool:
    """Its name says that it keeps secrets: its bytes are not stored."""
    # Asked for each file that is opened: most are decided by how they end.
    name = path[path.rfind(os.sep) + 1 :] if os.altsep is None else os.path.basename(path)
    if _FILE.match(name) is not None:
        return True
    return name.endswith(_PLACED) and _PLACE.search(path.replace(os.sep, "/")) is not None
