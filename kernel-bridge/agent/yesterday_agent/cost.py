"""What a run took."""

from __future__ import annotations

import os
import sys

from .record import Cost

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


class MemoryUse:
    """The memory of this process during a run, bytes. The system knows the highest of its whole life alone: that is the
    run's if the run raised it, and else the run took no more than what it began or ended with."""

    def __init__(self) -> None:
        self.start = _resident()
        self._highest = _highest()
        self._peak: int | None = None

    def end(self) -> None:
        now, highest = _resident(), _highest()
        if highest is None or self.start is None or now is None:
            self._peak = highest
        elif self._highest is not None and highest > self._highest:
            self._peak = max(highest, now)
        else:
            self._peak = max(self.start, now)

    @property
    def peak(self) -> int | None:
        return self._peak


def _highest() -> int | None:
    if resource is None:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _resident() -> int | None:
    """proc_pid_statm(5): the second field, in pages. None on other systems."""
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return int(os.read(statm, 128).split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
    finally:
        os.close(statm)


def cost_of(wall: float, cpu: float, agent: float, memory: MemoryUse | None = None) -> Cost:
    return {
        "wallMs": wall * 1000,
        "cpuMs": cpu * 1000,
        "peakMemoryBytes": None if memory is None else memory.peak,
        "startMemoryBytes": None if memory is None else memory.start,
        "readBytes": None,
        "writtenBytes": None,
        "gpuMemoryBytes": None,
        "agentMs": agent * 1000,
    }
