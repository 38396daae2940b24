"""The processes that this one starts: each gets a name, by the order in which they are started, and the start-up.

A forked child inherits the agent. A new interpreter finds `worker_start/sitecustomize.py` by two environment variables
that only programs of Python and shell lines that name one are given. Nothing of it is in `os.environ`.
"""

from __future__ import annotations

import os
import sys

from ..own_threads import as_own
from .libraries.registry import LAUNCHERS, SERVICES, SPAWNERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

VARIABLE = "_YESTERDAY_WORKER"
_PATH = "PYTHONPATH"
_SHELLS = ("sh", "bash", "dash", "zsh", "fish")
_WRAPPERS = frozenset(
    (
        *("env", "nohup", "nice", "time", "timeout", "taskset", "numactl", "stdbuf", "xvfb-run"),
        *("mpirun", "mpiexec", "srun", "uv", "conda", "mamba", "micromamba", "pixi", "poetry", "pipenv"),
    )
)
"""Programs that run the command which follows among their words."""
_HELPERS = (b"resource_tracker", b"semaphore_tracker")
"""Programs of `multiprocessing` itself."""
_SERVER = b"multiprocessing.forkserver"
_SPAWNED = (b"multiprocessing.spawn", *SPAWNERS)
_FORKED_FOR = frozenset(("jedi", "parso"))


class Starts:
    """`name`: of this process. `folder`: where children write. `start_up`: the folder of `sitecustomize.py`; None where
    children cannot see it."""

    def __init__(self, folder: str, start_up: str | None) -> None:
        self.folder = folder
        self.start_up = start_up
        self.name = ""
        self.count = 0
        self.ever = 0
        """Since the process began."""
        self.is_exec = False
        """The fork that comes is one of a program, which has a name already."""
        self.variables: list[tuple[str, str]] = []
        """For the program that a child in a terminal becomes."""
        self.prepare: Callable[[], None] = lambda: None
        """Called before the first child starts."""
        self.has_prepared = False
        self.prepare_programs: Callable[[], None] = lambda: None
        """Called before the first program starts."""
        self.in_child: Callable[[str], None] = lambda name: None
        self.started: Callable[[str], None] = lambda name: None
        """Called in this process with the name of a program that begins with the start-up."""

    def begin(self, name: str) -> None:
        """This process goes on under that name."""
        self.name, self.count = name, 0

    def next(self) -> str:
        if self.ever == 0:
            self.prepare()
        self.count += 1
        self.ever += 1
        return f"{self.name}.{self.count}"

    def given(self, name: str, way: str = "program") -> list[tuple[str, str]]:
        """Environment variables for a child."""
        if not self.has_prepared:
            self.has_prepared = True
            self.prepare_programs()
        before = os.environ.get(_PATH)
        path = self.start_up if not before else f"{self.start_up}{os.pathsep}{before}"
        return [(VARIABLE, f"{name}:{way}:{self.folder}"), (_PATH, str(path))]

    def terminal(self, words: Sequence[str]) -> str | None:
        """A child in a terminal is about to be forked and to become this program. Returns its name if it has one."""
        self.is_exec = True
        name = self.next() if self.name and self.start_up and runs_python(words) else None
        self.variables = [] if name is None else self.given(name)
        return name

    def program(self) -> str:
        """The name of the program that is about to start."""
        name = self.next()
        self.started(name)
        return name


current: Starts | None = None
_hooked: list[bool] = []


def use(starts: Starts) -> None:
    """From now on children are named by it."""
    global current
    current = starts
    if not _hooked and hasattr(os, "register_at_fork"):
        _hooked.append(True)
        os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_in_child)
        _wrap()


def _before() -> None:
    """Where the folder cannot be written, the child goes on unobserved."""
    if current is not None and not current.is_exec and current.name:
        try:
            current.next()
        except Exception:
            return


def _after() -> None:
    if current is not None and current.variables:
        current.variables, current.is_exec = [], False
    elif current is not None:
        current.is_exec = False


def _in_child() -> None:
    """A child that fails here goes on unobserved."""
    starts = current
    if starts is None or not starts.name:
        return
    try:
        if starts.is_exec:
            for name, value in starts.variables:
                os.putenv(name, value)
            starts.name = ""
            return
        name = f"{starts.name}.{starts.count}"
        starts.begin(name)
        starts.in_child(name)
    except Exception:
        return


def _wrap() -> None:
    """`subprocess`, `multiprocessing` and pools of libraries start programs by this function."""
    try:
        import _posixsubprocess as module
    except ImportError:
        return
    target: Any = module
    real = target.fork_exec

    def fork_exec(*given: Any) -> Any:
        starts = current
        if starts is None:
            return real(*given)
        was, starts.is_exec = starts.is_exec, True
        try:
            return real(*_with_start(starts, given))
        finally:
            starts.is_exec = was

    fork_exec.__doc__ = real.__doc__
    target.fork_exec = fork_exec
    known: Any = sys.modules.get("subprocess")
    if known is not None and getattr(known, "_fork_exec", None) is real:
        known._fork_exec = fork_exec


_ENVIRONMENT = 5
"""The place of the environment among the arguments of `fork_exec`, from Python 3.10 on."""


