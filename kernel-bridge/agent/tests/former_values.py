"""The values of `former_values.json`, in which an earlier agent stored them; each with the way it did."""

from __future__ import annotations

import importlib.util
from typing import Any


def values() -> dict[str, tuple[str, Any]]:
    """By name: `alone` or `bundle` while the kernel waited, `large` or `large bundle` afterwards; and the value."""
    import numpy

    whole = numpy.arange(12.0).reshape(3, 4)
    fixed = numpy.arange(5)
    fixed.flags.writeable = False
    large = numpy.zeros((40, 300))
    large[3] = 7
    found: dict[str, tuple[str, Any]] = {
        "array": ("alone", whole),
        "views": ("bundle", {"whole": whole, "row": whole[1], "turned": whole.T[::2], "fixed": fixed}),
        "large array": ("large", {"plain": large, "turned": large.T}),
        "large views": ("large bundle", {"whole": large, "part": large[2:5]}),
    }
    return {**found, **_tensors()} if importlib.util.find_spec("torch") else found


def _tensors() -> dict[str, tuple[str, Any]]:
    import torch

    weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    weight.grad = torch.ones(2, 3)
    flat = torch.zeros(17_000)
    flat[3:9] = torch.arange(6.0)
    return {
        "tensors": ("alone", [weight, torch.empty(0), torch.tensor([1, 2], dtype=torch.int8).requires_grad_(False)]),
        "tensors that share": ("bundle", {"flat": flat, "part": flat[3:9].reshape(2, 3), "weight": weight}),
        "large tensors": ("large", [flat, weight]),
    }
