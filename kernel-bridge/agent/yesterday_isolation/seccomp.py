"""A filter of system calls, for what Landlock leaves open (seccomp(2), in classic BPF)."""

from __future__ import annotations

import errno
import os
import struct
from typing import NamedTuple

from . import system


class _Machine(NamedTuple):
    """Numbers of system calls: the kernel's `syscall_64.tbl`, and `asm-generic/unistd.h` for the others."""

    architecture: int
    metadata: tuple[int, ...]
    """Of `chmod`, `chown`, `utime`, `setxattr`, `removexattr` and their relatives."""
    refused: tuple[int, ...]
    """Of mounts, other namespaces, other processes' memory, `io_uring`, `bpf`, `keyctl`, handles of files."""
    connect: int
    signals: tuple[int, ...]
    socket: int
    sendto: int
    sendmsg: int


_NEW_MOUNT_CALLS = (428, 429, 430, 431, 432, 433, 442)
_NEW_CALLS = (424, 425, 426, 427, 438, *_NEW_MOUNT_CALLS)
_NEW_METADATA = (452, 463, 466)
_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        metadata=(90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 261, 268, 280, *_NEW_METADATA),
        refused=(101, 155, 161, 165, 166, 250, 272, 298, 304, 308, 310, 311, 321, 323, *_NEW_CALLS),
        connect=42,
        signals=(62, 200, 234),
        socket=41,
        sendto=44,
        sendmsg=46,
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        metadata=(5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88, *_NEW_METADATA),
        refused=(117, 41, 51, 40, 39, 219, 97, 241, 265, 268, 270, 271, 280, 282, *_NEW_CALLS),
        connect=203,
        signals=(129, 130, 131),
        socket=198,
        sendto=206,
        sendmsg=211,
    ),
}
_X32 = 0x40000000
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM, _KIND = 1, 0xF
_FAST_OPEN = 0x20000000

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _AT_LEAST = 0x15, 0x35
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in `seccomp_data`."""

_Entry = tuple[int, int, int, int]


def restrict(network: bool, guards_signals: bool) -> None:
    """Filters this process and what it starts. `guards_signals`: signals to other processes are refused."""
    machine = _MACHINES[os.uname().machine]
    system.install_filter(b"".join(struct.pack("HBBI", *entry) for entry in _entries(machine, network, guards_signals)))


def _entries(machine: _Machine, network: bool, guards_signals: bool) -> list[_Entry]:
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    succeed = (_RETURN, 0, 0, _ERRNO)
    entries: list[_Entry] = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine.architecture), refuse]
    entries += [(_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), refuse]
    for number in machine.metadata:
        entries += [(_EQUAL, 0, 1, number), succeed]
    for number in (*machine.refused, *(() if network else (machine.connect,))):
        entries += [(_EQUAL, 0, 1, number), refuse]
    if guards_signals:
        for number in machine.signals:
            entries += _when(number, [_argument(0), (_EQUAL, 2, 0, os.getpid()), (_EQUAL, 1, 0, 0), refuse, allow])
    if not network:
        # ZeroMQ, which looks for interfaces first, goes on after this error alone.
        absent = (_RETURN, 0, 0, _ERRNO | errno.EOPNOTSUPP)
        # Streams may be made, and not connected. What is sent without a connection is refused.
        known = [(_EQUAL, 3, 0, _UNIX), (_EQUAL, 2, 0, _INET), (_EQUAL, 1, 0, _INET6), absent]
        kind = [_argument(1), (_AND, 0, 0, _KIND), (_EQUAL, 0, 1, _STREAM), allow, absent]
        entries += _when(machine.socket, [_argument(0), *known, *kind])
        low, high = _argument(4), (_LOAD, 0, 0, _ARGUMENTS + 8 * 4 + 4)
        entries += _when(machine.sendto, [low, (_EQUAL, 1, 0, 0), absent, high, (_EQUAL, 1, 0, 0), absent, allow])
        fast_open = [_argument(2), (_AND, 0, 0, _FAST_OPEN), (_EQUAL, 1, 0, 0), absent, allow]
        entries += _when(machine.sendmsg, fast_open)
    return [*entries, allow]


def _argument(place: int) -> _Entry:
    """Loads the lower half."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * place)


def _when(number: int, block: list[_Entry]) -> list[_Entry]:
    """The block for this call. It ends in a return; for other calls the number is loaded still."""
    return [(_EQUAL, 0, len(block), number), *block]
