"""Which points of step 1 the residual is fitted on, which choose the best state, and which judge the metric."""

from typing import NamedTuple

import jax
import numpy as np

from g2links.networks.locations import coordinate_shares
from g2links.potentials.families import AlgebraicAnsatz, Ansatz
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points, in_charts, joined
from g2links.varieties.points.special import near_special_points, special_points
from g2links.varieties.real_points import are_on_variety
from g2links.varieties.variety import AbstractVariety

_TEST_POINTS = 20_000
"""At most, a quarter of few: σ is then known to 1 %."""
_VALIDATION_POINTS = 4_000
"""At most, an eighth of few: enough to tell states apart."""
_POINTS_PER_PARAMETER, _POINTS_FOR_WEIGHTS = 20, 30
"""See `training_points`."""
_FEWEST_PER_PARAMETER, _MOST_DERIVATIVES = 10, 30_000_000
"""See `training_points`."""
_PER_MATRIX_ELEMENT = 4
"""See `training_points`."""
_EXTREME_SHARE = 100
"""One extreme point for so many others."""
SPECIAL_SHARE = 1e-3
"""On the Fermat quintic (algebraic, degree 14) it brings the supremum from 2.6e-4 to 8.7e-5, and σ from 3.5e-6 to
3.7e-6."""
_AROUND, _DISTANCES = 8, (0.01, 0.03, 0.1)
"""Points that are added around a place where a metric is worst, at each of these distances in its chart."""
_STREAM = 0x574F5253
"""Of random numbers, for points around others; no other step uses it."""


class Split(NamedTuple):
    """No random line has points in two of them."""

    train: Points
    validation: Points
    test: Points


def training_points(asked: int | None, ansatz: Ansatz, variety: AbstractVariety) -> int:
    """How many points the residual is fitted on, unless the user says: 20 for each parameter, 30 for charges above
    1, whose features have steep peaks; at least 4,000. For a full Hermitian matrix these are all that there are.

    Of features there are at most 30 million derivatives of each kind (8 GiB), but 10 points for each parameter; so
    many for a mixed potential, half of whose parameters hardly matter: on P(1,1,12,28,42)[84] σ is 4.1e-2 on 4,460
    points and 3.9e-2 on others."""
    parameters = int(sum(np.prod(shape) for shape in ansatz.shapes()))
    each = _POINTS_PER_PARAMETER if variety.heaviest == 1 else _POINTS_FOR_WEIGHTS
    if isinstance(ansatz, MixedAnsatz):
        each = _FEWEST_PER_PARAMETER
    elif isinstance(ansatz, HermitianAnsatz):
        parameters, each = ansatz.unknowns, _PER_MATRIX_ELEMENT
    elif isinstance(ansatz, AlgebraicAnsatz):
        each = min(each, max(_FEWEST_PER_PARAMETER, _MOST_DERIVATIVES // parameters**2))
    return asked or max(4_000, each * parameters)


def most_training_points(points: Points) -> int:
    """How many there can be beside those for validation and for the test."""
    return _cuts(points)[0] * 9 // 10


def fits(ansatz: Ansatz, points: Points) -> bool:
    """Whether there are points enough for the parameters, and memory for the derivatives of features at them."""
    unknowns = ansatz.unknowns
    if not isinstance(ansatz, AlgebraicAnsatz):
        return unknowns <= most_training_points(points)
    return _FEWEST_PER_PARAMETER * unknowns <= min(most_training_points(points), _MOST_DERIVATIVES // unknowns)


def _cuts(points: Points) -> tuple[int, int]:
    """Where the points for validation begin, and those for the test."""
    test = points.n - min(_TEST_POINTS, points.n // 4)
    return test - min(_VALIDATION_POINTS, points.n // 8), test


def split_points(variety: AbstractVariety, points: Points, wanted: int) -> Split:
    """At most 60 % are for training. A potential is not to be trusted beyond its points, and the corners of V are rare
    in a random sample. So to those `wanted` for training are added, for each coordinate, those of the points left over
    with the largest and with the smallest |ζ_i|², one for a hundred training points each, the `special_points` of V,
    which together have `SPECIAL_SHARE` of the weight of the others, and as much for the points around them."""
    cuts = [_line_start(points, i) for i in (min(wanted, most_training_points(points)), *_cuts(points))]
    extremes = cuts[0] + _extremes(variety, points.z[cuts[0] : cuts[1]], cuts[0])
    train = _with_special(variety, points, np.concatenate([np.arange(cuts[0]), extremes]))
    return Split(train, points.rows(slice(cuts[1], cuts[2])), points.rows(slice(cuts[2], points.n)))


def _with_special(variety: AbstractVariety, points: Points, rows: np.ndarray) -> Points:
    """Some of the points, the special ones, and those around them, each on a line of its own."""
    chosen = points.rows(rows)
    for special in (special_points(variety), near_special_points(variety)):
        n, first = len(special.z), np.max(chosen.lines, initial=np.max(points.lines)) + 1
        weight = SPECIAL_SHARE * np.sum(chosen.weights) / max(n, 1)
        chosen = joined(chosen, Points(special, np.full(n, weight), first + np.arange(n)))
    return chosen


def points_around(variety: AbstractVariety, places: ChartPoint, train: Points) -> Points:
    """The `places`, where a metric is worst, and points around them, each on a line of its own; together they have
    `SPECIAL_SHARE` of the weight of the training points."""
    rng, centres = np.random.default_rng(_STREAM), np.asarray(places.z)
    shape = (len(_DISTANCES), _AROUND, *centres.shape)
    steps = (rng.normal(size=shape) + 1j * rng.normal(size=shape)) * np.reshape(_DISTANCES, (-1, 1, 1, 1))
    around = in_charts(variety, (centres + steps).reshape(-1, variety.variables))
    on_v = are_on_variety(variety, np.asarray(around.z))
    at = jax.tree.map(lambda one, more: np.concatenate([one, np.asarray(more)[on_v]]), places, around)
    n, first = len(at.z), np.max(train.lines) + 1
    return Points(at, np.full(n, SPECIAL_SHARE * np.sum(train.weights) / n), first + np.arange(n))


def _extremes(variety: AbstractVariety, z: np.ndarray, trained: int) -> np.ndarray:
    each = min(trained // _EXTREME_SHARE, len(z))
    order = np.argsort(coordinate_shares(variety, z), axis=0, kind="stable")
    return np.unique(np.concatenate([order[:each], order[len(z) - each :]]))


def _line_start(points: Points, index: int) -> int:
    return int(np.searchsorted(points.lines, points.lines[index]))
