"""The types of what the agent sends are those that the bridge reads: `record.ts` and `late.ts` define them.

`goldens/messages.schema.json` is what `kernel-bridge/test/agent-schema.test.ts` writes from the definition.
"""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from notebook import Notebook

from yesterday_agent.late_edges import ContentMessage
from yesterday_agent.record import Record

SCHEMAS: dict[str, Any] = json.loads(Path(__file__).parent.joinpath("goldens/messages.schema.json").read_text("utf-8"))
PLAIN: dict[Any, set[str]] = {
    str: {"string"},
    int: {"integer", "number"},
    float: {"number"},
    bool: {"boolean"},
    types.NoneType: {"null"},
}


def choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema for each type that a value may have."""
    if "anyOf" in schema:
        return [choice for one in schema["anyOf"] for choice in choices(one)]
    kinds = schema.get("type")
    return [{**schema, "type": one} for one in kinds] if isinstance(kinds, list) else [schema]


def differences(kind: Any, schema: dict[str, Any], place: str) -> list[str]:
    """What the bridge would not read of values of a Python type, and names that only one of both has."""
    if kind is Any:
        return [] if set(schema) <= {"description"} else [f"{place}: any value, and the bridge reads {schema}"]
    if get_origin(kind) in (Union, types.UnionType):
        return [each for one in get_args(kind) for each in differences(one, schema, place)]
    open_, found = choices(schema), list[list[str]]()
    for choice in open_:
        found.append(_of_choice(kind, choice, place))
    return min(found, key=len)


def _of_choice(kind: Any, schema: dict[str, Any], place: str) -> list[str]:
    origin, inner = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        return _of_object(kind, schema, place)
    if origin is Literal:
        allowed = schema.get("enum", [schema.get("const")])
        return [] if set(inner) == set(allowed) else [f"{place}: {sorted(map(str, inner))} and {allowed}"]
    if origin is list and schema.get("type") == "array":
        items = [schema["items"]] if isinstance(schema.get("items"), dict) else schema["prefixItems"]
        return [each for item in items for each in differences(inner[0], item, f"{place}[]")]
    if origin is dict and schema.get("type") == "object":
        return differences(inner[1], schema["additionalProperties"], f"{place}{{}}")
    is_known = schema.get("type") in PLAIN.get(kind, ()) and not {"enum", "const"} & schema.keys()
    return [] if is_known else [f"{place}: {kind} and {schema}"]


def _of_object(kind: Any, schema: dict[str, Any], place: str) -> list[str]:
    properties = schema.get("properties")
    if properties is None:
        return [f"{place}: an object and {schema}"]
    hints = get_type_hints(kind)
    found = [f"{place}.{name}: only one side has it" for name in sorted(hints.keys() ^ properties.keys())]
    found += [f"{place}.{name}: may be missing" for name in {*schema["required"]} - kind.__required_keys__]
    both = hints.keys() & properties.keys()
    return found + [
        each for name in sorted(both) for each in differences(hints[name], properties[name], f"{place}.{name}")
    ]


@pytest.mark.parametrize(("kind", "name"), [(Record, "record"), (ContentMessage, "content")])
def test_the_types_are_those_of_the_bridge(kind: Any, name: str) -> None:
    assert differences(kind, SCHEMAS[name], name) == []


def test_the_comparison_sees_what_differs() -> None:
    changed = json.loads(json.dumps(SCHEMAS["record"]))
    edge = changed["properties"]["used"]["items"]
    edge["properties"]["edge"]["enum"].append("guessed")
    edge["properties"]["size"] = {"type": "string"}
    edge["required"].append("by")
    del changed["properties"]["cost"]["properties"]["agentMs"]
    assert [one.partition(":")[0] for one in differences(Record, changed, "record")] == [
        "record.cost.agentMs",
        "record.used[].by",
        "record.used[].edge",
        "record.used[].size",
        "record.used[].size",
    ]


def unread(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    """What of a value does not fit its schema."""
    return min((_unread_choice(value, one, place) for one in choices(schema)), key=len)


def _unread_choice(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    kind = schema.get("type")
    if kind is None and not {"enum", "const"} & schema.keys():
        return []
    if "enum" in schema or "const" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{place}: {value!r}"]
    if kind == "array" and isinstance(value, list):
        items = schema.get("prefixItems") or [schema["items"]] * len(value)
        return [each for one, item in zip(value, items, strict=True) for each in unread(one, item, f"{place}[]")]
    if kind == "object" and isinstance(value, dict):
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        found = [f"{place}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        for name, one in value.items():
            inner = properties.get(name, rest)
            found += [f"{place}.{name}: unknown"] if inner is None else unread(one, inner, f"{place}.{name}")
        return found
    is_bool = isinstance(value, bool)
    names = PLAIN.get(type(value), set()) | ({"number"} if isinstance(value, int) and not is_bool else set())
    return [] if kind in names else [f"{place}: {value!r}"]


CELLS = [
    "import os, random\nopen('a.txt', 'w').write('1')",
    "text = open('a.txt').read()\nrows = [{'a': 1}]\nrandom.seed(1)",
    "rows[0]['b'] = 2\nrows",
    "1 / 0",
    "del text",
]


def test_real_records_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = Notebook()
    for cell in CELLS:
        notebook.run(cell)
    assert [each for record in notebook.records for each in unread(dict(record), SCHEMAS["record"], "record")] == []
