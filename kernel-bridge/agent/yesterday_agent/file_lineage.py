"""Which run made which file, and from that the edges of a run that read, wrote, removed or listed files.

What the audit hook reported is `observed`. What a reader in C may have opened comes from `named_files`, as `static`; a
file of the notebook's that changed while a run was on, unopened by it, was written through a handle that was open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .file_digests import PENDING, Digest, FileDigests, Signature, is_same, signature
from .file_edges import file_edge, plain_edge, shown_path
from .folder_lineage import FolderLineage
from .folder_manifests import FolderManifests, FolderUse
from .gathering import GATHER, folder_of
from .kept import RUN_BYTES, Kept
from .late import Late, LateDigests
from .named_files import adds_to, command_paths, copied_to, named_paths, touches_files, valued_paths
from .named_folders import base_of, files_in, files_matching, may_read_folders, named_folder, patterns_in
from .state import holds_work
from .withheld import Withheld

if TYPE_CHECKING:
    from .files import Content, FileUse, FileWatch
    from .reads import Reads
    from .record import Edge, Missing
    from .tree_snapshot import Changes

DATABASE = "database"
"""The type of a file to which a run connected, which is not to say that it read all of it."""
_WATCHED = 64
"""Files, the last that runs made, whose change behind the hook's back is looked for."""
_KEPT_AT_ONCE = 16 << 20
"""Bytes of a file that are kept while the person waits, as the run is about to write to it."""
_IN_FOLDER = 1_000
"""Files of a named folder that may be found to be written."""
_TOO_MANY = f"it has more than {_IN_FOLDER:,} files, and the others were not looked at"
_PATH = 1_000
_CLOCK = 0.01
"""Seconds by which a file system's clock may be behind."""


Mark = tuple[int, int]
"""Time of the last change, and size."""


@dataclass
class FileRun:
    """What one run did, and where its edges and gaps go."""

    run: str
    started: float
    ended: float
    use: FileUse
    reads: Reads | None
    missing: list[Missing]
    used: list[Edge] = field(default_factory=list)
    generated: list[Edge] = field(default_factory=list)


