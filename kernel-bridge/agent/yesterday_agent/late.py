"""Digests that are computed behind the reply, on a thread of the agent: of large values and of large files.

Reading memory releases the GIL, and goes on while the next cell runs. Walking through objects holds it, and waits until
that cell has ended. Invariant: a digest of a value is accepted only if no run that overlapped its computation touched
the value. If one did, it is computed again, or the reason why there is none is given.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import own_threads
from .record import EdgeTarget, Side, StoredValue

HEAD_START_SECONDS = 0.05
"""A run has so long for itself, before what reads files beside it takes turns with it."""
RELEASE_SECONDS = 0.05
"""The most that the next cell waits until the thread has released a value that it may resize."""


class CancelledError(BaseException):
    """The computation was cancelled."""


class Place(NamedTuple):
    """Where a record shows the version: an edge of a run."""

    run: str
    side: Side
    kind: EdgeTarget
    name: str
    by: str | None
    what: str | None = None
    """As the record's `notCaptured` names it, where it differs from `Late.what`."""
    content: Late | str | None = None
    """Of a value that is stored: the digest of its content, known or not."""


@dataclass
class Late:
    """A digest, or a place where a value is stored, that is not known yet. `facts` are dicts that get the digest."""

    what: str
    digest: str | None = None
    why: str | None = None
    is_over: bool = False
    size: int | None = None
    """Bytes, where they are known with the digest."""
    value: StoredValue | None = None
    """An object in the spool that came with the digest."""
    objects: list[str] = field(default_factory=list)
    """All objects in the spool that `value` needs."""
    waits_for: list[Late] = field(default_factory=list)
    """What has to be over before this is reported."""
    discard: Callable[[], None] = lambda: None
    """Removes the objects of a value that is not stored after all."""
    places: list[Place] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)

    def drop_value(self) -> None:
        self.discard()
        self.value, self.objects = None, []

    def end(self, digest: str | None, why: str | None) -> None:
        self.digest, self.why, self.is_over = digest, why, True
        for facts in self.facts:
            if facts.pop("late", None) is self and digest is not None:
                facts["digest"] = digest


Check = Callable[[], None]


@dataclass(eq=False)
class Job:
    """One computation. `compute` gets two checks: for pieces of memory, and for walking through objects. It returns the
    digest, or raises with the reason in words. `is_value`: what it reads may be changed by a run."""

    late: Late
    compute: Callable[[Check, Check], str]
    is_value: bool
    subject: Any = None
    """For the caller."""
    is_store: bool = False
    """It stores a value, after all digests."""
    is_active: bool = False
    is_cancelled: bool = False
    overlaps: bool = False
    """A run began after the computation and before its end."""
    result: tuple[str | None, str | None] | None = None


