"""How wrong a Kähler metric is at its worst point: a search for the largest error of its volume form over all of V.

Random points seldom come near the places where a fit is worst. The search begins at the worst of many random points and
at the `special_points` of V, and climbs from there.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links.measures.monge_ampere import MetricFunction, monge_ampere_ratios
from g2links.records import WorstPlace
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points, in_charts
from g2links.varieties.points.special import special_points
from g2links.varieties.real_points import are_on_variety
from g2links.varieties.variety import AbstractVariety

_STREAM = 0x53555052
"""Of random numbers, for this search; no other step uses it."""
_FEWEST, _MOST = 200, 1000
"""Points in each round: as many as there were random points, within these limits."""
_STAGES = ((40, 8), (10, 8), (4, 8))
"""How many points are climbed from, and for how many rounds; each stage goes on with the best of the one before."""
_FIRST_STEP, _LONGER, _SHORTER = 0.1, 1.3, 0.4
"""Steps in the gauge of the chart, where no coordinate is larger than 1, and their change after a round that found
something better, or did not."""
_STARTS, _DIGITS = 400, 10
"""The worst random points that are looked at again. Starts whose errors agree to so many digits are images of each
other under the symmetries of V."""


class Supremum(NamedTuple):
    """The worst point that was found.

    Attributes:
        value: exp(|log(η/<η>)|) - 1, the share by which the volume form is too large or too small; infinite where g
            is not positive definite. It is |1 - η/<η>| where η is too large.
        ratio: η/<η> there.
        smallest_eigenvalue: of g, relative to the trace of the reference metric, the smallest of all points visited.
        z: (N,) complex128, the point, in the gauge of its canonical chart.
        start: `special`, a symmetry or a stratum of V leads there, or `random`.
        evaluations: at how many points the metric was evaluated.
        places: the few points where the search ended, the worst of them among them, in their charts.
    """

    value: float
    ratio: float
    smallest_eigenvalue: float
    z: np.ndarray
    start: str
    evaluations: int
    places: ChartPoint

    def described(self) -> WorstPlace:
        """As plain data; `z` is a list of pairs of real and imaginary part."""
        return {
            "value": self.value,
            "ratio": self.ratio,
            "smallest_eigenvalue": self.smallest_eigenvalue,
            "z": [[float(c.real), float(c.imag)] for c in self.z],
            "start": self.start,
            "evaluations": self.evaluations,
        }


class _Found(NamedTuple):
    """n points, with what was found there.

    Attributes:
        at: in their charts.
        height: |log(η/<η>)|, infinite where g is not positive definite.
        ratio: η/<η>.
        eigenvalue: the smallest of g, relative to the trace of the reference metric.
        special: whether they were climbed to from a special point.
    """

    at: ChartPoint
    height: np.ndarray
    ratio: np.ndarray
    eigenvalue: np.ndarray
    special: np.ndarray

    def rows(self, rows: np.ndarray) -> "_Found":
        chosen: _Found = jax.tree.map(lambda column: np.asarray(column)[rows], self)
        return chosen

    def where(self, taken: np.ndarray, other: "_Found") -> "_Found":
        """These rows where `taken`, those of `other` elsewhere."""
        mixed: _Found = jax.tree.map(
            lambda a, b: np.where(taken.reshape(-1, *(1,) * (np.ndim(a) - 1)), a, b), self, other
        )
        return mixed


_Evaluate = Callable[[ChartPoint, np.ndarray], _Found]


def supremum(
    variety: AbstractVariety,
    metric: MetricFunction,
    points: Points,
    error: np.ndarray,
    mean: float,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Supremum:
    """Climb |log(η/<η>)|, η = det g/|h|², over V.

    The steps are random ones, which shrink where they find nothing better: the search needs no derivative of the
    metric, and goes on where the error has a kink. It is the same for the same arguments. What it finds is a lower
    bound of the supremum.

    Args:
        variety: V.
        metric: from `monge_ampere.metric_function`.
        points: random points of V; the search begins at the worst of them, and at the special points.
        error: (n,) of the volume form at these points, the larger the worse.
        mean: <η>, from many points.
        progress: called with rounds done and rounds in all.
    """
    evaluate = partial(_evaluated, variety, metric, mean)
    special, rng = special_points(variety), np.random.default_rng(_STREAM)
    worst_points = points.rows(np.argsort(-error, kind="stable")[:_STARTS]).at
    starts: ChartPoint = jax.tree.map(lambda *parts: np.concatenate(parts), special, worst_points)
    found = evaluate(starts, np.arange(len(starts.z)) < len(special.z))
    evaluations, lowest = len(starts.z), float(np.min(found.eigenvalue))
    found = found.rows(_distinct(found.height))
    size = min(max(points.n, _FEWEST), _MOST)
    steps, rounds = np.full(len(found.height), _FIRST_STEP), [keep for keep, times in _STAGES for _ in range(times)]
    for done, keep in enumerate(rounds):
        progress(done, len(rounds))
        kept = np.argsort(-found.height, kind="stable")[:keep]
        found, steps = found.rows(kept), steps[kept]
        if np.isinf(found.height[0]):
            break
        better, low = _climbed(variety, evaluate, found, steps, rng.normal(size=(size, variety.variables, 2)))
        evaluations, lowest = evaluations + size, min(lowest, low)
        taken = better.height > found.height
        found = better.where(taken, found)
        steps = steps * np.where(taken, _LONGER, _SHORTER)
    worst = int(np.argmax(found.height))
    return Supremum(
        value=float(np.expm1(found.height[worst])),
        ratio=float(found.ratio[worst]),
        smallest_eigenvalue=lowest,
        z=np.asarray(found.at.z)[worst],
        start="special" if found.special[worst] else "random",
        evaluations=evaluations,
        places=found.rows(np.argsort(-found.height, kind="stable")[: _STAGES[-1][0]]).at,
    )


def _climbed(
    variety: AbstractVariety, evaluate: _Evaluate, found: _Found, steps: np.ndarray, noise: np.ndarray
) -> tuple[_Found, float]:
    """For each point the worst of many points around it, displaced by `noise` (size, N, 2) in its steps, and the
    smallest eigenvalue at any of them."""
    n, size = len(steps), len(noise)
    parent = np.arange(size) % n
    moved = in_charts(variety, np.asarray(found.at.z)[parent] + steps[parent, None] * (noise @ np.array([1.0, 1.0j])))
    parents = found.rows(parent)
    at = parents._replace(at=moved).where(are_on_variety(variety, np.asarray(moved.z)), parents).at
    tried = evaluate(at, parents.special)
    heights = np.full((-(-size // n), n), -np.inf)
    heights.flat[:size] = tried.height
    best = np.argmax(heights, axis=0) * n + np.arange(n)
    return tried.rows(best), float(np.min(tried.eigenvalue))


def _evaluated(
    variety: AbstractVariety, metric: MetricFunction, mean: float, at: ChartPoint, special: np.ndarray
) -> _Found:
    n = len(at.z)
    g, reference = metric(Points(at, np.ones(n), np.arange(n)))
    ratio = np.asarray(monge_ampere_ratios(variety, jnp.asarray(g), at)) / mean
    eigenvalue = np.linalg.eigvalsh(g)[:, 0] / np.trace(reference, axis1=1, axis2=2).real
    positive = (eigenvalue > 0) & (ratio > 0)
    height = np.where(positive, np.abs(np.log(np.where(positive, ratio, 1.0))), np.inf)
    return _Found(at, height, ratio, eigenvalue, special)


def _distinct(heights: np.ndarray) -> np.ndarray:
    """Where the largest heights are, one of each group that agree: images of a point under the symmetries of V."""
    return np.sort(np.unique(np.round(heights, _DIGITS), return_index=True)[1])
