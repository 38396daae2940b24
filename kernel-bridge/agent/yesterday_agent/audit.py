"""The process's one audit hook. It cannot be removed once it is there, so every listener registers with it.

Invariant: what fails in a listener fails there; raised from a hook, it would be the user's call that fails.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
"""As in `typing`, whose import takes longer than a child process may."""
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Listener = Callable[[str, tuple[Any, ...]], None]
FRAMES_ABOVE = 2
"""From a listener, `sys._getframe` of this is who raised the event."""

_listeners: dict[str, tuple[Listener, ...]] = {}
_hooked: list[bool] = []


def listen(events: Iterable[str], heard: Listener) -> Callable[[], None]:
    """`heard` is called with each of these events as it happens, until the returned function is."""
    names = tuple(events)
    for name in names:
        _listeners[name] = (*_listeners.get(name, ()), heard)
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hook)

    def end() -> None:
        for name in names:
            _listeners[name] = tuple(each for each in _listeners[name] if each is not heard)

    return end


def _hook(event: str, args: tuple[Any, ...]) -> None:
    for heard in _listeners.get(event, ()):
        try:
            heard(event, args)
        except Exception:
            continue
