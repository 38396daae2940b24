"""A child process of the kernel that writes its part of the record.

Invariant: nothing in here changes what the child's code sees, and what fails in here leaves the child as it would be.
"""

from __future__ import annotations

import atexit
import os
import sys

from . import starts
from .draws import Draws, wrap, wrap_seed
from .epoch import Epoch
from .libraries.registry import LIBRARIES, role_of
from .observed import Observer
from .part import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from .libraries.library import Take

    Step = Callable[[ModuleType], None]

CONFIG = "children.txt"
"""The interpreter's prefix, how many roots follow, the roots of libraries' code, and what paths are ignored."""
GIVEN = "given.json"
_LONGEST_TRACEBACK = 8_000
_RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK")
"""As torchrun, Open MPI and other MPIs give it."""


class Child:
    """The one of this process. `urandom` is the system's."""

    def __init__(self, folder: str, urandom: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._epoch = Epoch(folder, creates=False)
        self.draws = Draws(urandom)
        self._ignored, self._roots = _config(folder)
        self._observer: Observer | None = None
        self._is_over = False

    def begin(self, name: str, how: str) -> None:
        """This process is that child."""
        _current[:] = [self]
        self._pid = os.getpid()
        self._part = Part(self._folder, name, how, self._epoch.get())
        self._is_over = False
        if self._observer is None:
            self._observer = Observer(self._part, how, self._epoch, self._ignored, self._roots)
            self._observer.watch_environment()
        else:
            self._observer.begin(self._part, how)
        ranks = [os.environ[name] for name in _RANKS if name in os.environ]
        if ranks:
            self._part.note("rank", ranks[0])
        self.draws.begin(self._part.note, _given(self._folder, self._part.name))

    def forked(self, name: str) -> None:
        """This process was forked from the one that it was."""
        self.begin(name, "fork")
        if not _reseeds_later:
            self.draws.reseed()

    def reseeds_later(self, random: ModuleType) -> None:
        """`random` has just registered what it does after a fork, behind what we do."""
        wrap_seed(self.draws, random)
        _reseeds_later.append(True)
        os.register_at_fork(after_in_child=lambda: _quietly(lambda: _of_this_process(lambda mine: mine.draws.reseed())))

    def bootstraps(self, module: ModuleType) -> None:
        """`multiprocessing.process` is there: each of its processes runs in this method."""
        kind: Any = getattr(module, "BaseProcess", None)
        real = getattr(kind, "_bootstrap", None)
        if real is None or hasattr(real, "_yesterday"):
            return

        def _bootstrap(process: Any, *args: Any, **words: Any) -> Any:
            _quietly(lambda: _of_this_process(lambda mine: mine.note_role(process)))
            code = real(process, *args, **words)
            _quietly(lambda: _of_this_process(lambda mine: mine.over(code)))
            return code

        _bootstrap._yesterday = True  # type: ignore[attr-defined]
        kind._bootstrap = _bootstrap

    def prints(self, traceback: ModuleType) -> None:
        """`_bootstrap` imports `traceback` once it has failed, and prints by it what ended the process."""
        module: Any = traceback
        real = module.print_exc

        def print_exc(*args: Any, **words: Any) -> None:
            problem = sys.exc_info()[1]
            if problem is not None and sys._getframe(1).f_code.co_name == "_bootstrap":
                _of_this_process(lambda mine: mine.failed(problem))
            real(*args, **words)

        module.print_exc = print_exc

    def note_role(self, process: Any) -> None:
        self._part.note("role", *_role(process))

    def failed(self, problem: BaseException) -> None:
        """The child ends by this."""

        def note() -> None:
            import traceback

            from ..secrecy import mask

            lines = mask("".join(traceback.format_exception(type(problem), problem, problem.__traceback__)))
            self._part.note("error", type(problem).__name__, mask(str(problem))[:500], lines[-_LONGEST_TRACEBACK:])

        _quietly(note)

    def over(self, code: Any = None) -> None:
        """The last that is written."""
        if self._is_over:
            return
        self._is_over = True
        problem = getattr(sys, "last_value", None)
        if isinstance(problem, BaseException) and code is None:
            self.failed(problem)
        if self._observer is not None:
            _quietly(self._observer.finish)
        self._part.note("end", code if isinstance(code, int) else None)


_current: list[Child] = []
"""The one that this process is. A child that becomes a recorded kernel has children of its own, which replace it."""
_reseeds_later: list[bool] = []


def _of_this_process(step: Callable[[Child], object]) -> None:
    """A process that was forked without a name of its own writes nothing into the part of its parent."""
    for child in _current:
        if child._pid == os.getpid():
            step(child)


def start(name: str, folder: str, how: str) -> None:
    """Begins in a new interpreter, before it runs the user's code."""
    if starts.is_service(sys.orig_argv):
        return
    child = Child(folder, os.urandom)
    child.begin(name, how)
    wrap(child.draws)
    current = starts.Starts(folder, _start_up())
    current.begin(child._part.name)
    current.in_child = child.forked
    starts.use(current)
    atexit.register(child.over)
    _when_imported(
        {
            "random": child.reseeds_later,
            **_seeds(child.draws),
            "multiprocessing.process": child.bootstraps,
            "traceback": child.prints,
        }
    )


def _seeds(draws: Draws) -> dict[str, Step]:
    """By package what is done once it has chosen its first seed."""

    def step(seed: Callable[[ModuleType, Take], None]) -> Step:
        return lambda module: seed(module, draws.take)

    return {one.package: step(one.seed) for one in LIBRARIES if one.seed is not None}


def _start_up() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(os.path.dirname(package), "worker_start")


def _quietly(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception:
        return


def _config(folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What paths are ignored, and the roots of libraries' code."""
    handle = os.open(os.path.join(folder, CONFIG), os.O_RDONLY)
    try:
        prefix, count, *lines = os.read(handle, 1 << 20).decode("utf-8", "surrogateescape").split("\n")
    finally:
        os.close(handle)
    roots, ignored = lines[: int(count)], lines[int(count) :]
    if prefix != sys.prefix:
        libraries = [os.path.dirname(os.__file__), sys.prefix, sys.base_prefix]
        roots, ignored = [*roots, *libraries], [*ignored, *libraries]
    return tuple(filter(None, ignored)), tuple(filter(None, roots))


def _given(folder: str, name: str) -> dict[str, list[str]]:
    """What the child of this name is given in a replay. The first part of a name is the order of the run."""
    path = os.path.join(folder, GIVEN)
    if not os.path.exists(path):
        return {}
    import json

    with open(path, encoding="utf-8") as handle:
        found = json.load(handle)
    run, _, rest = name.partition(".")
    chosen = found["workers"].get(rest, {}) if found["order"] == run else {}
    return chosen if isinstance(chosen, dict) else {}


def _role(process: Any) -> tuple[str, str, int | None]:
    """What a process of `multiprocessing` works for, its name, and its number among those of a library's loader."""
    target = getattr(process, "_target", None)
    module = str(getattr(target, "__module__", ""))
    found = role_of(process, module)
    if found is not None:
        return found[0], process.name, found[1]
    if module in ("multiprocessing.pool", "concurrent.futures.process"):
        return "pool", process.name, None
    return "process", process.name, None


def _take(step: Step, module: ModuleType | None) -> None:
    if module is not None:
        _quietly(lambda: step(module))


class _Finder:
    """Lets the others find, and takes a step once a module is loaded."""

    def __init__(self, steps: dict[str, Step]) -> None:
        self._steps = steps

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        step = self._steps.get(name)
        if step is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and hasattr(spec.loader, "__dict__") and not isinstance(spec.loader, type):
                _after_loading(spec.loader, step)
                return spec
        return None


def _after_loading(loader: Any, step: Step) -> None:
    real = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        real(module)
        loader.__dict__.pop("exec_module", None)
        _take(step, module)

    loader.exec_module = exec_module


def _when_imported(steps: dict[str, Step]) -> None:
    for name, step in steps.items():
        _take(step, sys.modules.get(name))
    finder: Any = _Finder(steps)
    sys.meta_path.insert(0, finder)
