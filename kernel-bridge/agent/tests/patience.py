"""How long tests wait before they fail: seconds on a quiet machine, times `YESTERDAY_TEST_PATIENCE`, or else times the
load of each core when the tests start."""

import os

MOST = 20


def factor_of(given: str, load: float, cores: int) -> float:
    """At least 1, unless it is given."""
    return float(given) if given else min(MOST, max(1.0, load / cores))


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


FACTOR = factor_of(os.environ.get("YESTERDAY_TEST_PATIENCE", ""), _load(), os.cpu_count() or 1)


def seconds(count: float) -> float:
    """A limit. `count` is in seconds on a quiet machine."""
    return count * FACTOR
