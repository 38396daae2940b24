/** The Python that prepares a replay's kernel. Each piece is given plain data as `given` and leaves no name behind. */

/**
 * Absolute paths into the project lead into its copy, and pinned files elsewhere to theirs. Relative paths that leave the
 * copy lead to where they lead from the project. Python's own functions alone: readers written in C go past it, which the
 * replay's record then shows.
 */
export const redirectCode = `
import builtins, functools, io, os, sqlite3, sys
root, copy, files = given["root"], given["copy"], given["files"]
for target in files.values():
    os.makedirs(os.path.dirname(target), exist_ok=True)
def inside(path):
    return path == copy or path.startswith(copy + os.sep)
def left(relative):
    """What a relative path names that leaves the project, beside the copy too; None if it stays inside."""
    here = os.getcwd()
    if ".." not in relative or not inside(here) or inside(os.path.normpath(os.path.join(here, relative))):
        return None
    return os.path.normpath(os.path.join(root + here[len(copy):], relative))
def led(path):
    try:
        text = os.fspath(path)
    except TypeError:
        return path
    if not isinstance(text, str):
        return path
    leaving = None if os.path.isabs(text) else left(text)
    if leaving is not None:
        path = text = leaving
    elif not os.path.isabs(text):
        return path
    if text in files:
        return files[text]
    if (text == root or text.startswith(root + os.sep)) and not text.startswith(os.path.join(root, ".yesterday")):
        return copy + text[len(root):]
    return path
def wrapped(real, count=1):
    @functools.wraps(real)
    def door(*args, **kwargs):
        return real(*[led(arg) for arg in args[:count]], *args[count:], **kwargs)
    return door
opened = wrapped(io.open)
builtins.open = io.open = opened
shell = sys.modules.get("IPython.core.interactiveshell")
if shell is not None and hasattr(shell, "io_open"):
    shell.io_open = opened
for name in ("open", "stat", "lstat", "listdir", "scandir", "mkdir", "makedirs", "remove", "unlink", "rmdir", "chdir"):
    setattr(os, name, wrapped(getattr(os, name)))
for name in ("rename", "replace"):
    setattr(os, name, wrapped(getattr(os, name), 2))
sqlite3.connect = wrapped(sqlite3.connect)
`

/** Variables as they were: set, or unset where null. */
export const variablesCode = `
import os, time
for name, value in given.items():
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
if hasattr(time, "tzset"):
    time.tzset()
`

/** Prints an interpreter's own facts as JSON; run separately, before a kernel starts. Its arguments are distributions. */
export const probeCode = `
import importlib.metadata as metadata, json, os, platform, sys
names, wanted = json.loads(sys.argv[1]), json.loads(sys.argv[2])
versions = {}
for name in names:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
variables = {name: os.environ[name] for name in wanted if name in os.environ}
print(json.dumps({"python": platform.python_version(), "platform": platform.platform(), "distributions": versions, "variables": variables}))
`
