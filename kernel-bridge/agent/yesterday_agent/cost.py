"""What a run took."""

from __future__ import annotations

import sys

from .record import Cost

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def cost_of(wall: float, cpu: float, agent: float) -> Cost:
    peak = None
    if resource is not None:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {
        "wallMs": wall * 1000,
        "cpuMs": cpu * 1000,
        "peakMemoryBytes": peak,
        "readBytes": None,
        "writtenBytes": None,
        "gpuMemoryBytes": None,
        "agentMs": agent * 1000,
    }
