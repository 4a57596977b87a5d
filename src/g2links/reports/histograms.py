"""How the values of a figure at many points are spread, for pictures and for the record of a check."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from g2links.checks.thresholds import limits_of
from g2links.records import Histogram, Threshold
from g2links.reports.labels import figure_axis

FLOOR = 1e-18
"""Zeros are counted here on a logarithmic axis, below all rounding errors."""
_BINS = 40
"""At most; fewer where there are few values."""


def histogram_of(values: np.ndarray, limits: Sequence[float] = (), *, linear: bool = False) -> Histogram:
    """The counts of finite values, none of which is left out; errors on a logarithmic axis, if together with their
    limits they span a factor of ten.

    Args:
        values: (n,), n >= 1, finite.
        limits: what will be drawn beside them.
        linear: whatever they span.
    """
    shown = [*np.maximum(np.abs(values), FLOOR), *(limit for limit in limits if limit > 0)]
    if linear or values.min() < 0 or max(shown) < 10 * min(shown):
        counts, edges = np.histogram(values, bins=bins(values), range=full_range(values))
        return {"scale": "linear", "edges": edges.tolist(), "counts": counts.tolist()}
    values = np.maximum(values, FLOOR)
    low, high = np.log10([values.min(), values.max()])
    centre, half = (low + high) / 2, max((high - low) / 2, 0.25)
    edges = np.logspace(centre - half, centre + half, bins(values) + 1)
    edges[0], edges[-1] = min(edges[0], values.min()), max(edges[-1], values.max())  # powers of logarithms are rounded
    return {"scale": "log", "edges": edges.tolist(), "counts": np.histogram(values, bins=edges)[0].tolist()}


def histograms_of(pointwise: Mapping[str, Any], thresholds: Mapping[str, Threshold]) -> dict[str, Histogram]:
    """Those of the figures of a check that have finite values and are no flags; what is not finite is in none."""
    found = {}
    for name, values in pointwise.items():
        every = np.ravel(np.asarray(values, dtype=float))
        finite, axis = every[np.isfinite(every)], figure_axis(name)
        if finite.size and axis != "flag":
            found[name] = histogram_of(finite, limits_of(thresholds.get(name)), linear=axis == "linear")
    return found


def bins(values: np.ndarray) -> int:
    """How many are drawn."""
    return int(np.clip(2 * np.sqrt(values.size), 10, _BINS))


def full_range(values: np.ndarray) -> tuple[float, float]:
    """All values, and not less than what double precision can tell apart."""
    low, high = float(values.min()), float(values.max())
    margin = max(0.02 * (high - low), 1e-12 * max(abs(low), abs(high), 1.0))
    return low - margin, high + margin
