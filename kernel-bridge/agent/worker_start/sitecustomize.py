"""The start-up of Python programs that a recorded cell starts. The folder is on their `PYTHONPATH` and nowhere else.

Leaves no trace: environment, path and the user's own `sitecustomize` are as they would be without it. What fails in
here leaves the program unobserved.
"""


def _start():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    given = os.environ.pop("_YESTERDAY_WORKER", None)
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if here in path:
        path = [one for one in path if one != here]
        if path:
            os.environ["PYTHONPATH"] = os.pathsep.join(path)
        else:
            del os.environ["PYTHONPATH"]
    sys.path[:] = [one for one in sys.path if one != here]
    sys.path_importer_cache.pop(here, None)
    if given is None or sys.version_info < (3, 10) or os.name != "posix":
        return
    name, how, folder = given.split(":", 2)
    try:
        _load(f"{folder}/{sys.implementation.cache_tag}.marshal")
    except OSError:
        _import(os.path.dirname(here))
    sys.modules["yesterday_agent.workers.child"].start(name, folder, how)


def _load(path):
    """The modules that the kernel has compiled."""
    import marshal
    import sys
    from os.path import dirname

    with open(path, "rb") as handle:
        codes = marshal.loads(handle.read())
    for name, source, code, is_package in codes:
        module = sys.modules[name] = type(sys)(name)
        module.__file__ = source
        module.__package__ = name if is_package else name.rpartition(".")[0]
        if is_package:
            module.__path__ = [dirname(source)]
        above, _, short = name.rpartition(".")
        if above:
            setattr(sys.modules[above], short, module)
        exec(code, module.__dict__)


def _import(folder):
    import importlib
    import sys

    sys.path.insert(0, folder)
    try:
        importlib.import_module("yesterday_agent.workers.child")
    finally:
        sys.path.remove(folder)
        sys.path_importer_cache.pop(folder, None)


def _users_own():
    """The user's own module of this name takes the place of this one, or there is none."""
    import sys

    own = sys.modules.pop(__name__)
    try:
        import sitecustomize
    except ImportError:
        sys.modules[__name__] = own
        raise
    return sitecustomize


try:
    _start()
except Exception:
    pass
_users_own()
