"""Everything that is measured of a Calabi-Yau metric: figures at each point, and integrals with their errors."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import numpy as np
from jax.tree_util import Partial

from g2links.calculus.map_points import Stop, map_points, never
from g2links.measures.chern_numbers import Estimate, Sample, controlled_integral
from g2links.measures.curvature import chern_names
from g2links.measures.pointwise import CurvatureFigures, curvature_figures, metric_figures
from g2links.potentials.metric import Potential
from g2links.varieties.points.sampling import Points, integral, joined, weighted_mean
from g2links.varieties.residue import kahler_volume, volume_factor
from g2links.varieties.variety import AbstractVariety

Progress = Callable[[str, int, int], None]


class Assessment(NamedTuple):
    """Attributes:
    pointwise: for each figure its values at the points.
    integrals: averages against |Ω|² and integrals over V.
    """

    pointwise: dict[str, np.ndarray]
    integrals: dict[str, Estimate]


def assess(
    variety: AbstractVariety,
    potential: Potential,
    points: Points,
    concentrated: Sample,
    progress: Progress = lambda *_: None,
    stop: Stop = never,
) -> Assessment:
    """Measure the metric of K_ref + u.

    Args:
        variety: V.
        potential: u.
        points: for the figures at points and the averages.
        concentrated: for the Chern numbers; see `chern_numbers.concentrated_sample`.
        progress: called with what is being done, points done, and points in all.
        stop: asked between blocks of points; True ends it with what there is of the first points, without the Chern
            numbers.
    """
    metric = map_points(
        Partial(metric_figures, variety, potential), points, progress=partial(progress, "metric"), stop=stop
    )
    every = joined(points, concentrated.points)
    curved = map_points(
        Partial(curvature_figures, variety, potential), every, progress=partial(progress, "curvature"), stop=stop
    )
    whole = len(metric.ratio) == points.n and len(curved.scalar) == every.n
    n = min(len(metric.ratio), len(curved.scalar), points.n)
    points, metric = points.rows(slice(n)), jax.tree.map(lambda column: column[:n], metric)
    scalar, ricci_norm, riemann_norm = curved.scalar[:n], curved.ricci_norm[:n], curved.riemann_norm[:n]
    mean, mean_error = weighted_mean(metric.ratio, points)
    deviation = np.abs(1 - metric.ratio / mean)
    volume, factor = kahler_volume(variety), volume_factor(variety.dimension)
    constant = float(np.sqrt(max(factor * mean, 0.0)))
    smallest = np.linalg.eigvalsh(metric.relative_metric)[:, 0]
    pointwise = {
        "ma_deviation": deviation,
        "smallest_eigenvalue": smallest,
        "metric_positive": (smallest > 0).astype(float),
        "chart_change": metric.chart_change,
        "metric_minus_differences": metric.differences,
        "ricci_scalar": scalar,
        "ricci_norm": ricci_norm,
        "riemann_norm": riemann_norm,
    }
    integrals = {
        "sigma": Estimate(*weighted_mean(deviation, points)),
        "ma_rms": root_mean_square(deviation, points),
        "volume_ratio": Estimate(*(value / volume for value in integral(factor * metric.ratio, points))),
        "normalisation": Estimate(constant, 0.5 * constant * mean_error / mean),
        "ricci_scalar_mean": Estimate(*weighted_mean(scalar, points)),
        "ricci_scalar_rms": root_mean_square(scalar, points),
        "ricci_norm_rms": root_mean_square(ricci_norm, points),
        **(_chern_numbers(variety, curved, n, concentrated) if whole else {}),
    }
    return Assessment(pointwise, integrals)


def _chern_numbers(
    variety: AbstractVariety, curved: CurvatureFigures, n: int, concentrated: Sample
) -> dict[str, Estimate]:
    """The Euler number, then the others, from the figures at the concentrated points, which come after n others."""
    found = {
        name: controlled_integral(variety, np.asarray(density)[n:], np.asarray(curved.controls)[n:], concentrated)
        for name, density in curved.chern.items()
    }
    euler = found.pop(chern_names(variety.dimension)[-1])
    return {"euler_number": euler, **dict(reversed(found.items()))}


def root_mean_square(values: np.ndarray, points: Points) -> Estimate:
    """The root of the average of values² against |Ω|²."""
    square, error = weighted_mean(values**2, points)
    return Estimate(float(np.sqrt(square)), 0.5 * error / float(np.sqrt(square)) if square else 0.0)
