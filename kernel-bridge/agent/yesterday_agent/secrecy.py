"""What must not be written down, for the whole agent: one masker, and the rules for names, values and bytes.

Invariant: a text passes through `mask` before it leaves the process; bytes in which `holds_secret` finds something are
not stored; a digest of what holds a secret is keyed.
"""

from __future__ import annotations

import os
import types
from collections.abc import Iterable
from json import dumps
from typing import Any, TypeVar

from .known_secrets import KnownSecrets
from .masking import SIGN, Masker
from .record import Record
from .secret_finder import WORDS_UP_TO, may_hold_format
from .secret_names import is_secret_file as is_secret_file
from .secret_names import name_class
from .secret_shapes import is_placeholder, looks_secret

_LOOKED_AT = 4 * 1024 * 1024
_Tree = TypeVar("_Tree")
_known = KnownSecrets()
_masker = Masker(_known, os.urandom(32))


def use_key(key: str) -> None:
    """The key for fingerprints, as hex; they are the same then in every process that is given it."""
    global _masker
    _masker = Masker(_known, bytes.fromhex(key))


def masker() -> Masker:
    """The masker, which knows the environment as it is now."""
    data = getattr(os.environ, "_data", None)
    if not isinstance(data, dict):
        _known.learn_variables(os.environ)
    elif data != _environment:
        _environment.clear()
        _environment.update(data)
        _known.learn_variables(dict(os.environ))
    return _masker


_environment: dict[Any, Any] = {}


def mask(text: str) -> str:
    """The text without its secrets."""
    return masker().mask(text)


def mask_code(code: str) -> str:
    """As `mask`, for the source of a cell."""
    return masker().mask(code, is_code=True)


def masked_record(record: Record) -> Record:
    """The record with every text masked."""
    return masked_texts(record)


def masked_texts(tree: _Tree) -> _Tree:
    """JSON with every text masked. Most holds no secret, which one search over all of it shows; a long list is searched
    in batches, so that a run that read 100,000 files is not searched text by text."""
    masked: _Tree = _masked(tree)
    return masked


def _masked(tree: Any) -> Any:
    text = dumps(tree)
    if len(text) <= WORDS_UP_TO:
        return masker().mask_tree(tree) if masker().find(text) else tree
    if type(tree) is dict:
        return {name: each for key, item in tree.items() for name, each in _masked_member(key, item).items()}
    if type(tree) is list and len(tree) > 1:
        size = min(_BATCH, len(tree) // 2)
        batches = [tree[start : start + size] for start in range(0, len(tree), size)]
        return [item for batch in batches for item in _masked(batch)]
    return masker().mask_tree(tree)


_BATCH = 64
"""Edges of a record have some hundred characters each."""


def _masked_member(key: object, item: object) -> dict[Any, Any]:
    """A text is masked together with its key, which may say that it is a secret."""
    if type(item) in (dict, list):
        return {masker().mask(key) if type(key) is str else key: _masked(item)}
    member: dict[Any, Any] = masker().mask_tree({key: item})
    return member


def learn(values: Iterable[str]) -> None:
    """These are secret from now on, wherever they occur."""
    _known.learn(values)


def learn_from(text: str, is_code: bool) -> None:
    """From now on, secrets that a cell's source or a configuration reveals are known."""
    learn(masker().values(text, is_code))


def hides(name: str, value: object) -> bool:
    """Whether a variable of this name holds a secret: then its value is also known as one."""
    kind = name_class(name)
    if kind is None or type(value) not in (str, bytes, dict):
        return False
    text = value.decode("utf-8", "replace") if type(value) is bytes else value
    if type(text) is not str:
        return bool(value)
    if not looks_secret(text, kind) and (kind == "key" or is_placeholder(text)):
        return False
    learn([text])
    return True


def hidden(value: object) -> str:
    """What is shown in the place of a value that `hides` names."""
    text = value.decode("utf-8", "replace") if type(value) is bytes else value
    return masker().placeholder(text if type(text) is str else type(value).__name__)


def holds_secret(data: Any) -> bool:
    """Whether the bytes contain a secret: one that is known, or one of a known format in the first 4 MiB."""
    if holds_known_secret(data):
        return True
    head = bytes(memoryview(data).cast("B")[:_LOOKED_AT])
    return may_hold_format(head) and _masker.issued(head.decode("latin-1"))


def holds_known_secret(data: Any) -> bool:
    """Whether the bytes contain a secret that is known."""
    return masker().known.in_bytes(data)


def concealed(value: object, digest: str) -> str:
    """The digest, keyed where the value is a text or a function that holds a secret."""
    return masker().keyed(digest) if _reveals(value) else digest


def _reveals(value: object) -> bool:
    kind = type(value)
    if kind is str:
        return len(value) < _LOOKED_AT and masker().mask(value) is not value  # type: ignore[arg-type]
    if kind is bytes:
        return holds_secret(value)
    if kind is types.FunctionType:
        return _code_reveals(value.__code__)  # type: ignore[attr-defined]
    return False


def _code_reveals(code: types.CodeType) -> bool:
    return any(_code_reveals(one) if type(one) is types.CodeType else _reveals(one) for one in code.co_consts)


def is_masked(text: str | None) -> bool:
    """Whether something in the text was masked."""
    return text is not None and SIGN in text
