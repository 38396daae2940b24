"""The system calls that Python has no function for, by ctypes. Each raises `OSError` with the call and its path."""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from _socket import AF_INET, SOCK_DGRAM, socket

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PROCESSES = 0x20000000
NEW_NETWORK = 0x40000000

READ_ONLY = 1
NO_SETUID = 2
NO_DEVICES = 4
REMOUNT = 32
BIND = 4096
RECURSIVE = 16384
PRIVATE = 1 << 18
_DETACH = 2

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
_CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91, "ppc64le": 184, "s390x": 185}
_MOUNT_SETATTR = 442
_AT_RECURSIVE = 0x8000

_PARENT_DEATH_SIGNAL = 1
_DUMPABLE = 4
_DROP_BOUND = 24
_NO_NEW_PRIVILEGES = 38
_AMBIENT, _AMBIENT_CLEAR_ALL = 47, 4
_LAST_CAPABILITY = 40

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _call(number: int, *words: object) -> int:
    """`syscall`, each integer as wide as a register."""
    wide = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    return int(_libc.syscall(ctypes.c_long(number), *wide))


def _text(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    number = ctypes.c_ulong(flags)
    _check(_libc.mount(_text(source), _text(target), _text(kind), number, _text(data)), f"mount {kind} on {target}")


def bind(source: str, target: str, recursive: bool = True) -> None:
    mount(source, target, None, BIND | (RECURSIVE if recursive else 0))


def make_read_only(path: str) -> None:
    """The mount and those below it; before Linux 5.12 only the mount itself."""
    attributes = struct.pack("QQQQ", READ_ONLY, 0, 0, 0)
    if _call(_MOUNT_SETATTR, -100, _text(path), _AT_RECURSIVE, attributes, len(attributes)) < 0:
        mount(None, path, None, BIND | REMOUNT | READ_ONLY | NO_SETUID)


def pivot(folder: str) -> None:
    """Makes the folder, a mount, the root. What was the root is no longer mounted."""
    os.chdir(folder)
    _check(_call(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _DETACH), "umount of the old root")
    os.chdir("/")


def end_with_parent(parent: int) -> None:
    """Has this process killed when its parent ends. Exits where that has happened already."""
    _check(_libc.prctl(_PARENT_DEATH_SIGNAL, 9, 0, 0, 0), "prctl")
    if os.getppid() != parent:
        os._exit(1)


def set_dumpable(is_dumpable: bool) -> None:
    """Whether processes of the same user may look into this one by /proc."""
    _check(_libc.prctl(_DUMPABLE, int(is_dumpable), 0, 0, 0), "prctl")


def forbid_new_privileges() -> None:
    _check(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")


def drop_capabilities(kept: frozenset[int]) -> None:
    """For this process and for what it starts. Capabilities outside the user namespace are not concerned."""
    for capability in range(_LAST_CAPABILITY + 1):
        if capability not in kept:
            _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    _libc.prctl(_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0)
    low = sum(1 << capability for capability in kept if capability < 32)
    high = sum(1 << (capability - 32) for capability in kept if capability >= 32)
    header = struct.pack("Ii", 0x20080522, 0)
    data = struct.pack("6I", low, low, 0, high, high, 0)
    _check(_call(_CAPSET[os.uname().machine], header, data), "capset")


def raise_loopback() -> None:
    """A new network namespace has a loopback device that is down."""
    is_up, get_flags, set_flags = 1, 0x8913, 0x8914
    any_socket = socket(AF_INET, SOCK_DGRAM)
    try:
        request = struct.pack("16sh22x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(any_socket.fileno(), get_flags, request), 16)
        fcntl.ioctl(any_socket.fileno(), set_flags, struct.pack("16sh22x", b"lo", flags | is_up))
    finally:
        any_socket.close()


def landlock(number: int, *words: object) -> int:
    return _check(_call(number, *words), "landlock")


def install_filter(program: bytes) -> None:
    """Installs a filter: `program` holds `sock_filter` entries of 8 bytes."""
    entries = ctypes.create_string_buffer(program, len(program))

    class _Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("entries", ctypes.c_void_p)]

    prog = _Program(len(program) // 8, ctypes.cast(entries, ctypes.c_void_p))
    _check(_libc.prctl(22, 2, ctypes.addressof(prog), 0, 0), "seccomp")
