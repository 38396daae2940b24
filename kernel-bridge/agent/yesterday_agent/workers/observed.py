"""What a child process touches, as the interpreter's audit hook reports it: files, folders, databases, addresses,
modules of the project, programs, and names of environment variables.

As `files.py`, for a process that has no run: each thing is written down once, when it happens.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from ..audit import FRAMES_ABOVE, listen
from ..noise import is_noise
from ..own_record import is_own_record, is_part
from ..own_threads import is_own
from .libraries.registry import TEMPORARY
from .starts import choose_way, replacing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .epoch import Epoch
    from .part import Part

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOOPBACK = ("127.", "::1", "localhost")
_FOLDERS = dict.fromkeys((os.environ.get("TMPDIR", "/tmp").rstrip(os.sep), "/tmp", "/var/tmp", "/dev/shm"))
_TEMPORARY = tuple(os.path.join(folder, beginning) for folder in _FOLDERS for beginning in ("pymp-", *TEMPORARY))
"""What Python and libraries keep for themselves in the folder of temporary files."""
_LIBRARIES = ("site-packages", "dist-packages", "<frozen", "<yesterday_agent")
_ENVIRONMENT_CODE = (f"{os.sep}os.py", f"{os.sep}_collections_abc.py", "<frozen os>", "<frozen _collections_abc>")
_OWN_FRAMES = FRAMES_ABOVE + 1


class Observer:
    """Writes into `part`. `ignored`: beginnings of paths that are not the user's; `roots`: of libraries' code."""

    def __init__(self, part: Part, way: str, epoch: Epoch, ignored: tuple[str, ...], roots: tuple[str, ...]) -> None:
        self._epoch = epoch
        self._ignored, self._roots = ignored, roots
        self._awaited: str | None = None
        self._urls: Any = None
        self.begin(part, way)
        self._close = listen(_HANDLERS, self._hook)

    def begin(self, part: Part, way: str) -> None:
        """What happens from here on belongs to this part. `way`: how the process was started."""
        self._part, self._way = part, way
        self._seen: set[tuple[object, ...]] = set()
        self._order = self._epoch.get()
        self._urls = None

    def finish(self) -> None:
        """Writes down the answers that were read."""
        if self._urls is not None:
            for edge in self._urls.finish(None, []):
                self._part.note("url", edge["name"], edge.get("digest"), edge.get("size"), edge["reason"])

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        mine = get_ident()
        if mine in self._part.busy or is_own():
            return
        self._part.busy.add(mine)
        try:
            _HANDLERS[event](self, args)
        finally:
            self._part.busy.discard(mine)

    def _is_new(self, *event: Any) -> bool:
        """Whether it is the first of its kind in the present run."""
        order = self._epoch.get()
        if order != self._order:
            self._order = order
            self._seen.clear()
            self._part.note("run", order)
        if event in self._seen:
            return False
        self._seen.add(event)
        return True

    def _once(self, *event: Any) -> None:
        if self._is_new(*event):
            self._part.note(*event)

    def _path(self, value: Any) -> str | None:
        """The absolute path, or None for descriptors and for what is not the user's."""
        if isinstance(value, int) or value is None:
            return None
        path = os.path.abspath(os.fsdecode(value))
        if path.startswith(self._ignored) or "__pycache__" in path or path.endswith(".pyc") or is_own_record(path):
            return None
        return None if is_part(path) or path.startswith(_TEMPORARY) else path

    def _opened(self, args: tuple[Any, ...]) -> None:
        path = self._path(args[0])
        if path is None or is_noise():
            return
        mode, flags = args[1], args[2]
        writes = any(char in mode for char in "wax+") if isinstance(mode, str) else bool(flags & _WRITE_FLAGS)
        adds = isinstance(mode, str) and ("a" in mode or "r+" in mode) and os.path.exists(path)
        if not writes or adds:
            self._read(path)
        if writes:
            self._once("write", path)

    def _read(self, path: str) -> None:
        if not self._is_new("read", path):
            return
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            self._part.note("read", path, None)
            return
        mark = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        self._part.note("read", path, mark if found.st_mode & 0o170000 == 0o100000 else None)

    def _listed(self, args: tuple[Any, ...]) -> None:
        path = self._path(args[0] if args[0] is not None else ".")
        if path is not None and path != self._awaited and not is_noise():
            self._once("list", path, None)
        self._awaited = None

    def _globbed(self, args: tuple[Any, ...]) -> None:
        folder, pattern = os.path.split(os.fsdecode(args[0]))
        self._await(folder, pattern)

    def _globbed_path(self, args: tuple[Any, ...]) -> None:
        self._await(os.fspath(args[0]), str(args[1]))

    def _await(self, folder: str, pattern: str) -> None:
        path = self._path(folder or ".")
        if path is None or "**" in pattern or os.sep in pattern or not any(char in pattern for char in "*?["):
            return
        self._awaited = path
        self._once("list", path, pattern)

    def _removed(self, args: tuple[Any, ...]) -> None:
        path = self._path(args[0])
        if path is not None:
            self._once("remove", path)

    def _renamed(self, args: tuple[Any, ...]) -> None:
        source, target = self._path(args[0]), self._path(args[1])
        if source is not None:
            self._read(source)
            self._once("remove", source)
        if target is not None:
            self._once("write", target)

    def _folder(self, args: tuple[Any, ...]) -> None:
        path = self._path(args[0])
        if path is not None and not os.path.isdir(path):
            self._once("write", path)

    def _database(self, args: tuple[Any, ...]) -> None:
        path = self._path(args[0])
        if path is not None and ":memory:" not in path:
            self._once("database", path)

    def _program(self, args: tuple[Any, ...]) -> None:
        from ..secrecy import mask

        given = args[1] if isinstance(args[1], (list, tuple)) else [args[1]]
        words = [os.fsdecode(word) for word in given]
        choose_way(words)
        self._part.note("program", mask(" ".join(words))[:500])

    def _replaced(self, args: tuple[Any, ...]) -> None:
        """A search of `PATH` tries one program after another. An environment that is given has been read by now."""
        path, given, environment = args
        if not os.access(path, os.X_OK):
            return
        before = (os.environ if environment is None else environment).get("PYTHONPATH")
        added = replacing([os.fsdecode(word) for word in given], before, self._way)
        if not added:
            return
        self._part.note("end", None)
        if environment is not None:
            os.execve(path, given, {**environment, **dict(added)})
        for name, value in added:
            os.putenv(name, value)

    def _connected(self, args: tuple[Any, ...]) -> None:
        """Processes of one run talk by loopback; that is no input."""
        address = args[1]
        if not isinstance(address, tuple):
            return
        if not str(address[0]).startswith(_LOOPBACK):
            self._once("socket", f"{address[0]}:{address[1]}")
        if self._urls is None:
            from .fetched import ChildUrls

            self._urls = ChildUrls(self._part.note)
            self._urls.begin()
            self._urls.connects(args)

    def _executed(self, args: tuple[Any, ...]) -> None:
        """The body of a module is about to run."""
        code = args[0]
        path = getattr(code, "co_filename", "")
        if getattr(code, "co_name", "") == "<module>" and os.path.isabs(path) and self._is_users(path):
            self._once("module", path, _module_name(sys._getframe(_OWN_FRAMES)))

    def _script(self, args: tuple[Any, ...]) -> None:
        path = os.path.abspath(os.fsdecode(args[0])) if isinstance(args[0], (str, bytes)) else None
        if path is not None and self._is_users(path):
            self._read(path)

    def _is_users(self, path: str) -> bool:
        return not path.startswith(self._roots) and not any(part in path for part in _LIBRARIES)

    def watch_environment(self) -> None:
        """Names that the user's code reads. `os.environ` encodes each name that it is asked for, by this attribute; no
        frame of ours is in the traceback of a name that is not there."""
        environ: Any = os.environ
        encode = environ.encodekey

        def encodekey(name: Any) -> Any:
            frame: Any = sys._getframe(1)
            if isinstance(name, str) and frame.f_code.co_name == "__getitem__":
                self._asked(name, frame)
            return encode(name)

        environ.encodekey = encodekey

    def _asked(self, name: str, frame: Any) -> None:
        while frame is not None and frame.f_code.co_filename.endswith(_ENVIRONMENT_CODE):
            frame = frame.f_back
        if frame is not None and self._is_users(frame.f_code.co_filename):
            self._once("environment", name)


def _module_name(frame: Any) -> str:
    for _ in range(4):
        if frame is None:
            break
        if frame.f_code.co_name == "exec_module":
            return str(getattr(frame.f_locals.get("module"), "__name__", "__main__"))
        frame = frame.f_back
    return "__main__"


_HANDLERS: dict[str, Callable[[Observer, tuple[Any, ...]], None]] = {
    "open": Observer._opened,
    "os.listdir": Observer._listed,
    "os.scandir": Observer._listed,
    "glob.glob": Observer._globbed,
    "pathlib.Path.glob": Observer._globbed_path,
    "os.remove": Observer._removed,
    "os.rename": Observer._renamed,
    "os.mkdir": Observer._folder,
    "os.exec": Observer._replaced,
    "sqlite3.connect": Observer._database,
    "subprocess.Popen": Observer._program,
    "socket.connect": Observer._connected,
    "exec": Observer._executed,
    "cpython.run_file": Observer._script,
}
