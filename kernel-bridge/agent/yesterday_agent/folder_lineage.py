"""Edges to folders of which a run read many files, or which it listed: one for each, with the digest of a manifest."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatch
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING

from .file_digests import PENDING, Digest, signature
from .folder_manifests import FolderManifests, FolderUse
from .gathering import GATHER, folder_of, gathering_folders
from .late import Check, Job, Late, LateDigests
from .record import Edge, Missing
from .state import working_directory

if TYPE_CHECKING:
    from .files import FileUse, FileWatch

_KEPT_FILES = 1_000
"""The bytes of the files of a folder are kept up to so many; one with more is known by its digest alone."""
Keep = Callable[[str, list[Missing]], None]
"""Keeps the bytes of a file that was read, or adds why not."""


class FolderLineage:
    def __init__(self, watch: FileWatch, late: LateDigests, manifests: FolderManifests, shown: Callable[[str], str]):
        self._watch = watch
        self._late = late
        self._manifests = manifests
        self._shown = shown

    def gather(self, use: FileUse, ended: float) -> list[FolderUse]:
        """Moves what is read and listed in folders out of `use`."""
        counted = _by_head(use.many or ())
        heads = self._heads(counted)
        plain = [path for path in use.read if _is_plain(path, use)]
        counts = Counter(map(os.path.dirname, plain))
        for head, folder in heads.items():
            counts[folder] += counted[head]
        counts.update(os.path.dirname(folder) for folder in use.listed)
        folders = gathering_folders(counts, working_directory()) if counts.total() > GATHER else []
        found = {folder: FolderUse(folder, ended=ended) for folder in folders}
        for path in plain:
            around = folder_of(path, folders)
            if around is not None:
                found[around].read[path] = None
                del use.read[path]
        self._take_many(use, counted, heads, found)
        for listed, patterns in list(use.listed.items()):
            folder = folder_of(listed, folders) or listed
            found.setdefault(folder, FolderUse(folder, ended=ended)).listed[listed] = patterns
        return list(found.values())

    def _heads(self, counted: Iterable[str]) -> dict[str, str]:
        """The absolute folders, but for those that are not the user's."""
        heads: dict[str, str] = {}
        for head in counted:
            member = self._watch.path(os.path.join(head, "member"))
            if member is not None:
                heads[head] = os.path.dirname(member)
        return heads

    @staticmethod
    def _take_many(
        use: FileUse, counted: Mapping[str, int], heads: Mapping[str, str], found: Mapping[str, FolderUse]
    ) -> None:
        many, use.many = use.many or set(), None
        left: set[str] = set()
        for head, absolute in heads.items():
            folder = folder_of(absolute, list(found))
            if folder is None:
                left.add(head)
                continue
            prefix = os.path.relpath(absolute, folder)
            found[folder].heads[head] = "" if prefix == "." else os.path.join(prefix, "")
            found[folder].many, found[folder].counted = many, found[folder].counted + counted[head]
        if left:
            use.read.update((os.path.abspath(path), None) for path in many if path.rpartition(os.sep)[0] in left)

    def edges(
        self, seen: FolderUse, makers: Mapping[str, tuple[str, Digest]], missing: list[Missing], keep: Keep
    ) -> Iterable[Edge]:
        """To the folder as it was read and listed, and to the runs that made what was."""
        count, shown = seen.count(), self._shown(seen.folder)
        self._keep(seen, count, missing, keep)
        reasons = [f"opened {count:,} files in it for reading"] if count else []
        reasons += ["listed"] if seen.listed else []
        late = Late(f"the content of the folder {shown}")
        by = sorted({made for path, (made, _) in makers.items() if _uses(seen, path)})
        edge: Edge = {"kind": "directory", "name": shown, "version": shown, "edge": seen.edge, "digest": None}
        edge.update({"by": by[0] if len(by) == 1 else None, "reason": seen.reason or "; ".join(reasons)})
        edge["preview"] = f"{count:,} files" if count else None
        missing.append({"what": late.what, "why": PENDING})
        yield {**edge, "late": late}  # type: ignore[typeddict-unknown-key]
        self._late.add(Job(late, self._computing(seen, late), is_value=False))
        for made in by if len(by) > 1 else ():
            reason = "opened files made there" if count else "lists files made there"
            yield {**edge, "preview": None, "by": made, "reason": reason}

    def _computing(self, seen: FolderUse, late: Late) -> Callable[[Check, Check], str]:
        return lambda piece, walk: self._manifests.compute(seen, late, walk)

    def _keep(self, seen: FolderUse, count: int, missing: list[Missing], keep: Keep) -> None:
        if count == 0:
            return
        what = f"bytes of {count:,} files of {self._shown(seen.folder)}"
        if count > _KEPT_FILES or seen.many:
            missing.append({"what": what, "why": f"a run keeps those of {_KEPT_FILES:,} files of a folder at most"})
            return
        lost: list[Missing] = []
        for path in seen.read:
            keep(path, lost)
        reasons = [one["why"] for one in lost if one["what"].startswith("bytes")]
        if reasons:
            what = f"bytes of {len(reasons):,} of {count:,} files of {self._shown(seen.folder)}"
            missing.append({"what": what, "why": reasons[0]})


def _is_plain(path: str, use: FileUse) -> bool:
    """Whether the run did nothing with the file but read it."""
    if path in use.written or path in use.removed or path in use.before or path in use.databases:
        return False
    opened, now = use.seen.get(path), signature(path)
    return now is not None and (opened is None or opened[:4] == now[:4])


def _uses(seen: FolderUse, path: str) -> bool:
    """Whether the run read the file, or listed the folder that has it."""
    if seen.walked is not None:
        return path.startswith(seen.folder + os.sep) and (seen.walked == seen.folder or fnmatch(path, seen.walked))
    folder, name = os.path.split(path)
    if folder in seen.listed:
        patterns = seen.listed[folder]
        if patterns is None or any(fnmatch(name, pattern) for pattern in patterns):
            return True
    return path.startswith(seen.folder + os.sep) and seen.has_read(path)


def _by_head(paths: Iterable[str]) -> Counter[str]:
    """How many there are by all before the last separator. The person waits for this if the next cell comes at once."""
    return Counter(map(itemgetter(0), map(str.rpartition, paths, repeat(os.sep))))
