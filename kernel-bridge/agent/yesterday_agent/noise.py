"""Callers whose files and programs are no inputs of the user: imports, searches for distributions, and completion."""

from __future__ import annotations

import os
import sys

from .audit import FRAMES_ABOVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_NOISE_CALLERS = (
    "<frozen importlib",
    "linecache.py",
    "tokenize.py",
    "<frozen zipimport",
    "font_manager.py",
    "inspect.py",
)
_METADATA = f"importlib{os.sep}metadata"
"""Looks through the folders of the path for installed distributions, the notebook's own folder among them."""
_COMPLETES = (f"{os.sep}parso{os.sep}", f"{os.sep}jedi{os.sep}")
"""Reads source to complete names, on a thread that may go on while the next cell runs."""
_FRAMES_LOOKED_AT = 7
_OWN_FRAMES = FRAMES_ABOVE + 2
"""Between a function here and who raised the event: the handler, its listener and the hook."""


def is_noise() -> bool:
    """Whether one of these raised the audit event. Only a listener's handler may call it."""
    return any(
        name.endswith(_NOISE_CALLERS) or name.startswith("<frozen importlib") or _METADATA in name or _completes(name)
        for name in _callers(sys._getframe(_OWN_FRAMES))
    )


def is_completion() -> bool:
    """Whether completion raised the audit event: jedi starts a Python to look at modules. Called like `is_noise`."""
    return any(map(_completes, _callers(sys._getframe(_OWN_FRAMES))))


def _completes(name: str) -> bool:
    return any(part in name for part in _COMPLETES)


def _callers(frame: FrameType | None) -> Iterator[str]:
    for _ in range(_FRAMES_LOOKED_AT):
        if frame is None:
            return
        yield frame.f_code.co_filename
        frame = frame.f_back
