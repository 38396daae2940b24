"""Reads OpenLineage events, one on each line, into the classes that the OpenLineage project generates from its schemas.

A facet must name the schema of the class it is read by, and have what that class requires and nothing else. Prints one
JSON object: how many facets were read, and the issues found.
"""

import inspect
import json
import pathlib
import pkgutil
import sys
from importlib import import_module

import attr
from openlineage.client import event_v2, generated
from openlineage.client.generated import base

classes = {}
for module in pkgutil.iter_modules(generated.__path__):
    for _, found in inspect.getmembers(import_module(f"{generated.__name__}.{module.name}"), inspect.isclass):
        if attr.has(found) and hasattr(found, "_get_schema"):
            classes[found._get_schema()] = found

issues = []
facets = 0


def read_facet(where, facet):
    global facets
    facets += 1
    members = {name: value for name, value in facet.items() if not name.startswith("_")}
    found = classes.get(facet.get("_schemaURL"))
    if found is None:
        issues.append(f"{where}: no facet has the schema {facet.get('_schemaURL')}")
        return
    if not facet.get("_producer"):
        issues.append(f"{where}: no producer")
    try:
        found(**members)
    except Exception as problem:
        issues.append(f"{where}: {problem}")


def read_event(line):
    event = json.loads(line)
    for name, facet in event["run"]["facets"].items():
        read_facet(f"run.{name}", facet)
    for name, facet in event["job"]["facets"].items():
        read_facet(f"job.{name}", facet)
    for side in ("inputs", "outputs"):
        for dataset in event[side]:
            for name, facet in dataset["facets"].items():
                read_facet(f"{side}.{name}", facet)
    if event["schemaURL"] != base.RunEvent._get_schema():
        issues.append(f"the event has the schema {event['schemaURL']}")
    event_v2.RunEvent(
        eventType=event_v2.RunState[event["eventType"]],
        eventTime=event["eventTime"],
        run=event_v2.Run(runId=event["run"]["runId"]),
        job=event_v2.Job(namespace=event["job"]["namespace"], name=event["job"]["name"]),
        inputs=[event_v2.InputDataset(one["namespace"], one["name"]) for one in event["inputs"]],
        outputs=[event_v2.OutputDataset(one["namespace"], one["name"]) for one in event["outputs"]],
        producer=event["producer"],
    )


lines = pathlib.Path(sys.argv[1]).read_text().splitlines()
for line in lines:
    read_event(line)
print(json.dumps({"events": len(lines), "facets": facets, "issues": issues}))
