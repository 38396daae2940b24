"""Values that people set with widgets, recorded with the runs that read them later, and set again on replay.

A value counts as a person's from the message that sets it until code sets another one. Only plain values are kept, of
widgets that a run reads by a variable: by name, or in a list, tuple, dict or box below it. What a password field gets
is never stored, nor is a value in which a secret was found.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any, TypedDict

from .record import Edge, Missing
from .secrecy import mask

WIDGETS = 1000
"""The most widgets whose values are remembered, and the most that are looked at in one run."""
VALUE_BYTES = 64 * 1024
_PREVIEW = 200
_DEPTH = 4


class Chosen(TypedDict):
    """A value that a person set. `path`: the variable, then indexes and keys below it."""

    path: list[str | int]
    trait: str
    value: Any
    by: str | None
    at: str


class _Held(TypedDict):
    value: Any
    text: str | None
    """JSON; None where the value is not kept."""
    by: str | None
    at: str


class WidgetValues:
    def __init__(self) -> None:
        self._fresh: list[tuple[str, list[str], str | None, str]] = []
        self._held: dict[str, dict[str, _Held]] = {}

    def heard(self, message: dict[str, Any]) -> None:
        """A comm message came from a client: the traits that it sets are a person's, once it is handled."""
        content = message.get("content") or {}
        data = content.get("data")
        if not isinstance(data, dict) or data.get("method") != "update" or not isinstance(data.get("state"), dict):
            return
        mine = (message.get("metadata") or {}).get("yesterday") or {}
        by = mine.get("by")
        traits = [str(trait) for trait in data["state"] if not str(trait).startswith("_")]
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._fresh.append((str(content.get("comm_id")), traits, by if isinstance(by, str) else None, now))
        del self._fresh[:-WIDGETS]

    def begin(self) -> None:
        """A run starts: what was heard has been handled, and what code has set since is no person's."""
        fresh, self._fresh = self._fresh, []
        if not fresh and not self._held:
            return
        widgets = _instances()
        for model, traits, by, at in fresh:
            widget = widgets.get(model)
            if widget is not None and type(widget).__name__ != "Output":
                for trait in traits:
                    self._hold(model, widget, trait, by, at)
        for model, held in list(self._held.items()):
            values = _values_of(widgets.get(model))
            kept = {trait: each for trait, each in held.items() if _is_same(values.get(trait), each["value"])}
            if kept:
                self._held[model] = kept
            else:
                del self._held[model]

    def _hold(self, model: str, widget: Any, trait: str, by: str | None, at: str) -> None:
        values = _values_of(widget)
        if trait not in values or (model not in self._held and len(self._held) >= WIDGETS):
            return
        text = None if type(widget).__name__ == "Password" else _plain(values[trait])
        self._held.setdefault(model, {})[trait] = {"value": values[trait], "text": text, "by": by, "at": at}

    def finish(self, names: Iterable[str], namespace: dict[str, Any]) -> tuple[bytes | None, list[Edge], list[Missing]]:
        """What was set of the widgets that these variables lead to, as JSON; an edge for each; what is missing."""
        if not self._held:
            return None, [], []
        chosen, edges, missing = list[Chosen](), list[Edge](), list[Missing]()
        for path, widget in _found(sorted(set(names)), namespace):
            for trait, held in self._held.get(_model_of(widget), {}).items():
                name = f"widget {_written(path)}.{trait}"
                if held["text"] is None:
                    missing.append({"what": f"the value of {name}", "why": "it is no plain value, or a secret"})
                    continue
                value = json.loads(held["text"])
                chosen.append({"path": path, "trait": trait, "value": value, "by": held["by"], "at": held["at"]})
                edges.append(_edge(name, held))
        data = json.dumps({"widgets": chosen}, sort_keys=True).encode() if chosen else None
        return data, edges, missing

    def put(self, chosen: Chosen, namespace: dict[str, Any]) -> None:
        """Sets a value as that person did; raises where there is no such widget."""
        widget = _at(chosen["path"], namespace)
        value = chosen["value"]
        setattr(widget, chosen["trait"], tuple(value) if isinstance(value, list) else value)
        self._hold(_model_of(widget), widget, chosen["trait"], chosen["by"], chosen["at"])


VALUES = WidgetValues()


def give(text: str) -> None:
    """Sets the values that a recorded run read, as `finish` returned them."""
    kernel = sys.modules["ipykernel.kernelapp"].IPKernelApp.instance().kernel
    for chosen in json.loads(text)["widgets"]:
        VALUES.put(chosen, kernel.shell.user_ns)


def _base() -> Any:
    return getattr(sys.modules.get("ipywidgets.widgets.widget"), "Widget", None)


def _instances() -> dict[str, Any]:
    module = sys.modules.get("ipywidgets.widgets.widget")
    found = getattr(module, "_instances", None)
    return found if isinstance(found, dict) else {}


def _values_of(widget: Any) -> dict[str, Any]:
    """Traits as they are held: no code of the user runs."""
    return getattr(widget, "_trait_values", None) or {}


def _model_of(widget: Any) -> str:
    return str(getattr(_values_of(widget).get("comm"), "comm_id", ""))


def _is_same(now: Any, then: Any) -> bool:
    return now is then or (type(now) is type(then) and _plain(now) is not None and _plain(now) == _plain(then))


def _plain(value: Any) -> str | None:
    """Its JSON; None where it is of another type, too large, or has a secret."""
    if not _is_plain(value, _DEPTH):
        return None
    text = json.dumps(value)
    return text if len(text) <= VALUE_BYTES and mask(text) == text else None


def _is_plain(value: Any, depth: int) -> bool:
    if type(value) in (str, int, float, bool, type(None)):
        return True
    if depth == 0 or type(value) not in (list, tuple):
        return False
    return all(_is_plain(each, depth - 1) for each in value)


def _found(names: Iterable[str], namespace: dict[str, Any]) -> Iterator[tuple[list[str | int], Any]]:
    """Widgets that the variables lead to, each once, with the path to them."""
    base, seen = _base(), set[int]()
    if base is None:
        return
    todo: list[tuple[list[str | int], Any]] = [([name], namespace[name]) for name in names if name in namespace]
    while todo and len(seen) < WIDGETS:
        path, value = todo.pop(0)
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, base):
            yield path, value
        if len(path) <= _DEPTH:
            todo += [
                ([*path, key], below) for key, below in _below(value) if isinstance(below, (base, list, tuple, dict))
            ]


def _below(value: Any) -> Iterable[tuple[str | int, Any]]:
    if type(value) in (list, tuple):
        return list(enumerate(value[:WIDGETS]))
    if type(value) is dict:
        return [(key, below) for key, below in list(value.items())[:WIDGETS] if type(key) in (str, int)]
    children = _values_of(value).get("children") if _base() is not None and isinstance(value, _base()) else None
    return list(enumerate(children)) if type(children) is tuple else []


def _at(path: list[str | int], namespace: dict[str, Any]) -> Any:
    value: Any = namespace[str(path[0])]
    for step in path[1:]:
        value = dict(_below(value))[step]
    return value


def _written(path: list[str | int]) -> str:
    return str(path[0]) + "".join(f"[{step!r}]" for step in path[1:])


def _edge(name: str, held: _Held) -> Edge:
    text = held["text"] or ""
    digest = f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"
    return {
        "kind": "state",
        "name": name,
        "version": digest,
        "edge": "observed",
        "by": None,
        "digest": digest,
        "reason": "a person set it" if held["by"] is None else f"set by {held['by'][:_PREVIEW]}",
        "preview": text[:_PREVIEW],
    }