class FileLineage:
    """Between runs: who made each file, with the digest it then had."""

    def __init__(self, watch: FileWatch, kept: Kept, late: LateDigests) -> None:
        self._watch = watch
        self._kept = kept
        self._digests = FileDigests(late)
        self._makers: dict[str, tuple[str, Digest]] = {}
        self._folders: dict[str, str] = {}
        self._before: dict[str, Mark] = {}
        self._withheld = Withheld()
        self._gathered = FolderLineage(watch, late, FolderManifests(self._digests, kept), shown_path)
        watch.keep = self._content

    def begin(self) -> None:
        """How the files are that runs made: what changes from here on is the run's work."""
        self._digests.begin()
        self._before = {path: _mark(path) for path in list(self._makers)[-_WATCHED:]}

    def finish(self, run: FileRun, changes: Changes | None = None, programs: Collection[str] = ()) -> None:
        """`changes`: of files while programs ran; `programs`: their command lines, and the code with their scripts."""
        use = run.use
        for path in use.databases:
            is_changed = self._changed(path, run)
            (use.written if is_changed else use.read)[path] = None
            if is_changed:
                self._added_to(run, path)
        gathered = self._gathered.gather(use, run.ended)
        for path in use.read:
            self._read(run, path)
        for path in use.written:
            self._written(run, path, "opened for writing")
        for path in use.removed:
            if not os.path.exists(path):
                made, known = self._makers.get(path, (None, None))
                if made is not None and made != run.run and path not in use.read:
                    run.used.append(self._edge(path, known, made, "removed"))
                self._makers[path] = (run.run, None)
                run.generated.append({**file_edge(path, None, run.run, "removed"), "deleted": True})
        if changes is not None:
            self._by_programs(run, changes, programs)
        self._held(run)
        gathered += self._named(run, gathered)
        for seen in gathered:
            seen.own = frozenset((*use.written, *use.removed))
            run.used += self._gathered.edges(seen, self._makers, run.missing, self._keep_read)
            run.used += self._folder_makers(seen.listed)

    def _by_programs(self, run: FileRun, changes: Changes, programs: Collection[str]) -> None:
        """What changed while programs ran is theirs: surely where the command names it, else perhaps."""
        heard = {*run.use.written, *run.use.removed, *run.use.databases}
        shown = next(iter(programs), "a process")[:80]
        for path in changes.written:
            if path in heard or self._watch.path(path) is None:
                continue
            run.use.written[path] = None
            self._kept_from_before(run, path, programs)
            self._written(run, path, f"changed while a program ran: {shown}")
            if not any(os.path.basename(path) in words for words in programs):
                run.generated[-1]["edge"] = "maybe"
        for path in changes.removed:
            if path in heard or self._watch.path(path) is None:
                continue
            run.use.removed[path] = None
            made, known = self._makers.get(path, (None, None))
            if made is not None and made != run.run and path not in run.use.read:
                run.used.append(self._edge(path, known, made, "removed"))
            self._makers[path] = (run.run, None)
            edge = file_edge(path, None, run.run, f"removed while a program ran: {shown}")
            run.generated.append({**edge, "deleted": True})

    def _kept_from_before(self, run: FileRun, path: str, programs: Collection[str]) -> None:
        """A program may have kept what an earlier run wrote, unless a shell redirects all of it."""
        made, known = self._makers.get(path, (None, None))
        is_whole = any(
            re.search(rf"(?<!>)>\s*[\"']?\S*{re.escape(os.path.basename(path))}", words) for words in programs
        )
        if made is not None and made != run.run and not is_whole:
            run.used.append({**self._edge(path, known, made, "changed by a program"), "edge": "maybe"})

    def _read(self, run: FileRun, path: str) -> None:
        made, known = self._makers.get(path, (None, None))
        if path in run.use.removed and not os.path.exists(path):
            run.used.append(self._edge(path, known, made, "moved"))
            return
        content = run.use.before.get(path)
        now, opened = signature(path), run.use.seen.get(path)
        is_as_read = path not in run.use.written and self._before.get(path) in (None, _mark(path))
        digest = (content and content[0]) or (self._digests.of(path) if is_as_read else known)
        reason = "opened for reading"
        if opened is not None and opened[:4] != (now or ())[:4] and path not in run.use.written:
            digest, reason = self._digests.known(opened), "opened for reading; changed during the run"
            run.missing.append({"what": f"the content of {shown_path(path)}", "why": self._two_states(opened, now)})
        by = made if is_same(digest, known) else None
        edge = self.read_edge(path, digest, by, reason, run.missing, content)
        if path in run.use.databases:
            edge["type"] = DATABASE
        run.used.append(edge)

    def _two_states(self, before: Signature, after: Signature | None) -> str:
        """How a file was when it was opened, and how it is."""
        then, now = self._digests.known(before) or "not read", self._digests.known(after) or "not read"
        is_now = "is gone" if after is None else f"has {after[2]:,} bytes ({now})"
        return f"it changed during the run: it had {before[2]:,} bytes ({then}) when it was opened, and {is_now}"

    def _written(self, run: FileRun, path: str, reason: str) -> None:
        digest = self._digests.of(path)
        self._made(path, run.run, digest)
        self._withheld.written(path, run.use.history)
        if os.path.isdir(path):
            self._folders[path] = run.run
        folder = os.path.dirname(path)
        by = self._folders.get(folder)
        if by is not None and by != run.run:
            run.used.append({**plain_edge("directory", folder, "writes into the folder made there"), "by": by})
        if os.path.exists(path):
            run.generated.append(self._edge(path, digest, run.run, reason))

    def _made(self, path: str, run: str, digest: Digest) -> None:
        """The last made comes last."""
        self._makers.pop(path, None)
        self._makers[path] = (run, digest)

    def _held(self, run: FileRun) -> None:
        """Files that handles from earlier runs wrote to."""
        known = {*run.use.written, *run.use.removed}
        # A folder that changed because of these files is no other folder.
        known |= {os.path.dirname(path) for path in known}
        for path, before in self._before.items():
            # Who writes into a folder has not made it; what is new in it is looked for by the names in the code.
            if path not in known and _mark(path) != before and os.path.isfile(path):
                run.use.written[path] = None
                self._written_unobserved(run, path, "changed while the cell ran")

    def _written_unobserved(self, run: FileRun, path: str, reason: str) -> None:
        if run.reads is not None and adds_to(path, run.reads.texts, run.reads.calls):
            self._added_to(run, path)
        self._written(run, path, reason)

    def _added_to(self, run: FileRun, path: str) -> None:
        made, known = self._makers.get(path, (None, None))
        if made is not None:
            run.used.append({**self._edge(path, known, made, "added to"), "edge": "static"})

    def _named(self, run: FileRun, gathered: list[FolderUse]) -> list[FolderUse]:
        """Returns the folders that may have been read; `gathered` were seen to be."""
        if run.reads is None:
            return []
        read = (path for folder in gathered for path in folder.read)
        seen = {*read, *run.use.read, *run.use.written, *run.use.removed}
        candidates = [(os.path.abspath(given), given) for given in self._candidates(run.reads, run.use)]
        every = {path: given for path, given in candidates if self._watch.path(path) and not holds_work(path)}
        named = {path for path in every if os.path.exists(path)}
        run.use.relative |= any(not os.path.isabs(every[path]) for path in named)
        if touches_files(run.reads.calls):
            run.used += self._taken_away(every.keys() - named - seen)
        holding = {os.path.dirname(path) for path in named}
        folders: list[FolderUse] = []
        for path in sorted(named - seen):
            if not os.path.isdir(path):
                self._named_file(run, path)
            elif path not in holding and touches_files(run.reads.calls):
                folders += self._named_folder(run, path, seen)
        known = [one.folder for one in (*gathered, *folders)]
        for pattern in patterns_in(run.reads.texts) if may_read_folders(run.reads.calls) else ():
            base = base_of(pattern)
            if folder_of(base, known) is None and self._watch.path(os.path.join(base, "member")) is not None:
                held = [path for path in files_matching(pattern, GATHER + 1) if path not in seen]
                folders += self._read_folder(run, base, pattern, held)
                known.append(base)
        return folders

    def _candidates(self, reads: Reads, use: FileUse) -> list[str]:
        paths = named_paths(reads.texts) | copied_to(reads.texts)
        paths.update(text for text in reads.given if 0 < len(text) < _PATH and "\0" not in text and "\n" not in text)
        if touches_files(reads.calls):
            values = [reads.namespace.get(name) for name in {*reads.loads, *reads.names}]
            paths.update(valued_paths(values, reads.strings))
        if use.programs or {"system", "getoutput"} & reads.calls:
            paths |= command_paths([*use.programs, *reads.strings], reads.namespace)
        # Of two ways to name a file the absolute one comes last.
        return sorted(paths, key=os.path.isabs)

    def _taken_away(self, paths: Iterable[str]) -> Iterable[Edge]:
        """Files that the code names, and that an earlier run removed."""
        for path in sorted(paths):
            by, digest = self._makers.get(path, (None, None))
            if by is not None and digest is None:
                yield {**file_edge(path, None, by, "taken away there"), "edge": "static"}

    def _named_file(self, run: FileRun, path: str) -> None:
        if self._changed(path, run):
            self._written_unobserved(run, path, "named in the code, and written meanwhile")
            return
        digest = self._digests.of(path)
        made, known = self._makers.get(path, (None, None))
        by = made if is_same(digest, known) else None
        edge = self.read_edge(path, digest, by, "named in code that ran", run.missing)
        run.used.append({**edge, "edge": "static"})

    def _named_folder(self, run: FileRun, folder: str, seen: set[str]) -> list[FolderUse]:
        """A data set in files of one folder; what the code names inside it is recorded separately."""
        by = self._folders.get(folder)
        if by is not None and by != run.run:
            run.used.append({**plain_edge("directory", folder, "named in code that ran"), "by": by, "edge": "static"})
        every = files_in(folder, _IN_FOLDER + 1)
        held = [path for path in every[:_IN_FOLDER] if path not in seen]
        changed = [path for path in held if self._changed(path, run)]
        if changed and len(every) > _IN_FOLDER:
            run.missing.append({"what": f"what was written in {shown_path(folder)}", "why": _TOO_MANY})
        if changed and len(changed) == len(every):
            self._folders.setdefault(folder, run.run)
        for path in changed:
            self._written(run, path, "in a folder named in the code, and written meanwhile")
        is_read = not changed and run.reads is not None and may_read_folders(run.reads.calls)
        if is_read or (not changed and folder in self._folders):
            return self._read_folder(run, folder, None, held)
        return []

    def _read_folder(self, run: FileRun, folder: str, pattern: str | None, held: list[str]) -> list[FolderUse]:
        """A reader written in C may have read these files, all or those of a pattern."""
        if len(held) <= GATHER:
            for path in held:
                self._named_file(run, path)
        return [named_folder(folder, pattern, held, run.ended)] if held else []

    def _changed(self, path: str, run: FileRun) -> bool:
        """Whether the file was written while the run was on."""
        if not os.path.isfile(path):
            return False
        before = self._before.get(path)
        if before is not None or path in self._makers:
            return before is not None and _mark(path) != before
        return os.path.getmtime(path) >= run.started - _CLOCK

    def _folder_makers(self, listed: Iterable[str]) -> Iterable[Edge]:
        """The runs that made the folders which were listed."""
        for folder in listed:
            if folder in self._folders:
                yield {**plain_edge("directory", folder, "lists the folder made there"), "by": self._folders[folder]}

    def _keep_read(self, path: str, missing: list[Missing]) -> None:
        digest = self._digests.of(path)
        made, known = self._makers.get(path, (None, None))
        self.read_edge(path, digest, made if is_same(digest, known) else None, "", missing)

    def written_later(self, path: str, run: str) -> None:
        """A process that an earlier run started wrote the file after that run was over."""
        if self._watch.path(path) is not None:
            self._made(path, run, self._digests.of(path))

    def module_edge(self, path: str, name: str, missing: list[Missing]) -> Edge:
        """An edge to the source of a module that was imported."""
        made, _ = self._makers.get(path, (None, None))
        edge = self.read_edge(path, self._digests.of(path), made, "imported", missing)
        return {**edge, "kind": "module", "name": name}

    def _content(self, path: str) -> Content:
        """How a file is that the run is about to write to, and has read or adds to."""
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > _KEPT_AT_ONCE:
                return None, None
            digest = self._digests.of(path)
            if isinstance(digest, Late) or self._withheld.why(path, digest):
                return digest, None
            return digest, self._kept.file(path, digest)
        except Exception:  # The person's own `open` goes on, whatever happens here.
            return None, None

    def read_edge(
        self,
        path: str,
        digest: Digest,
        by: str | None,
        reason: str,
        missing: list[Missing],
        content: Content | None = None,
    ) -> Edge:
        """An edge to a file that was read, its bytes kept within the budget. `content` is how it was before the run
        wrote to it."""
        edge = self._edge(path, digest, by, reason)
        if isinstance(digest, Late):
            missing.append({"what": digest.what, "why": digest.why or PENDING})
        if isinstance(digest, Late) or (content is None and (edge.get("size") or 0) > RUN_BYTES):
            # Nor is it looked through for secrets, which takes as long as to read it.
            why = f"it is larger than what a run keeps, {RUN_BYTES >> 20} MiB, or came when that was spent"
            missing.append({"what": f"bytes of {shown_path(path)}", "why": why})
            return edge
        try:
            withheld = self._withheld.why(path, digest) if os.path.isfile(path) else None
            if withheld is not None:
                missing.append({"what": f"bytes of {shown_path(path)}", "why": withheld})
                return edge
            edge["value"] = content[1] if content is not None else self._kept.file(path, digest)
        except OSError as problem:
            missing.append({"what": f"bytes of {shown_path(path)}", "why": str(problem)[:300]})
        if digest is not None and edge.get("value") is None:
            why = (
                "over the budget of the run" if self._digests.of(path) == digest else "written to before they were kept"
            )
            # What a run made can be made again.
            if by is None or why.startswith("over"):
                missing.append({"what": f"bytes of {shown_path(path)}", "why": why})
        return edge

    def _edge(self, path: str, digest: Digest, by: str | None, reason: str) -> Edge:
        if not isinstance(digest, Late):
            return file_edge(path, self._withheld.digest(path, digest), by, reason)
        edge = file_edge(path, digest.digest, by, reason)
        return edge if digest.is_over else {**edge, "late": digest}  # type: ignore[typeddict-unknown-key]


def _mark(path: str) -> Mark:
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return (0, -1)
    return (facts.st_mtime_ns, facts.st_size)
