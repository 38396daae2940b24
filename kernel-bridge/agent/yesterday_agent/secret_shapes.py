"""pure. Which values look like secrets, and which are placeholders or no secrets.

Twin of the bridge's `secrets/shapes.ts`: a change here is a change there. `tests/secrets.json` is tried on both.
"""

from __future__ import annotations

import re

from .secret_names import NameClass, name_class, word_set

_STOP = word_set(
    "password passwd passphrase passcode secret secrets token tokens key keys string str none null nil true false "
    "default required optional hidden unknown example test testing admin root user username guest public private "
    "localhost postgres mysql changeme change-me change_me letmein foobar foo bar baz abc pass mypass mypassword "
    "value text bearer basic disabled enabled auto yes no on off any all self this undefined empty missing invalid "
    "valid"
)
_TEMPLATE = re.compile(
    r"^(?:<.*|\[.*\]|\{.*|.*\{.*\}.*|\$[A-Za-z_]*|\$\(.*|%[a-z]|.*%\(.*|(.)\1*"
    r"|(?:your|my|the|enter|insert|put|add|some|example|sample|dummy|fake)[-_ ].*"
    r"|.*(?:example|placeholder|changeme|redacted|xxxx|\.\.\.|\u2026|\u2022).*)$",
    re.A | re.I | re.S,
)
_TEMPLATE_UP_TO = 256
_WORDY = re.compile(r"^(?:[a-z]+(?:[_-][a-z]+)*[_-]?\d{0,2}|[A-Z]+(?:[_-][A-Z]+)*[_-]?\d{0,2}|[A-Z]?[a-z]+\d{0,2})$")
_DOTTED = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$", re.A)
_PATH = re.compile(r"^(?:[/~.]|[A-Za-z]:[\\/]|https?:|s3:|gs:|file:)")
_KEY_CHARS = re.compile(r"^[A-Za-z0-9_.~+/=:!@#$%&,;?-]{8,}$")
_LETTERS = re.compile(r"^[A-Za-z]{1,19}$")
_CLASSES = tuple(re.compile(each) for each in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))


def is_path(value: str) -> bool:
    """A file or an address, and no secret."""
    return _PATH.match(value) is not None


def is_placeholder(value: str) -> bool:
    """A placeholder for a secret: `<password>`, `${TOKEN}`, `your-key-here`, `****`, or a word like `changeme`."""
    return value.lower() in _STOP or is_template(value)


def is_template(value: str) -> bool:
    """As `is_placeholder`, without the words: behind `?token=` and in `://me:password@` any word is taken for one."""
    return value == "" or (len(value) <= _TEMPLATE_UP_TO and _TEMPLATE.match(value) is not None)


def looks_secret(value: str, kind: NameClass) -> bool:
    """Whether a text in quotes is the secret that a name of this kind announces."""
    if is_placeholder(value) or is_path(value):
        return False
    if kind == "password":
        return len(value) >= 4 and not any(char.isspace() for char in value)
    return _KEY_CHARS.match(value) is not None and not (
        is_wordy(value) or _DOTTED.match(value) or _LETTERS.match(value)
    )


def looks_secret_bare(value: str, kind: NameClass, is_variable: bool) -> bool:
    """As `looks_secret`, for a text without quotes. `is_variable`: the value in `NAME=value`, as in an environment."""
    if not looks_secret(value, kind) or _DOTTED.match(value) or (name_class(value) is not None and is_wordy(value)):
        return False
    if is_variable:
        return True
    mixed = _classes(value)
    return looks_random(value) if kind == "key" else len(value) >= 6 and mixed[2] and (mixed[0] or mixed[1])


def is_wordy(value: str) -> bool:
    """Words of a language or a program, and no random characters."""
    return _WORDY.match(value.strip("_-")) is not None


def looks_random(value: str) -> bool:
    """At least 16 characters of mixed kinds."""
    mixed = _classes(value)
    return len(value) >= 16 and not is_wordy(value) and mixed[2] and (mixed[0] or mixed[1])


def is_distinctive(value: str) -> bool:
    """It is unlikely to occur by chance, so that it is masked wherever it occurs."""
    return len(value) >= 6 and (sum(_classes(value)) >= 2 or len(value) >= 10)


def is_plain_word(value: str) -> bool:
    """Letters or digits alone: masked only as a whole word."""
    return len(value) < 6 or sum(_classes(value)) < 2


def _classes(value: str) -> tuple[bool, ...]:
    """Whether it has small letters, capitals, digits, others."""
    return tuple(each.search(value) is not None for each in _CLASSES)
