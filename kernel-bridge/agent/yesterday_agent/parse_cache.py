"""Keeps the cache of parsed modules whole, which completion shares with every other program of the user.

parso (https://parso.readthedocs.io) writes its cache files in place. A kernel that is killed meanwhile leaves half a
file, and half a file makes every later completion of that module fail, in every kernel, for good. So files are written
whole or not at all, and one that cannot be read is removed and made again.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import threading
from typing import Any


def watch(kernel: Any) -> None:
    """Before the first completion, which imports parso by way of jedi."""
    do_complete = kernel.do_complete
    is_mended = False

    def mending_complete(*words: Any, **options: Any) -> Any:
        nonlocal is_mended
        if not is_mended:
            is_mended = True
            with contextlib.suppress(Exception):
                mend()
        return do_complete(*words, **options)

    kernel.do_complete = mending_complete


def mend() -> None:
    """Replaces how parso loads and saves one file, where it is there and is built as we know it."""
    cache: Any = importlib.import_module("parso.cache")
    load, path_of = getattr(cache, "_load_from_file_system", None), getattr(cache, "_get_hashed_path", None)
    if load is None or path_of is None or not hasattr(cache, "_save_to_file_system"):
        return

    def load_or_remove(hashed_grammar: str, path: Any, p_time: float, cache_path: Any = None) -> Any:
        try:
            return load(hashed_grammar, path, p_time, cache_path=cache_path)
        except Exception:
            # Half a pickle fails in many ways; whatever it is, the module is parsed again.
            with contextlib.suppress(OSError):
                os.remove(path_of(hashed_grammar, path, cache_path=cache_path))
            return None

    def save_whole(hashed_grammar: str, path: Any, item: Any, cache_path: Any = None) -> None:
        target = path_of(hashed_grammar, path, cache_path=cache_path)
        temporary = f"{target}.{os.getpid()}-{threading.get_ident()}.new"
        try:
            with open(temporary, "wb") as file:
                pickle.dump(item, file, pickle.HIGHEST_PROTOCOL)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.remove(temporary)
            raise

    cache._load_from_file_system, cache._save_to_file_system = load_or_remove, save_whole
