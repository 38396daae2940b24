"""Ray: its node manager, a program in C++, starts the workers; the other Pythons of a node are Ray's own."""

from __future__ import annotations

from .library import ChildLibrary

_SERVICES = ("/ray/_private/log_monitor.py", "/ray/autoscaler/", "/ray/dashboard/", "/ray/_private/runtime_env/")

LIBRARY = ChildLibrary("ray", pool="ray", launchers=("raylet",), services=_SERVICES, temporary=("ray/session_",))
