"""Prints the schemas of OpenLineage, by their addresses, as JSON Schema 2020-12: {address: schema}.

They are read off the classes that the OpenLineage project generates from its own schemas: which members there are, of
what types, which are required. The classes themselves take whatever they are given; a validator does not.
"""

import enum
import inspect
import json
import pkgutil
import types
import typing
from importlib import import_module

import attr
from openlineage.client import generated
from openlineage.client.generated import base

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
FORMATS = {"eventTime": "date-time", "runId": "uuid", "producer": "uri", "_producer": "uri", "_schemaURL": "uri"}
FACETS = (base.RunFacet, base.JobFacet, base.DatasetFacet, base.InputDatasetFacet, base.OutputDatasetFacet)


def schema_of(kind):
    """Of a type as it is annotated."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is typing.Any or kind in FACETS:
        return {}
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if origin in (typing.Union, types.UnionType):
        # What may be left out is left out: it is never null.
        return {"anyOf": [schema_of(one) for one in inner if one is not type(None)]}
    if origin is list:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inner[1])}
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if issubclass(kind, enum.Enum):
        return {"enum": [one.value for one in kind]}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def definition(kind, hints):
    members = {}
    for field in attr.fields(kind):
        members[field.name] = schema_of(hints[field.name])
        if field.name in FORMATS and members[field.name] == {"type": "string"}:
            members[field.name]["format"] = FORMATS[field.name]
    required = [field.name for field in attr.fields(kind) if type(None) not in typing.get_args(hints[field.name])]
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def whole(kind):
    """The schema of a class, with those of its module that it needs."""
    module = import_module(kind.__module__)
    kinds = [found for _, found in inspect.getmembers(module, inspect.isclass) if attr.has(found)]
    inherited = [found for found in kind.__mro__ if attr.has(found)]
    defined = {one.__name__: definition(one, typing.get_type_hints(one)) for one in [*kinds, *inherited]}
    return {"$defs": defined, "$ref": f"#/$defs/{kind.__name__}"}


schemas = {base.RunEvent._get_schema(): whole(base.RunEvent)}
for module in pkgutil.iter_modules(generated.__path__):
    for _, found in inspect.getmembers(import_module(f"{generated.__name__}.{module.name}"), inspect.isclass):
        if attr.has(found) and hasattr(found, "_get_schema") and found not in FACETS:
            schemas.setdefault(found._get_schema(), whole(found))
print(json.dumps(schemas))
