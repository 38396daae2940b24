"""The agent's own threads: what they open is not the user's, and the user's code does not find them among its own."""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_OWN: set[int] = set()


def start(work: Callable[[], None]) -> None:
    """Runs it on a thread that `threading` does not know; nothing in it may ask `threading` who it is."""

    def marked() -> None:
        _OWN.add(_thread.get_ident())
        try:
            work()
        finally:
            _OWN.discard(_thread.get_ident())

    _thread.start_new_thread(marked, ())


def forget() -> None:
    """In a forked child, which has none of them; their numbers are given to other threads."""
    _OWN.clear()


def is_own() -> bool:
    """Whether the caller runs on one of them."""
    return _thread.get_ident() in _OWN


def as_own(work: Callable[[], None]) -> None:
    """Runs it here and now, as if on a thread of the agent's: what it opens is not the user's."""
    mine = _thread.get_ident()
    if mine in _OWN:
        work()
        return
    _OWN.add(mine)
    try:
        work()
    finally:
        _OWN.discard(mine)
