"""pure. Who draws entropy. Imports nothing that costs time: child processes load it as they start."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PASSED_ON = {"yesterday_agent.chance", "yesterday_agent.workers.draws", "random", "secrets", "uuid"}
"""Modules that ask for others: with those that wrap the seeds of libraries."""
_KERNEL = frozenset(("yesterday_agent", "ipykernel", "jupyter_client", "tornado", "zmq", "traitlets"))
"""The kernel's own: the names of messages are no result."""
_KEY_MAKERS = frozenset(
    """
    Crypto Cryptodome OpenSSL argon2 asyncssh authlib bcrypt cryptography ecdsa itsdangerous jose jwcrypto jwt keyring
    msal nacl oauthlib paramiko passlib requests_oauthlib rsa ssl werkzeug
    """.split()  # noqa: SIM905
)
"""Packages that make keys and tokens: what they draw is not recorded, and never given again."""


def drawer() -> str | None:
    """The function that asked, beyond those that only pass bytes on; None where its draws are not recorded."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") in PASSED_ON:
        frame = frame.f_back
    if frame is None:
        return None
    name = str(frame.f_globals.get("__name__"))
    package = name.partition(".")[0]
    return None if package in _KERNEL or package in _KEY_MAKERS else f"{name}.{frame.f_code.co_name}"
