"""What a child process has to know of single packages, each in a module of its own.

Apart from `yesterday_agent.libraries`, which a child does not load: nothing in here imports what costs time.

`registry.py` has the list. Bundled children load this module before the others.
"""