class LateDigests:
    """A queue and its thread. All methods are called on the kernel's main thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._values: deque[Job] = deque()
        self._files: deque[Job] = deque()
        self._stores: deque[Job] = deque()
        self._active: Job | None = None
        self._held: list[Job] = []
        """Computed, while a run that overlapped is not settled yet."""
        self._done: list[Job] = []
        self._running = self._decided = False
        self._runs = 0
        self._started = False
        self._over: list[Late] = []
        self.on_done: Callable[[], None] = lambda: None
        """Called on the thread when something is computed."""

    def add(self, job: Job) -> None:
        with self._changed:
            self._queue(job).append(job)
            if not self._started:
                self._started = True
                own_threads.start(self._work)
            self._changed.notify_all()

    def _queue(self, job: Job) -> deque[Job]:
        return self._stores if job.is_store else self._values if job.is_value else self._files

    def begin(self, releases: bool) -> None:
        """A run begins. `releases`: it may resize what the thread holds, which is released first."""
        with self._changed:
            self._running, self._decided = True, False
            self._runs += 1
            job = self._active
            if job is None or not job.is_value:
                return
            job.overlaps = True
            if releases:
                job.is_cancelled = True
                self._changed.wait_for(lambda: self._active is not job, RELEASE_SECONDS)

    def open_values(self) -> list[Job]:
        """Computations of values that are not accepted yet."""
        with self._changed:
            active = [self._active] if self._active is not None and self._active.is_value else []
            return [*active, *self._held, *self._values, *self._stores]

    def accept(self, job: Job) -> None:
        """The run that is on did not touch the value."""
        with self._changed:
            job.overlaps = False
            if job in self._held:
                self._held.remove(job)
                self._done.append(job)

    def repeat(self, job: Job) -> None:
        """The run touched the value, and left it as it was: it is read again if it was read meanwhile."""
        with self._changed:
            if job is self._active:
                job.is_cancelled = True
            elif job in self._held:
                self._held.remove(job)
                job.late.drop_value()
                _reset(job)
                self._queue(job).append(job)

    def refuse(self, job: Job, why: str) -> None:
        """There will be no digest."""
        with self._changed:
            job.is_cancelled = True
            for place in (self._held, self._values, self._stores):
                if job in place:
                    place.remove(job)
                    job.late.drop_value()
            job.late.end(None, why)
            self._over.append(job.late)

    def refuse_all(self, why: str) -> None:
        """No value that is not accepted yet will have a digest."""
        for job in self.open_values():
            self.refuse(job, why)

    def decided(self) -> None:
        """What the run that is over did to values was looked at."""
        self._decided = True

    def settled(self) -> None:
        """The run's record is made."""
        if self._running and not self._decided:
            self.refuse_all("what a later run did to it could not be followed")
        with self._changed:
            self._running = False
            self._changed.notify_all()

    def take(self) -> list[Late]:
        """What is over since the last call."""
        with self._changed:
            over, self._over = self._over, []
            done, self._done = self._done, []
        for job in done:
            job.late.end(*(job.result or (None, None)))
            over.append(job.late)
        waiting = [late for late in over if not all(other.is_over for other in late.waits_for)]
        self._over += waiting
        return [late for late in over if not any(late is one for one in waiting)]

    def wait(self, seconds: float) -> bool:
        """Until all is computed; False if time was up first."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._active or self._values or self._files or self._stores), seconds
            )

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_next)
                job = self._next()
            result = self._result(job)
            with self._changed:
                self._active = None
                self._end(job, result)
                self._changed.notify_all()
            # Nothing of the user's is held while the thread waits.
            job = None  # type: ignore[assignment]
            self.on_done()

    def _has_next(self) -> bool:
        return bool(self._files) or (not self._running and bool(self._values or self._stores))

    def _next(self) -> Job:
        values = None if self._running else self._values or (None if self._files else self._stores)
        job = (values or self._files).popleft()
        job.is_active, self._active = True, job
        return job

    def _result(self, job: Job) -> tuple[str | None, str | None] | None:
        def stop() -> None:
            if job.is_cancelled:
                raise CancelledError

        head_start_of = -1

        def yield_to_runs() -> None:
            nonlocal head_start_of
            stop()
            if self._running and (job.is_value or head_start_of != self._runs):
                head_start_of = self._runs
                seconds = None if job.is_value else HEAD_START_SECONDS
                with self._changed:
                    self._changed.wait_for(lambda: job.is_cancelled or not self._running, seconds)
                stop()

        try:
            return job.compute(stop, yield_to_runs), None
        except CancelledError:
            return None
        except Exception as problem:
            return None, str(problem)[:300] or type(problem).__name__

    def _end(self, job: Job, result: tuple[str | None, str | None] | None) -> None:
        if job.late.is_over:
            job.late.drop_value()
            return
        if result is None or job.is_cancelled:
            job.late.drop_value()
            _reset(job)
            self._queue(job).append(job)
            return
        job.result, job.is_active = result, False
        (self._held if job.is_value and job.overlaps else self._done).append(job)


def _reset(job: Job) -> None:
    job.is_active = job.is_cancelled = job.overlaps = False
    job.result = None
