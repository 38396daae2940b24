"""The statistics of a column of numbers or times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...table_view import Summary

_BINS = 20


def of_column(values: Any) -> Summary:
    """Of an array of numbers or times with one axis."""
    import numpy

    is_time = values.dtype.kind in "Mm"
    missing: Any = numpy.isnat(values) if is_time else numpy.isnan(values) if values.dtype.kind == "f" else None
    count = 0 if missing is None else int(missing.sum())
    known = values if not count else values[~missing]
    found: Summary = {"missing": count}
    if not len(known):
        return found
    least, greatest = known.min(), known.max()
    found["least"], found["greatest"] = str(least), str(greatest)
    plain = known.astype("i8" if is_time else "f8")
    finite = plain if is_time else plain[numpy.isfinite(plain)]
    if not is_time and len(finite):
        with numpy.errstate(all="ignore"):
            found["mean"], found["deviation"] = f"{finite.mean():.6g}", f"{finite.std():.6g}"
    if len(finite):
        with numpy.errstate(all="ignore"):
            found["bins"] = [int(one) for one in _histogram(finite)]
    return found


def _histogram(values: Any) -> Any:
    import numpy

    low, high = float(values.min()), float(values.max())
    if not high > low or not numpy.isfinite(high - low):
        return [len(values)]
    places = ((values.astype("f8") - low) * (_BINS / (high - low))).astype("i4")
    return numpy.bincount(numpy.minimum(places, _BINS - 1), minlength=_BINS)
