"""The types of one run's record. `record.ts` of the bridge defines them; `test_record.py` compares."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

EdgeTarget = Literal[
    "variable",
    "file",
    "directory",
    "url",
    "socket",
    "table",
    "module",
    "state",
    "environment",
    "subprocess",
]
Side = Literal["used", "generated"]
EdgeKind = Literal["observed", "static", "maybe"]
Outcome = Literal["ok", "error", "aborted", "died"]


class StoredValue(TypedDict):
    """Where a version's bytes are: `digest` names an object that `Record.objects` announced, now or earlier."""

    format: str
    digest: str
    size: int


class _EdgeCore(TypedDict):
    kind: EdgeTarget
    name: str
    version: str
    edge: EdgeKind


class Edge(_EdgeCore, total=False):
    """One used or generated version; `by` is the run that generated it, `makers` are others that made parts of it which
    this run neither made nor used."""

    parts: list[str] | None
    by: str | None
    digest: str | None
    reason: str | None
    type: str | None
    shape: list[int] | None
    schema: list[list[str]] | None
    size: int | None
    preview: str | None
    makers: list[str] | None
    deleted: bool | None
    query: str | None
    facets: dict[str, Any] | None
    value: StoredValue | None


class KeptObject(TypedDict):
    """Bytes that the agent left in the spool under their digest."""

    digest: str
    size: int


class Missing(TypedDict):
    """Something that was not captured, and why."""

    what: str
    why: str


class RunError(TypedDict):
    ename: str
    evalue: str
    traceback: list[str]


class Environment(TypedDict):
    digest: str
    facets: dict[str, Any] | None


class State(TypedDict):
    """`random`: digests after the run, `before`: at its start; each names the object that holds the state. `entropy`
    names the object with what the run drew from the operating system (chance.py); None where that is nothing.
    `hashSeed` is the process' `PYTHONHASHSEED`; None where Python chose one itself, which it does not say.
    `answers` names the object with what a person answered to `input()` (answers.py); None where nothing was asked.
    `widgets` names the object with what people set with widgets that the run read (widget_values.py)."""

    cwd: str
    random: dict[str, str]
    before: dict[str, str]
    entropy: str | None
    hashSeed: str | None
    answers: str | None
    widgets: str | None


def no_state() -> State:
    """Of a run whose record could not be made."""
    return State(cwd="", random={}, before={}, entropy=None, hashSeed=None, answers=None, widgets=None)


class Cost(TypedDict):
    wallMs: float
    cpuMs: float
    peakMemoryBytes: int | None
    startMemoryBytes: int | None
    readBytes: int | None
    writtenBytes: int | None
    gpuMemoryBytes: int | None
    agentMs: float


class Record(TypedDict):
    schema: Literal[1]
    run: str
    cell: str | None
    order: int
    executionCount: int | None
    outcome: Outcome
    error: RunError | None
    started: float
    ended: float
    codeDigest: str | None
    used: list[Edge]
    generated: list[Edge]
    environment: Environment
    state: State
    cost: Cost
    objects: list[KeptObject]
    notCaptured: list[Missing]
