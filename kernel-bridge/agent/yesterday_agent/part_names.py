"""pure. Names of parts that values of several libraries have in common."""

from __future__ import annotations

WHOLE = ""
INDEX = "index"
"""The part of a frame that is its labels, which every column has too."""
ORDER = "columns"
"""The part of a frame that is the places of its columns."""
NAMES = ".columns.names"
"""The part of a frame that is what its columns are called together."""
SHAPE, DTYPE = ".shape", ".dtype"
"""The parts of an array or tensor that say how large it is, and of what."""
