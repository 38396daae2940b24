"""Yesterday's recording agent: lives inside a Jupyter kernel and writes down what every run used and made.

Invariant: the user's code sees the same namespace, outputs, tracebacks and timing order as without it; whatever goes
wrong in here ends as a line under `notCaptured`, never as an error of the user's cell.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def start(spool_dir: str | None, options: dict[str, Any]) -> None:
    """Begin recording in the running kernel; a second call in the same process changes nothing. Without a folder to
    share, the kernel spools in one of its own and answers requests about it."""
    from .attach import attach

    attach(spool_dir, options)
