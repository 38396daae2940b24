# Brings the recording agent into a running kernel. Sent as one silent request; leaves no name behind in the user's
# namespace. The token below is replaced by a string literal of JSON: {"folder", "modules", "spoolDir", "options"}.
# `spoolDir` is null for a kernel that shares no folder with the bridge.
# `folder` holds the package; a kernel that does not see it raises AgentNotHere, and is sent `modules`: {name: source}.


def __yesterday_boot__(bundle_text):
    import importlib.abc
    import importlib.util
    import json
    import marshal
    import os
    import sys

    class AgentNotHere(Exception):
        """The agent's folder cannot be read from here."""

    bundle = json.loads(bundle_text)
    package = "yesterday_agent"

    def compiled(name, source):
        return compile(source, f"<{name}>", "exec", dont_inherit=True)

    def files_of(folder):
        """The package's sources: path by full name of the module."""
        root, found = os.path.join(folder, package), {}

        def fail(problem):
            raise problem

        for base, folders, names in os.walk(root, onerror=fail):
            folders[:] = [name for name in folders if name != "__pycache__"]
            above = [package, *os.path.relpath(base, root).split(os.sep)]
            for short in (name[:-3] for name in names if name.endswith(".py")):
                full = ".".join(part for part in [*above, short] if part not in (".", "__init__"))
                found[full] = os.path.join(base, f"{short}.py")
        return found

    def codes_of(folder):
        """Code by module, compiled once for each Python: kept beside the package, as Python itself keeps it."""
        files = files_of(folder)
        stats = {name: os.stat(path) for name, path in files.items()}
        seen = {name: (found.st_mtime_ns, found.st_size) for name, found in stats.items()}
        kept = os.path.join(
            folder, "__pycache__", f"{package}.{sys.implementation.cache_tag}-{sys.flags.optimize}.marshal"
        )
        try:
            with open(kept, "rb") as file:
                # At once: `load` asks the file for each object.
                found, codes = marshal.loads(file.read())
            if found == seen:
                return codes
        except (OSError, EOFError, ValueError, TypeError):
            pass
        codes = {}
        for name in sorted(files):
            with open(files[name], encoding="utf-8") as file:
                codes[name] = compiled(name, file.read())
        keep(kept, marshal.dumps((seen, codes)))
        return codes

    def keep(path, data):
        passing = f"{path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(passing, "wb") as file:
                file.write(data)
            os.replace(passing, path)
        except OSError:
            pass

    if "modules" in bundle:
        codes = {name: compiled(name, source) for name, source in bundle["modules"].items()}
    else:
        try:
            codes = codes_of(bundle["folder"])
        except OSError as problem:
            raise AgentNotHere(str(problem)) from None

    packages = {name.rpartition(".")[0] for name in codes}

    class BundleLoader(importlib.abc.InspectLoader):
        def get_source(self, fullname):
            return None

        def is_package(self, fullname):
            return fullname in packages

        def exec_module(self, module):
            exec(codes.pop(module.__name__), module.__dict__)

    class BundleFinder(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname, path=None, target=None):
            if fullname not in codes:
                return None
            return importlib.util.spec_from_loader(fullname, BundleLoader())

    finder = BundleFinder()
    sys.meta_path.insert(0, finder)
    try:
        for name in [package, *codes]:
            if not name.startswith(f"{package}.libraries."):
                __import__(name)
    finally:
        sys.meta_path.remove(finder)
    # A kernel that a recorded cell started has a few modules of the package already (workers.child).
    if f"{package}.attach" not in codes:
        # Loaded now, not by an earlier request. What is left are the modules of `libraries`, each of which is loaded
        # once the user has imported its package: the finder stays, behind all others.
        sys.meta_path.append(finder)
    options = bundle.get("options") or {}
    sys.modules[package].start(bundle["spoolDir"], {**options, "agentFolder": bundle.get("folder")})


try:
    __yesterday_boot__(__YESTERDAY_BUNDLE__)
finally:
    del __yesterday_boot__
