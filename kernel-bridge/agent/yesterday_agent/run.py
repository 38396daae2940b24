"""What is known of one run while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .cost import MemoryUse
from .files import FileUse
from .workers.merge import WorkerUse

if TYPE_CHECKING:
    from .reads import Reads
    from .record import Missing


@dataclass
class Run:
    """A run that is on."""

    run: str
    cell: str | None
    code: str
    order: int
    started: float
    clock: float
    cpu: float
    ended: float = 0.0
    wall: float = 0.0
    reads: Reads | None = None
    files: FileUse = field(default_factory=FileUse)
    missing: list[Missing] = field(default_factory=list)
    random: dict[str, bytes] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    entropy: str | None = None
    answers: str | None = None
    widgets: str | None = None
    agent_seconds: float = 0.0
    shows: bool = False
    live: dict[str, Any] = field(default_factory=dict)
    memory: MemoryUse = field(default_factory=MemoryUse)
    workers: WorkerUse = field(default_factory=WorkerUse)