def _with_start(starts: Starts, given: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        words = [os.fsencode(word) for word in given[0]]
        if not starts.name or starts.start_up is None or any(mark in word for word in words for mark in _HELPERS):
            return given
        text = [os.fsdecode(word) for word in words]
        if _is_completion() or not starts_python(text):
            return given
        added = starts.given(starts.program(), _way(words))
        names = tuple(os.fsencode(f"{name}=") for name, _ in added)
        inherited = _variables() if given[_ENVIRONMENT] is None else given[_ENVIRONMENT]
        own = [one for one in inherited if os.fsencode(one).startswith(b"PYTHONPATH=")]
        if own:
            before = os.fsdecode(own[0]).partition("=")[2]
            added[1] = (_PATH, f"{starts.start_up}{os.pathsep}{before}" if before else str(starts.start_up))
        elif given[_ENVIRONMENT] is not None:
            added[1] = (_PATH, str(starts.start_up))
        rest = [one for one in inherited if not os.fsencode(one).startswith(names)]
        environment = [*rest, *(os.fsencode(f"{name}={value}") for name, value in added)]
        return (*given[:_ENVIRONMENT], environment, *given[_ENVIRONMENT + 1 :])
    except Exception:
        return given


def _way(words: list[bytes]) -> str:
    """What an interpreter is started for: `server` forks others, `spawn` is a process of `multiprocessing`, and those
    that a launcher of a library starts have the role of its pool."""
    launched = LAUNCHERS.get(_launcher(words[0]))
    if launched is not None:
        return launched
    if any(_SERVER in word for word in words):
        return "server"
    return "spawn" if any(mark in word for word in words for mark in _SPAWNED) else "program"


def choose_way(words: Sequence[str]) -> None:
    """`Popen` is about to start a program, in one of two ways; only `fork_exec` leads here."""
    module: Any = sys.modules.get("subprocess")
    if module is None:
        return
    if not _uses_spawn:
        _uses_spawn.append(bool(getattr(module, "_USE_POSIX_SPAWN", False)))
    if _uses_spawn[0]:
        module._USE_POSIX_SPAWN = not starts_python(words)


def replacing(words: Sequence[str], before: str | None, way: str) -> list[tuple[str, str]]:
    """Environment variables for the program that this child is about to become, where it is a Python: it goes on under
    the child's name. `before`: the `PYTHONPATH` that it would have."""
    starts = current
    if starts is None or not starts.name or starts.start_up is None or not starts_python(words):
        return []
    (own, value), _ = starts.given(starts.name, way)
    return [(own, value), (_PATH, f"{starts.start_up}{os.pathsep}{before}" if before else starts.start_up)]


_uses_spawn: list[bool] = []
"""Whether `Popen` would choose `posix_spawn` itself, where it can."""


def _variables() -> list[bytes]:
    """What a child inherits: also what `os.putenv` set, which `os.environ` does not have."""
    try:
        import ctypes

        table = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    except (ImportError, ValueError, OSError):
        return [key + b"=" + value for key, value in os.environb.items()]
    found: list[bytes] = []
    while (entry := table[len(found)]) is not None:
        found.append(entry)
    return found


def starts_python(words: Sequence[str]) -> bool:
    """Whether a command runs the user's code in a Python, or is a program that starts those of a library's pool."""
    return bool(words) and (_launcher(words[0]) in LAUNCHERS or (runs_python(words) and not is_service(words)))


def is_service(words: Sequence[str]) -> bool:
    """Whether a command is one of a library itself, in which no code of the user runs."""
    return any(mark in word for word in words for mark in SERVICES)


def is_launcher(command: str) -> bool:
    """Whether a command starts the pool of a library, whose workers write down what they do."""
    return _launcher(command.split(" ", 1)[0]) in LAUNCHERS


def _launcher(word: str | bytes) -> str:
    return os.path.basename(os.fsdecode(word))


def runs_python(words: Sequence[str]) -> bool:
    """Whether a command is a Python, a script of one, a shell line that names one, or a wrapper around one."""
    if not words:
        return False
    if os.path.basename(words[0]) in _WRAPPERS:
        return any(is_python(word) or word.endswith(".py") for word in words[1:])
    if os.path.basename(words[0]) in _SHELLS:
        line = words[2] if len(words) > 2 and words[1].startswith("-") and words[1].endswith("c") else ""
        return any(is_python(word) for word in line.replace(";", " ").replace("(", " ").replace(")", " ").split())
    return is_python(words[0])


def is_python(word: str) -> bool:
    """Whether a word is a Python, or a script that one runs."""
    word = word.strip("'\"`$")
    name = os.path.basename(word)
    if name.startswith(("python", "pypy")) or word == sys.executable:
        return True
    if not name or name.startswith("-") or not name[0].isalpha():
        return False
    folders = [""] if os.sep in word else os.environ.get("PATH", "").split(os.pathsep)
    return any(_has_python(os.path.join(folder, word)) for folder in folders)


_LONGEST_LINE = 256


def _has_python(path: str) -> bool:
    """By the first line of a script that may be run."""
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        return False
    read: list[bytes] = []

    def look() -> None:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            read.append(os.read(handle, _LONGEST_LINE).partition(b"\n")[0])
        finally:
            os.close(handle)

    # The look is not the user's.
    as_own(look)
    return any(first.startswith(b"#!") and b"python" in first for first in read)


def _is_completion() -> bool:
    frame: Any = sys._getframe(2)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] in _FORKED_FOR:
            return True
        frame = frame.f_back
    return False
