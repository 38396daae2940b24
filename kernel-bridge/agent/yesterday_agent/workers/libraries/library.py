"""The type of the entries of this folder."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Take = Callable[[str, int, bytes], bytes]
    """Who draws, how many bytes, and those that were drawn; gives the bytes to go on with."""


class ChildLibrary:
    """`seed`: the package chose its first seed as it was loaded. `role`: what a process works for, whose target is in a
    module of this name. `pool`: the role of processes that work for the run that waits for them. `spawner`: is in the
    command of its new interpreters. `launchers`: names of programs, no Pythons themselves, that start the interpreters
    of its pool. `services`: are in the commands of interpreters in which no code of the user runs. `temporary`:
    beginnings of its own files in the folder of temporary files."""

    def __init__(
        self,
        package: str,
        seed: Callable[[ModuleType, Take], None] | None = None,
        role: Callable[[Any, str], tuple[str, int | None] | None] | None = None,
        pool: str = "",
        spawner: bytes = b"",
        launchers: tuple[str, ...] = (),
        services: tuple[str, ...] = (),
        temporary: tuple[str, ...] = (),
    ) -> None:
        self.package, self.seed, self.role = package, seed, role
        self.pool, self.spawner, self.temporary = pool, spawner, temporary
        self.launchers, self.services = launchers, services
