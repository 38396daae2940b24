"""SQL cells: `%%sql` runs SQL over frames and files, or on a named connection.

The package imports nothing of the agent, so that plain Jupyter can use it (`%load_ext yesterday_sql`, docs/sql.md).
"""

from __future__ import annotations

from typing import Any

from .magic import SqlMagic
from .statement_facts import Observer


def register(shell: Any, observer: Observer | None = None) -> SqlMagic:
    """Adds `%%sql` and `%sql` to a shell, with completion. `observer` hears what each statement reads and writes."""
    magic = SqlMagic(shell, observer)
    shell.register_magic_function(magic.cell, "cell", "sql")
    shell.register_magic_function(magic.line, "line", "sql")
    return magic


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext yesterday_sql` calls."""
    register(shell)
