"""Failures as reasons that a person reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class UnstorableError(Exception):
    """Why a value is not stored."""


@contextlib.contextmanager
def failing_as(kind: type[Exception]) -> Iterator[None]:
    """What fails in it is raised as `kind`, in words."""
    try:
        yield
    except kind:
        raise
    except RecursionError:
        raise kind("it is nested too deep") from None
    except Exception as problem:
        raise kind(f"{type(problem).__name__}: {problem}"[:200]) from None
