"""What a run saw of a folder, as one manifest: its members by relative path, each with size, times, inode and digest.

A manifest is an object of its own, and its digest is over names and contents alone, so that copies of a folder have one
digest. Members that are the same by inode, size and times as in the last manifest are not read again. All of it happens
behind the reply, on the thread of late digests; between members that thread releases the interpreter.

Format, UTF-8; fields are separated by tabs. The first line is `yesterday folder 1` and a number, of the lines after it
that each have a folder that was listed, and the patterns of names that were asked for, none for all. Then comes one
line for each member, in the order of their names: name (percent-encoded where it is not plain), size, the times of the
last change of content and of the inode in ns, inode, digest. A member that was listed and not read has `-` in all but
the first; a folder ends in `/`. The server's `store/folder-manifest.ts` reads it: a change here is one there.
"""

from __future__ import annotations

import hashlib
import heapq
import os
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from glob import iglob
from time import sleep, time_ns
from urllib.parse import quote

from .file_digests import RACY_NS, ChangedError, FileDigests, Signature, signature, streamed
from .kept import Kept
from .late import Check, Late
from .own_record import is_own_record
from .record import EdgeKind, StoredValue
from .secrecy import is_secret_file, masker

FORMAT = "folder"
HEAD = "yesterday folder 1"
MANIFEST_BYTES = 64 << 20
"""A larger manifest is not stored; its digest is known all the same."""
_CACHED = 64
_AT_ONCE = 256
"""Members between which the thread lets others work."""
_CHUNK = 1024
"""Names that are sorted at once."""
_NAMED = 3
_CLOCK_NS = 10_000_000
_LISTED = "-\t-\t-\t-\t-"


@dataclass
class FolderUse:
    """What one run saw of a folder."""

    folder: str
    read: dict[str, None] = field(default_factory=dict)
    """The first files that were read; absolute."""
    many: Collection[str] = ()
    """The others, as the code wrote their paths; those of other folders are among them."""
    heads: dict[str, str] = field(default_factory=dict)
    """Which of them are members: what comes before the last separator, and in its place the way from this folder."""
    walked: str | None = None
    """Where its files are still to be looked for: this folder, or a pattern."""
    counted: int = 0
    """How many of them are members."""
    listed: dict[str, set[str] | None] = field(default_factory=dict)
    """Folders, this one or below it, with the patterns of names that were asked for; None where all names were."""
    own: frozenset[str] = frozenset()
    """Absolute paths that the run itself wrote or removed."""
    ended: float = 0.0
    edge: EdgeKind = "observed"
    reason: str = ""

    def count(self) -> int:
        """Files that were read."""
        return len(self.read) + self.counted

    def has_read(self, path: str) -> bool:
        """Of an absolute path."""
        inside = os.path.relpath(path, self.folder)
        ways = [(head, inside[len(prefix) :]) for head, prefix in self.heads.items() if inside.startswith(prefix)]
        return path in self.read or any((f"{head}{os.sep}{name}" if head else name) in self.many for head, name in ways)


class FolderManifests:
    def __init__(self, digests: FileDigests, kept: Kept) -> None:
        self._digests = digests
        self._kept = kept
        self._known: OrderedDict[str, bytes] = OrderedDict()
        """The last manifests, compressed, by folder."""

    def compute(self, use: FolderUse, late: Late, check: Check) -> str:
        """The digest; `late` gets the size of the members and the stored manifest. Raises with the reason."""
        _expand(use)
        names = _sorted(_members(use), check)
        writer = _Writer(self._kept, _header(use))
        later: list[str] = []
        read_bytes = 0
        try:
            known = _Cursor(self._known.get(use.folder))
            for count, (encoded, name, is_read) in enumerate(names):
                if count % _AT_ONCE == 0:
                    check()
                    sleep(0)
                if not is_read:
                    writer.add(encoded, _LISTED, "-")
                    continue
                found = self._member(use, name, known.at(encoded))
                if found is None:
                    later.append(name)
                    continue
                digest, seen = found
                read_bytes += seen[2]
                writer.add(encoded, f"{seen[2]}\t{seen[3]}\t{seen[4]}\t{seen[1]}\t{digest}", digest)
            if later:
                raise ChangedError(f"{_counted(later)} changed or went before it was read")
            digest = writer.finish()
        except BaseException:
            writer.abandon()
            raise
        self._remember(use.folder, writer.compressed)
        late.size, late.value = read_bytes, writer.stored
        return digest

    def _member(self, use: FolderUse, name: str, known: tuple[Signature, str] | None) -> tuple[str, Signature] | None:
        """None where it is not what the run read."""
        path = os.path.join(use.folder, name)
        now = signature(path)
        if now is None:
            return None
        if max(now[3:]) > use.ended * 1e9 + _CLOCK_NS and path not in use.own:
            return None
        if known is not None and known[0][1:] == now[1:]:
            return known[1], now
        age = time_ns() - max(now[3], now[4])
        if 0 <= age < RACY_NS:
            sleep((RACY_NS - age) / 1e9)
        try:
            digest = self._digests.known(now) or streamed(path, now, lambda: None)
        except (OSError, ChangedError):
            return None
        return (masker().keyed(digest) if is_secret_file(path) else digest), now

    def _remember(self, folder: str, compressed: bytes) -> None:
        self._known[folder] = compressed
        self._known.move_to_end(folder)
        while len(self._known) > _CACHED:
            self._known.popitem(last=False)


