"""Tests import their neighbours by name, and have a home of their own."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def _use_private_home() -> None:
    """As `server/setup/test-environment.js` does for `npm test`, for a pytest that is started by hand."""
    if "YESTERDAY_TEST_HOME" in os.environ:
        return
    home = tempfile.mkdtemp(prefix="yesterday-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    folders = {"XDG_CACHE_HOME": ".cache", "XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share"}
    os.environ.update({name: str(Path(home, folder)) for name, folder in folders.items()})
    os.environ.update(HOME=home, USERPROFILE=home, YESTERDAY_TEST_HOME=home, TZ="UTC", LC_ALL="C.UTF-8")


_use_private_home()
