"""The kernel's own log lines without secrets: they go to a file that is kept with the history."""

from __future__ import annotations

import logging
from typing import Any

from .secrecy import mask


def watch(kernel: Any) -> None:
    """All handlers of the kernel's logger, and of those above it."""
    logger: Any = getattr(kernel.log, "logger", kernel.log)
    while isinstance(logger, logging.Logger):
        for handler in logger.handlers:
            handler.setFormatter(_Masked(handler.formatter or logging.Formatter()))
        logger = logger.parent if logger.propagate else None


class _Masked(logging.Formatter):
    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return mask(self._inner.format(record))
