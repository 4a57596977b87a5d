"""Random points of V with a known law, weights that turn sums into integrals over V, and their errors.

Each family of varieties draws its own (`AbstractVariety.sample`): a hypersurface on random lines of P^{N-1}
(`random_lines`) or, for other weights than 1, parallel to a coordinate axis of C^N (`coordinate_lines`). What uses the
points knows no law: it uses the weights alone.
"""

from functools import partial
from typing import NamedTuple

import jax
import numpy as np

from g2links._typing import Array
from g2links.errors import InputError
from g2links.varieties.charts import NEWTON_STEPS, ChartPoint, embed, selector, slice_chart
from g2links.varieties.variety import AbstractVariety

POOR_SAMPLE = 0.2
"""Effective sample sizes below this deserve a warning."""

_BLOCK = 100_000
"""Points that are polished at once, so that memory is bounded."""


class Points(NamedTuple):
    """Points of V with weights for integrals against |Ω|².

    Attributes:
        at: the n points in their canonical charts.
        weights: (n,) positive; (1/n) Σ weights F estimates ∫_V F |h|² d^{2d}x, with the absolute value.
        lines: (n,) the random line that each point lies on, ascending. Points of one line are not independent: standard
            errors are taken over lines.
    """

    at: ChartPoint
    weights: np.ndarray
    lines: np.ndarray

    @property
    def z(self) -> np.ndarray:
        """(n, N) complex128, the points in their gauges."""
        return np.asarray(self.at.z)

    @property
    def n(self) -> int:
        """How many."""
        return len(self.weights)

    def rows(self, rows: slice | np.ndarray | int) -> "Points":
        """Some of the points, or one, without the axis of points."""
        chosen: Points = jax.tree.map(lambda column: column[rows], self)
        return chosen


def require_points(n: int) -> None:
    """Refuse to draw no points.

    Raises:
        InputError: when n < 1.
    """
    if n < 1:
        raise InputError("n_points", n, "at least 1 point is needed")


def joined(first: Points, second: Points) -> Points:
    """All points of both, for functions of points: not for averages, as weights and lines belong to one law."""
    both: Points = jax.tree.map(lambda *columns: np.concatenate(columns), first, second)
    return both


def weighted_mean(values: np.ndarray, points: Points) -> tuple[float, float]:
    """Mean of `values` (n,) against |Ω|² and its standard error (ratio estimate over independent lines)."""
    mean = float(np.sum(points.weights * values) / np.sum(points.weights))
    deviations = np.bincount(points.lines, points.weights * (values - mean))
    return mean, float(np.sqrt(np.sum(deviations**2)) / np.sum(points.weights))


def integral(values: np.ndarray, points: Points) -> tuple[float, float]:
    """∫_V values |h|² d⁶x and its standard error, over independent lines: that of the sum over them, of which each
    counts with as many points as it has (sections of several kinds have different numbers)."""
    _, line, size = np.unique(points.lines, return_inverse=True, return_counts=True)
    products = points.weights * values
    mean = float(np.mean(products))
    deviations = np.bincount(line, products) - mean * size
    return mean, float(np.sqrt(np.sum(deviations**2)) / len(products))


def independent_groups(points: Points, most: int) -> list[slice]:
    """Rows of points in up to `most` groups that share no line, for standard errors of what is no average."""
    starts = np.flatnonzero(np.diff(points.lines, prepend=-1))
    number = min(most, len(starts))
    bounds = [int(starts[len(starts) * i // number]) for i in range(number)]
    return [slice(a, b) for a, b in zip(bounds, [*bounds[1:], points.n], strict=True)]


def effective_sample_size(weights: np.ndarray) -> float:
    """(Σw)²/(n Σw²), between 0 and 1."""
    return float(np.sum(weights) ** 2 / (len(weights) * np.sum(weights**2)))


def in_charts(variety: AbstractVariety, points: np.ndarray, newton_steps: int = NEWTON_STEPS) -> ChartPoint:
    """The canonical charts of points that lie on X up to rounding."""
    blocks = [_polished(variety, newton_steps, points[i : i + _BLOCK]) for i in range(0, max(len(points), 1), _BLOCK)]
    charts: ChartPoint = jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)
    return charts


@partial(jax.jit, static_argnums=(0, 1))
def _polished(variety: AbstractVariety, newton_steps: int, points: Array) -> ChartPoint:
    """The canonical charts around points that lie on X up to rounding, moved so that they lie on it exactly."""

    def one_point(z: Array) -> ChartPoint:
        chart = slice_chart(variety, z)
        return chart.at(embed(variety, chart, selector(chart.centre) @ chart.centre.z, newton_steps))

    return jax.vmap(one_point)(points)
