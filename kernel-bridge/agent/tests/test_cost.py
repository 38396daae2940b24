"""The memory of a run is that of the run, and not of the process's life."""

import sys

import pytest

from yesterday_agent.cost import MemoryUse, cost_of

MIB = 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports the memory of now")
def test_a_small_run_after_a_large_one_has_no_large_peak() -> None:
    large = MemoryUse()
    block = bytearray(200 * MIB)
    large.end()
    del block
    small = MemoryUse()
    small.end()
    assert large.start is not None and large.peak is not None and small.start is not None and small.peak is not None
    assert large.peak - large.start > 150 * MIB
    assert small.peak - small.start < 50 * MIB


def test_what_is_not_measured_is_none() -> None:
    assert cost_of(1.0, 0.5, 0.0)["peakMemoryBytes"] is None
    assert cost_of(1.0, 0.5, 0.0)["startMemoryBytes"] is None
