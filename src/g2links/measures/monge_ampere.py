"""How Ricci-flat a Kähler metric is, measured on points that it was not fitted to."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Complex, Float

from g2links._typing import Array, Hermitian
from g2links.calculus.jets import Jet
from g2links.calculus.map_points import compiled, padded_rows
from g2links.potentials.families import FeatureAnsatz, KahlerPotential, Parameters
from g2links.potentials.metric import Potential, hermitian_metric, monge_ampere_ratio
from g2links.potentials.reference import reference_jet
from g2links.potentials.sigma import sigma_of
from g2links.ricci_flat.feature_table import metrics_from_jets, prepare
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.points.sampling import Points, integral, weighted_mean
from g2links.varieties.residue import kahler_volume, volume_factor
from g2links.varieties.variety import AbstractVariety

_CHUNK = 500
"""Points side by side; the features of a point are some thousand numbers."""
_BLOCK = 2000
"""Points whose features are in memory at once."""


class MongeAmpereMeasures(NamedTuple):
    """All averages are against |Ω|².

    Attributes:
        sigma: <|1 - η/<η>|>, η = det g/|h|², and its standard error.
        reference_sigma: the same of the reference metric, what a potential of 0 would have.
        mean: <η>.
        rms, worst: root mean square and largest value of |1 - η/<η>|.
        volume_ratio: the Monte Carlo value of ∫ω^n/n! over its exact value, and its standard error.
        normalisation: c > 0 with c² = ∫ω^n/n! / ∫|h|² d^{2n}x, and its standard error.
        smallest_eigenvalue: of g relative to the reference metric's trace; positive where g is a metric.
        ratio: (n,) η/<η> itself.
    """

    sigma: tuple[float, float]
    reference_sigma: float
    mean: float
    rms: float
    worst: float
    volume_ratio: tuple[float, float]
    normalisation: tuple[float, float]
    smallest_eigenvalue: float
    ratio: np.ndarray


MetricFunction = Callable[[Points], tuple[np.ndarray, np.ndarray]]
"""g and ∂_a∂_b̄ K_ref at points in their canonical charts, (n, d, d) complex128 each."""


def metrics(variety: AbstractVariety, potential: Potential, points: Points) -> np.ndarray:
    """g at every point in its canonical chart, (n, d, d) complex128."""
    return metric_function(variety, potential)(points)[0]


def volume_density(variety: AbstractVariety, potential: Potential, points: Points) -> Float[np.ndarray, " n"]:
    """ω^n/n! over |h|² d^{2n}x, that is 2^n det g/|h|², at every point: what makes integrals over V of averages."""
    g = metrics(variety, potential, points)
    return volume_factor(variety.dimension) * np.asarray(monge_ampere_ratios(variety, jnp.asarray(g), points.at))


@partial(jax.jit, static_argnums=0)
def monge_ampere_ratios(variety: AbstractVariety, g: Complex[Array, "n d d"], at: ChartPoint) -> Float[Array, " n"]:
    """det g/|h|² at every point."""
    return jax.vmap(partial(monge_ampere_ratio, variety))(g, at)


def metric_function(variety: AbstractVariety, potential: Potential) -> MetricFunction:
    """The metric as a function of points, compiled once for all calls; memory does not grow with their number."""
    return _in_blocks(variety, _on_a_block(variety, potential))


def reference_function(variety: AbstractVariety) -> MetricFunction:
    """The same of the reference metric: both of its values are that."""

    def evaluate(points: Points) -> tuple[np.ndarray, np.ndarray]:
        g = np.asarray(_reference_metrics(variety, points.at))
        return g, g

    return _in_blocks(variety, evaluate)


def _in_blocks(variety: AbstractVariety, evaluate: MetricFunction) -> MetricFunction:
    def function(points: Points) -> tuple[np.ndarray, np.ndarray]:
        parts = [evaluate(points.rows(rows)) for _, rows in padded_rows(points.n, min(max(points.n, 1), _BLOCK))]
        if not parts:
            nothing = np.zeros((0, variety.dimension, variety.dimension), dtype=complex)
            return nothing, nothing
        g, reference = (np.concatenate(blocks)[: points.n] for blocks in zip(*parts, strict=True))
        return g, reference

    return function


def _on_a_block(variety: AbstractVariety, potential: Potential) -> MetricFunction:
    if isinstance(potential, KahlerPotential) and isinstance(potential.ansatz, FeatureAnsatz):
        return partial(_from_features, variety, potential.ansatz, potential.parameters)

    at_rows = compiled(Partial(_at_point, variety, potential), _CHUNK)

    def evaluate(points: Points) -> tuple[np.ndarray, np.ndarray]:
        g, reference = at_rows(points.at)
        return np.asarray(g), np.asarray(reference)

    return evaluate


def _at_point(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> tuple[Hermitian, Hermitian]:
    return hermitian_metric(variety, potential, at), _reference_metric(variety, at)


def _reference_metric(variety: AbstractVariety, at: ChartPoint) -> Hermitian:
    return reference_jet(variety, at.z, tangent_frame(variety, at)).hermitian()[0]


@partial(jax.jit, static_argnums=0)
def _reference_metrics(variety: AbstractVariety, at: ChartPoint) -> Complex[Array, "n d d"]:
    return jax.vmap(partial(_reference_metric, variety))(at)


def _from_features(
    variety: AbstractVariety, ansatz: FeatureAnsatz, parameters: Parameters, points: Points
) -> tuple[np.ndarray, np.ndarray]:
    data = prepare(variety, ansatz.features, points)
    return np.asarray(metrics_from_jets(ansatz, parameters, data)), np.asarray(_hermitian(data.reference))


@jax.jit
def _hermitian(mixed: Float[Array, "n square"]) -> Complex[Array, "n d d"]:
    """A real table of mixed second derivatives as matrices."""
    nothing = jnp.zeros((len(mixed), 2 * math.isqrt(mixed.shape[1])))
    return Jet(nothing[:, :1], nothing, mixed).hermitian()


def measure(variety: AbstractVariety, potential: Potential, points: Points) -> MongeAmpereMeasures:
    """Evaluate a metric on `points` (all of them; none is dropped).

    The normalisation uses that ∫ω^n/n! is known: c² = 2^n <η>, whose statistical error is small for a good metric.
    """
    g, flat = metric_function(variety, potential)(points)
    ratio, reference = (
        np.asarray(monge_ampere_ratios(variety, jnp.asarray(metric), points.at)) for metric in (g, flat)
    )
    mean, mean_error = weighted_mean(ratio, points)
    factor = volume_factor(variety.dimension)
    deviation = np.abs(1 - ratio / mean)
    volume, volume_error = (value / kahler_volume(variety) for value in integral(factor * ratio, points))
    relative = np.linalg.eigvalsh(g)[:, 0] / np.trace(flat, axis1=1, axis2=2).real
    weights = points.weights / np.sum(points.weights)
    constant = float(np.sqrt(max(factor * mean, 0.0)))
    return MongeAmpereMeasures(
        sigma=weighted_mean(deviation, points),
        reference_sigma=sigma_of(reference, weights),
        mean=mean,
        rms=float(np.sqrt(np.sum(weights * deviation**2))),
        worst=float(np.max(deviation)),
        volume_ratio=(volume, volume_error),
        normalisation=(constant, 0.5 * constant * mean_error / mean),
        smallest_eigenvalue=float(np.min(relative)),
        ratio=ratio / mean,
    )
