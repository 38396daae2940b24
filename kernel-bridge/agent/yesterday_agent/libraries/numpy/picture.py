"""A numpy array as a picture: its numbers as grey or colours, at most as many pixels as a picture may have."""

from __future__ import annotations

from typing import Any

from ...pixels import MOST, Picture, encoded, png


def of_array(array: Any) -> Picture:
    """Of a numpy array; numbers that are not bytes are spread from their least to their greatest."""
    import numpy

    height, width = array.shape[:2]
    step = max(1, -(-max(height, width) // MOST))
    small = array[::step, ::step]
    if small.ndim == 3 and small.shape[2] == 1:
        small = small[:, :, 0]
    if small.dtype != numpy.uint8:
        small = _as_bytes(small.astype("f8"))
    channels = 1 if small.ndim == 2 else int(small.shape[2])
    rows = numpy.ascontiguousarray(small).tobytes()
    return encoded(png(small.shape[1], small.shape[0], channels, rows), int(width), int(height))


def _as_bytes(values: Any) -> Any:
    import numpy

    finite = values[numpy.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if values.ndim == 3 and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    with numpy.errstate(all="ignore"):
        scaled = (values - low) * (255 / (high - low)) if high > low else numpy.zeros(values.shape)
    return numpy.clip(numpy.nan_to_num(scaled), 0, 255).astype("u1")
