"""Restores stored values under their names, for a silent request of the server, and reports of each whether its content
is what it was."""

from __future__ import annotations

import keyword
import os
import sys
from collections.abc import Sequence
from typing import Any, TypedDict

from .content import Budget, UntoldError, content_digest
from .values import BUNDLE, loaded

SECONDS = 600.0


class _Whole(Budget):
    """A value of any size is judged."""

    def __init__(self) -> None:
        super().__init__(SECONDS)

    def admit(self, size: int) -> None:
        return

    def admit_items(self, count: int, most: int) -> None:
        return


class Wanted(TypedDict):
    """A variable's version, with where its bytes are; `digest` is of its content. It is bound under the name `bind`."""

    name: str
    bind: str
    run: str
    digest: str
    value: Any


class Result(TypedDict):
    name: str
    why: str | None


def load(folder: str, wanted: Sequence[Wanted], shares: bool = True, judges: bool = True) -> list[Result]:
    """Binds stored values. Objects are in `folder` by their hex digests. A value with another digest is not bound,
    unless nothing is judged (`judges`), as where a library of a different version reads it; `why` is None for each that
    is bound. Loaded variables that equal a part of a bundle become that part; with `shares`, all variables of the
    kernel do."""
    bundles: dict[str, dict[str, Any]] = {}
    results: list[Result] = []
    loaded_names: dict[str, str] = {}
    for one in wanted:
        why, bundle = _load(folder, one, bundles, judges)
        if why is None:
            loaded_names[one["name"]] = one["bind"]
        if bundle is not None:
            _share(recorder().lineage, bundle, {name: name for name in bundle} if shares else loaded_names)
        results.append({"name": one["name"], "why": why})
    return results


def settle() -> None:
    """What was bound, and what was taken away, is no work of the run that comes next."""
    recorder().lineage.adopt({})


def _load(
    folder: str, one: Wanted, bundles: dict[str, dict[str, Any]], judges: bool
) -> tuple[str | None, dict[str, Any] | None]:
    """Why it was not bound, and the bundle that it is a part of. `bundles`: those that were read, by digest."""
    lineage, stored, name, bind = recorder().lineage, one["value"], one["name"], one["bind"]
    if not bind.isidentifier() or keyword.iskeyword(bind):
        return f"{bind} is no name of a variable", None

    def read(digest: str) -> bytes:
        with open(os.path.join(folder, digest.partition(":")[2]), "rb") as handle:
            return handle.read()

    try:
        if stored["format"] == BUNDLE and stored["digest"] not in bundles:
            bundles[stored["digest"]] = loaded(stored, name, read, lineage.namespace)
        bundle = bundles.get(stored["digest"])
        value = loaded(stored, name, read, lineage.namespace) if bundle is None else bundle[name]
        now = content_digest(value, _Whole()) if judges else one["digest"]
    except UntoldError as reason:
        return str(reason), None
    except Exception as problem:
        return f"it does not load: {type(problem).__name__}: {problem}"[:300], None
    if now != one["digest"]:
        return "the loaded value differs", None
    lineage.namespace[bind] = value
    lineage.adopt({bind: one["run"]})
    return None, bundle


def _share(lineage: Any, bundle: dict[str, Any], names: dict[str, str]) -> None:
    """A variable with the content that it has in the bundle becomes that of the bundle: variables that had parts in
    common have them in common again. `names`: what the bundle's variables are called in the kernel."""
    for name, value in bundle.items():
        bound = names.get(name)
        there = None if bound is None else lineage.bindings.get(bound)
        if there is None or bound not in lineage.namespace or lineage.namespace[bound] is value:
            continue
        if _is_same(value, lineage.namespace[bound]):
            lineage.namespace[bound] = value
            lineage.adopt({bound: there.by})


def _is_same(one: Any, other: Any) -> bool:
    try:
        return content_digest(one, _Whole()) == content_digest(other, _Whole())
    except UntoldError:
        return False


def recorder() -> Any:
    """That of this kernel."""
    return sys.modules["ipykernel.kernelapp"].IPKernelApp.instance().kernel._yesterday.recorder
