"""An object's address, without `id`: that raises an audit event, and every event costs a call of the audit hook."""

from __future__ import annotations

from collections.abc import Callable

address: Callable[[object], int] = object.__hash__
