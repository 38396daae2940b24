"""The one name that instrumented code has, and code of the user's has not."""

PROBE_LIST = "__yesterday__"
"""In builtins, while a cell runs: the list of what its probes call."""