def _expand(seen: FolderUse) -> None:
    """On the thread of late digests: looks for the files of a folder that has many."""
    if seen.walked is None:
        return
    pattern = seen.walked if seen.walked != seen.folder else None
    found = walked(seen.folder) if pattern is None else iglob(pattern, recursive=True)
    for path in found:
        if pattern is None or (os.path.isfile(path) and not is_own_record(path)):
            seen.read[path] = None
            note_listing(seen, os.path.dirname(path), pattern)
    seen.walked = None


def note_listing(seen: FolderUse, folder: str, pattern: str | None) -> None:
    """The names in the folder were looked at: all, or those of a pattern."""
    seen.listed.setdefault(folder, None if pattern is None else {os.path.basename(pattern)})


def walked(folder: str) -> Iterator[str]:
    """The files of the folder and of those below it."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_own_record(os.path.join(root, name))]
        yield from (os.path.join(root, name) for name in sorted(names))


def _header(use: FolderUse) -> str:
    listed: list[str] = []
    for folder, patterns in sorted(use.listed.items()):
        inside = os.path.relpath(folder, use.folder)
        listed.append("\t".join(map(_encoded, ["" if inside == "." else inside, *sorted(patterns or ())])))
    return masker().mask("".join(f"{line}\n" for line in (f"{HEAD}\t{len(listed)}", *listed)))


def _counted(names: list[str]) -> str:
    more = f", … ({len(names):,} files)" if len(names) > _NAMED else ""
    return ", ".join(sorted(names)[:_NAMED]) + more


def _members(use: FolderUse) -> Iterator[tuple[str, bool]]:
    """Names relative to the folder, and whether the member was read; one may come twice."""
    start = len(use.folder.rstrip(os.sep)) + 1
    for path in use.read:
        yield path[start:], True
    for path in use.many:
        head, _, name = path.rpartition(os.sep)
        prefix = use.heads.get(head)
        if prefix is not None:
            yield prefix + name, True
    for folder, patterns in use.listed.items():
        inside = os.path.join(folder, "")[start:]
        for entry in _entries(folder):
            path = os.path.join(folder, entry.name)
            is_asked = patterns is None or any(fnmatch(entry.name, pattern) for pattern in patterns)
            if is_asked and path not in use.own and not is_own_record(path):
                yield inside + entry.name + ("/" if _is_folder(entry) else ""), False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _sorted(members: Iterable[tuple[str, bool]], check: Check) -> Iterator[tuple[str, str, bool]]:
    """Each once, by its encoded name, with a name that was read before one that was only listed."""
    chunks: list[list[tuple[str, bool, str]]] = [[]]
    for name, is_read in members:
        if len(chunks[-1]) == _CHUNK:
            chunks[-1].sort()
            check()
            sleep(0)
            chunks.append([])
        chunks[-1].append((_encoded(name), not is_read, name))
    chunks[-1].sort()
    last = None
    for encoded, is_listed, name in heapq.merge(*chunks):
        if encoded != last:
            last = encoded
            yield encoded, name, not is_listed


def _encoded(name: str) -> str:
    """Without tabs, line ends and bytes that are no text."""
    return name if name.isprintable() and "%" not in name else quote(os.fsencode(name), safe="/ ()[]{}@+,;=~")


class _Cursor:
    """Reads an earlier manifest beside the new one, both in the same order."""

    def __init__(self, compressed: bytes | None) -> None:
        self._lines = iter(()) if compressed is None else _lines(compressed)
        self._next: list[str] | None = self._advance()

    def at(self, encoded: str) -> tuple[Signature, str] | None:
        while self._next is not None and self._next[0] < encoded:
            self._next = self._advance()
        if self._next is None or self._next[0] != encoded or self._next[1] == "-":
            return None
        _, size, changed, inode_changed, inode, digest = self._next
        return (0, int(inode), int(size), int(changed), int(inode_changed)), digest

    def _advance(self) -> list[str] | None:
        line = next(self._lines, None)
        return None if line is None else line.split("\t")


def _lines(compressed: bytes) -> Iterator[str]:
    reader, rest = zlib.decompressobj(), b""
    for start in range(0, len(compressed), 1 << 14):
        *whole, rest = (rest + reader.decompress(compressed[start : start + (1 << 14)])).split(b"\n")
        for line in whole:
            yield line.decode()


class _Writer:
    """The object in the spool, the digest over names and contents, and what is remembered, all at once."""

    def __init__(self, kept: Kept, header: str) -> None:
        self._file = kept.stream()
        self._content = hashlib.sha256(header.encode())
        self._packer = zlib.compressobj(1)
        self._packed: list[bytes] = []
        self._lines: list[tuple[str, str, str]] = []
        self.stored: StoredValue | None = None
        self._file.write(header.encode())

    @property
    def compressed(self) -> bytes:
        return b"".join(self._packed)

    def add(self, encoded: str, facts: str, digest: str) -> None:
        self._lines.append((encoded, facts, digest))
        if len(self._lines) == _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        self._packed.append(self._packer.compress("".join(f"{name}\t{facts}\n" for name, facts, _ in lines).encode()))
        if masker().find("\n".join(name for name, _, _ in lines)):
            lines = [(masker().mask(name), facts, digest) for name, facts, digest in lines]
        self._file.write("".join(f"{name}\t{facts}\n" for name, facts, _ in lines).encode())
        self._content.update("".join(f"{name}\t{digest}\n" for name, _, digest in lines).encode())

    def finish(self) -> str:
        self._flush()
        self._packed.append(self._packer.flush())
        self.stored = self._file.finish(FORMAT, MANIFEST_BYTES)
        return f"sha256:{self._content.hexdigest()}"

    def abandon(self) -> None:
        self._file.abandon()
