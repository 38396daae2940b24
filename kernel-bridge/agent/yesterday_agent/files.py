"""Files, folders, sockets and programs that a run touched, as the interpreter's audit hook reports them.

The hook must be quick and silent: outside a run it returns at once.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from glob import has_magic
from typing import Any
from urllib.parse import unquote, urlsplit

from .addresses import address
from .audit import listen
from .file_digests import Digest, Signature, signature
from .noise import is_noise
from .own_record import is_own_record, is_part
from .own_threads import is_own
from .record import StoredValue
from .secrecy import mask
from .workers.libraries.registry import TEMPORARY

_SEEN = 1_000
_READING = frozenset(("r", "rb", "rt"))
_CODE = (".py", ".pyc")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
Content = tuple[Digest, StoredValue | None]
"""The digest of a file, and where its bytes are kept; None if unknown or not kept."""


@dataclass
class FileUse:
    """What one run did outside the process."""

    read: dict[str, None] = field(default_factory=dict)
    written: dict[str, None] = field(default_factory=dict)
    many: set[str] | None = None
    """Files that were read past the first ones, as the code wrote their paths; None until then."""
    seen: dict[str, Signature | None] = field(default_factory=dict)
    """How the first files were when they were opened for reading."""
    before: dict[str, Content] = field(default_factory=dict)
    """Of files that were read and then opened for writing: how they were."""
    removed: dict[str, None] = field(default_factory=dict)
    listed: dict[str, set[str] | None] = field(default_factory=dict)
    """Folders with the patterns of names that were asked for; None where all names were."""
    awaited: list[tuple[str, str]] = field(default_factory=list)
    """Folders and patterns that a `glob` is about to look for."""
    databases: dict[str, None] = field(default_factory=dict)
    programs: list[str] = field(default_factory=list)
    sockets: dict[str, None] = field(default_factory=dict)
    relative: bool = False
    """It named a file from the working directory."""
    history: bool = False
    """It read files of a history, as those do that copy or archive a whole folder."""


def _without_scheme(name: Any) -> Any:
    """The path in an SQLite URI, `file:/data/a%20b.db?mode=ro` (https://www.sqlite.org/uri.html)."""
    given = name if isinstance(name, int) or name is None else os.fsdecode(name)
    if not isinstance(given, str) or not given.startswith("file:"):
        return name
    path = unquote(urlsplit(given).path)
    return path if path and "mode=memory" not in given else ":memory:"


def _is_name_of_code(name: Any) -> bool:
    """`<string>`: the name of code that is in no file. The compiler looks there for a line that it cannot
    read."""
    return isinstance(name, str) and name.startswith("<") and name.endswith(">") and not os.path.exists(name)


def _leads_to_history(name: Any) -> bool:
    return name is not None and not isinstance(name, int) and is_own_record(os.path.abspath(os.fsdecode(name)))


class FileWatch:
    """Collects into `current` while a run is on; None between runs."""

    def __init__(self, ignored: list[str]) -> None:
        self.current: FileUse | None = None
        self.databases: dict[int, str] = {}
        """The file of each SQLite connection that a run opened, by its id."""
        self.keep: Callable[[str], Content] = lambda path: (None, None)
        """Asked before a file that the run reads is opened for writing."""
        self._connecting: str | None = None
        self._busy = threading.local()
        paths = sysconfig.get_paths()
        roots = [paths.get("stdlib"), paths.get("platstdlib"), paths.get("purelib"), paths.get("platlib")]
        home = os.path.expanduser("~")
        extra = [os.path.join(home, ".ipython"), os.path.join(home, ".cache"), os.path.join(home, ".config")]
        every = [os.path.abspath(root) for root in [*roots, *ignored, *extra] if root]
        # The folder that ipykernel gives as the place of a cell's code, so that a traceback looks there.
        cells = os.path.join(tempfile.gettempdir(), f"ipykernel_{os.getpid()}", "")
        own = [os.path.join(tempfile.gettempdir(), beginning) for beginning in TEMPORARY]
        self.ignored = (
            *every,
            cells,
            *own,
            *_zipped_library(),
            "/proc/",
            "/dev/",
            "/sys/",
            "/etc/",
            "/usr/share/",
            "/usr/lib",
        )
        self.close = listen(_HANDLERS, self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        use = self.current
        if use is None:
            return
        # Reading many files costs no more than this for each.
        if use.many is not None and event == "open" and args[1] in _READING and not is_own():
            path = args[0]
            if type(path) is str and not path.endswith(_CODE):
                use.many.add(path)
                return
        if getattr(self._busy, "on", False):
            return
        if is_own():
            return
        self._busy.on = True
        try:
            _HANDLERS[event](self, use, args)
        finally:
            self._busy.on = False

    def path(self, value: Any) -> str | None:
        """The absolute path, or None for descriptors and for what is not the user's."""
        if isinstance(value, int) or value is None:
            return None
        given = os.fsdecode(value)
        path = os.path.abspath(given)
        if path.startswith(self.ignored) or "__pycache__" in path or path.endswith(".pyc") or is_own_record(path):
            return None
        if is_part(path):
            return None
        if self.current is not None and not os.path.isabs(given):
            self.current.relative = True
        return path

    def opened(self, use: FileUse, args: tuple[Any, ...]) -> None:
        if args[1] == "rb" and _is_name_of_code(args[0]):
            return
        path = self.path(args[0])
        if path is None or is_noise():
            use.history |= path is None and _leads_to_history(args[0])
            return
        mode, flags = args[1], args[2]
        writes = any(char in mode for char in "wax+") if isinstance(mode, str) else bool(flags & _WRITE_FLAGS)
        if isinstance(mode, str) and ("a" in mode or "r+" in mode) and os.path.exists(path):
            use.read[path] = None
        was_read = path in use.read or (use.many is not None and not {path, args[0]}.isdisjoint(use.many))
        if writes and was_read and path not in use.before and path not in use.written:
            use.before[path] = self.keep(path)
        if not writes and path not in use.read and len(use.seen) < _SEEN:
            use.seen[path] = signature(path)
        (use.written if writes else use.read)[path] = None
        if not writes and use.many is None and len(use.read) >= _SEEN:
            use.many = set()

    def listed(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path = self.path(args[0] if args[0] is not None else ".")
        if path is not None and not is_noise():
            use.listed[path] = None

    def scanned(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path = self.path(args[0] if args[0] is not None else ".")
        asked = next((one for one in use.awaited if one[0] == path), None)
        if asked is None:
            self.listed(use, args)
            return
        use.awaited.remove(asked)
        patterns = use.listed.setdefault(asked[0], set())
        if patterns is not None:
            patterns.add(asked[1])

    def globbed(self, use: FileUse, args: tuple[Any, ...]) -> None:
        """`glob.glob("data/*.csv")`: what else lies in the folder is not looked at."""
        self._await(use, os.path.split(os.fsdecode(args[0])))

    def globbed_path(self, use: FileUse, args: tuple[Any, ...]) -> None:
        self._await(use, (os.fspath(args[0]), str(args[1])))

    def _await(self, use: FileUse, place: tuple[str, str]) -> None:
        folder, pattern = place
        if is_own_record(os.path.abspath(folder)):
            return
        is_plain = "**" not in pattern and os.path.basename(pattern) == pattern
        # A pattern without a wildcard is looked up, and no folder is scanned for it.
        if is_plain and has_magic(pattern) and not has_magic(folder):
            use.awaited.append((os.path.abspath(folder), pattern))

    def removed(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path = self.path(args[0])
        if path is not None:
            use.removed[path] = None

    def renamed(self, use: FileUse, args: tuple[Any, ...]) -> None:
        source, target = self.path(args[0]), self.path(args[1])
        if source is not None:
            use.removed[source] = None
            use.read[source] = None
        if target is not None:
            use.written[target] = None

    def database(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path = self.path(_without_scheme(args[0]))
        if path is not None and not path.endswith(":memory:"):
            use.databases[path] = None
        self._connecting = path

    def connected(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path, self._connecting = self._connecting, None
        self.databases.pop(address(args[0]), None)
        if path in use.databases:
            self.databases[address(args[0])] = str(path)

    def folder(self, use: FileUse, args: tuple[Any, ...]) -> None:
        path = self.path(args[0])
        if path is not None and not os.path.isdir(path):
            use.written[path] = None

    def command(self, use: FileUse, args: tuple[Any, ...]) -> None:
        use.programs.append(mask(os.fsdecode(args[0]))[:500])

    def program(self, use: FileUse, args: tuple[Any, ...]) -> None:
        if is_noise():
            return
        words = args[1] if isinstance(args[1], (list, tuple)) else [args[1]]
        use.programs.append(mask(" ".join(os.fsdecode(word) for word in words))[:500])

    def socket(self, use: FileUse, args: tuple[Any, ...]) -> None:
        address = args[1]
        if isinstance(address, tuple):
            use.sockets[f"{address[0]}:{address[1]}"] = None


def _zipped_library() -> list[str]:
    """Where an interpreter looks for a standard library in one file, whether there is one or not."""
    return [path for path in sys.path if path.endswith(".zip") and path.startswith(sys.base_prefix)]


_HANDLERS = {
    "open": FileWatch.opened,
    "os.listdir": FileWatch.listed,
    "os.scandir": FileWatch.scanned,
    "glob.glob": FileWatch.globbed,
    "pathlib.Path.glob": FileWatch.globbed_path,
    "os.remove": FileWatch.removed,
    "os.rename": FileWatch.renamed,
    "os.mkdir": FileWatch.folder,
    "os.system": FileWatch.command,
    "sqlite3.connect": FileWatch.database,
    "sqlite3.connect/handle": FileWatch.connected,
    "subprocess.Popen": FileWatch.program,
    "socket.connect": FileWatch.socket,
}
