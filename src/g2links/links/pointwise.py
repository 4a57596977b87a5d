"""Functions of a chart of the link at the canonical charts of many points."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from g2links._typing import Scalar
from g2links.calculus.map_points import Progress, Stop, map_points, never, unseen
from g2links.varieties.charts import ChartPoint, SliceChart
from g2links.varieties.points.sampling import Points

Pointwise = dict[str, np.ndarray]
"""Figures by name, each with its values (n,) at the points."""

SIDE_BY_SIDE, BLOCK = 20, 100
"""Forms on the link are small: some points at once fill the vector units, more only take memory."""


def at_points(
    at_centre: Callable[[SliceChart], dict[str, Scalar]],
    points: Points,
    stop: Stop = never,
    progress: Progress = unseen,
) -> Pointwise:
    """The figures of `at_centre` in the canonical chart of every point; of the first hundreds, where `stop` says so.

    `calculus.map_points.compiled` says which functions share what is compiled.
    """
    at_point = Partial(_at_point, at_centre)
    figures: Pointwise = map_points(at_point, points, together=SIDE_BY_SIDE, block=BLOCK, stop=stop, progress=progress)
    return figures


def _at_point(at_centre: Callable[[SliceChart], dict[str, Scalar]], at: ChartPoint) -> dict[str, Scalar]:
    return at_centre(SliceChart(at, jnp.zeros(())))
