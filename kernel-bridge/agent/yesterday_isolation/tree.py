"""The file system that the isolated program sees: real files below, a private upper layer for each folder above.

A folder without mounts below it becomes one overlay. Linux refuses an overlay over a folder with mounts that the
process may not remove, as in a user namespace; such a folder is made again on the private root, entry by entry. What
can be no overlay is mounted read-only. Invariant: nothing is mounted that lets a write through to a real file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import NamedTuple

from . import system
from .mounts import Mount, is_below

SEPARATE = frozenset(("proc", "sys", "dev", "lost+found"))
_MOST_ENTRIES = 1000
"""Of a folder that is made again entry by entry; beyond, only what leads to `touched` is there."""
_MOST_COPIED = 16 << 20
"""A file of such a folder is copied up to this size, else mounted read-only."""
_SKIPPED_KINDS = frozenset(("nsfs", "autofs", "fusectl", "binfmt_misc", "tracefs", "debugfs", "securityfs", "configfs"))


class Layer(NamedTuple):
    """What is written below `folder` is in `upper`. `split`: the folder is itself private, and not an overlay."""

    folder: str
    upper: str
    split: bool = False


class Tree:
    """`root`: the folder that becomes `/`, a mount of its own. `is_locked`: in a user namespace, where mounts that were
    there before cannot be removed one by one."""

    def __init__(self, root: str, layers_folder: str, is_locked: bool, touched: list[str], mounts: list[Mount]) -> None:
        self.root = root
        self.layers_folder = layers_folder
        self.is_locked = is_locked
        self.touched = touched
        self.mounts = mounts
        self.layers: list[Layer] = []
        self.read_only: list[str] = []
        self.missing: list[str] = []

    def build(self) -> None:
        for entry in sorted(os.scandir("/"), key=lambda entry: entry.name):
            if entry.name not in SEPARATE:
                self._entry(entry)
        for path in self._unreachable():
            self._layer(path)

    def inside(self, path: str) -> str:
        """The place of the path while the root is still made."""
        return self.root + path

    def _entry(self, entry: os.DirEntry[str]) -> None:
        place = self.inside(entry.path)
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), place)
        elif entry.is_dir():
            os.mkdir(place)
            self._folder(entry.path)
        elif entry.is_file():
            self._file(entry, place)

    def _folder(self, path: str) -> None:
        inner = [mount for mount in self.mounts if is_below(mount.path, path)]
        if inner and self.is_locked:
            self._split(path)
            return
        self._layer(path)
        for mount in inner:
            self._inner_mount(mount)

    def _inner_mount(self, mount: Mount) -> None:
        """A mount below an overlay, which shows the folder under it."""
        place = self.inside(mount.path)
        if mount.kind in _SKIPPED_KINDS or not os.path.lexists(place):
            return
        try:
            if os.path.isdir(mount.path):
                self._layer(mount.path)
            else:
                self._bind_read_only(mount.path)
        except OSError as problem:
            self.missing.append(f"{mount.path}: {problem.strerror}")

    def _layer(self, path: str) -> None:
        """Mounts the folder as an overlay, or read-only where it can be none."""
        number = len(self.layers)
        upper, work = (os.path.join(self.layers_folder, str(number), name) for name in ("upper", "work"))
        os.makedirs(upper)
        os.mkdir(work)
        lower = os.open(path, os.O_PATH | os.O_DIRECTORY)
        try:
            _imitate(path, upper)
            options = f"lowerdir=/proc/self/fd/{lower},upperdir={_escaped(upper)},workdir={_escaped(work)},xino=off"
            options += ",userxattr" if self.is_locked else ",redirect_dir=on"
            _mount_overlay(self.inside(path), options)
            self.layers.append(Layer(path, upper))
        except OSError:
            self._bind_read_only(path)
        finally:
            os.close(lower)

    def _bind_read_only(self, path: str) -> None:
        system.bind(path, self.inside(path))
        system.make_read_only(self.inside(path))
        self.read_only.append(path)

    def _split(self, path: str) -> None:
        """Makes the folder again on the private root, its entries one by one."""
        _imitate(path, self.inside(path))
        self.layers.append(Layer(path, self.inside(path), split=True))
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        if len(entries) > _MOST_ENTRIES:
            leads = [*self.touched, *(mount.path for mount in self.mounts)]
            chosen = [one for one in entries if any(_leads_to(one.path, path) for path in leads)]
            self.missing.append(f"{path}: {len(entries) - len(chosen)} of its {len(entries)} entries")
            entries = chosen
        for entry in entries:
            try:
                self._entry(entry)
            except OSError as problem:
                self.missing.append(f"{entry.path}: {problem.strerror}")

    def _file(self, entry: os.DirEntry[str], place: str) -> None:
        facts = entry.stat()
        if stat.S_ISREG(facts.st_mode) and facts.st_size <= _MOST_COPIED:
            _copy(entry.path, place, facts)
            return
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
        self._bind_read_only(entry.path)

    def _unreachable(self) -> Iterable[str]:
        """Folders that lead to `touched` and whose owner this user namespace does not know. An overlay cannot copy them
        up, so each becomes the root of an overlay of its own."""
        done = {layer.folder for layer in self.layers}
        for path in self.touched:
            folder = _deepest(path)
            over = next((one for one in _upwards(folder) if one in done), None)
            chain = [one for one in _upwards(folder) if over is not None and is_below(one, over)]
            if chain and any(map(_is_unmapped, chain)) and folder not in done:
                done.add(folder)
                yield folder


def _mount_overlay(place: str, options: str) -> None:
    """`volatile` (Linux 5.10) leaves out what makes a private layer durable."""
    try:
        system.mount("overlay", place, "overlay", system.NO_SETUID | system.NO_DEVICES, f"{options},volatile")
    except OSError:
        system.mount("overlay", place, "overlay", system.NO_SETUID | system.NO_DEVICES, options)


def _imitate(path: str, copy: str) -> None:
    """Gives the copy the folder's mode, and its owner where this process may."""
    facts = os.stat(path)
    os.chmod(copy, stat.S_IMODE(facts.st_mode))
    try:
        os.chown(copy, facts.st_uid, facts.st_gid)
    except OSError:
        pass


def _copy(path: str, copy: str, facts: os.stat_result) -> None:
    with open(path, "rb") as source, open(copy, "wb") as target:
        target.write(source.read())
    _imitate(path, copy)
    os.utime(copy, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _escaped(path: str) -> str:
    """In mount options of an overlay, commas and colons are escaped."""
    return path.replace("\\", "\\\\").replace(",", "\\,").replace(":", "\\:")


def _upwards(path: str) -> Iterable[str]:
    while path != "/":
        yield path
        path = os.path.dirname(path)


def _leads_to(path: str, target: str) -> bool:
    return target == path or is_below(target, path)


def _deepest(path: str) -> str:
    """The path, or the nearest folder above it that exists."""
    return next((one for one in _upwards(path) if os.path.isdir(one)), "/")


def _is_unmapped(path: str) -> bool:
    facts = os.stat(path)
    return _OVERFLOW in (facts.st_uid, facts.st_gid)


_OVERFLOW = 65534
