"""How Ricci-flat a Kähler metric is, measured on points that it was not fitted to."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links.kahler.metric import Potential, hermitian_metric, monge_ampere_ratio
from g2links.kahler.potentials import KahlerPotential
from g2links.kahler.solve import MongeAmpereData, log_ratios
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import kahler_volume
from g2links.varieties.sampling import Points, integral, weighted_mean

_CHUNK = 500


class MongeAmpereMeasures(NamedTuple):
    """All averages are against |Ω|².

    Attributes:
        sigma: <|1 - η/<η>|>, η = det g/|h|², and its standard error.
        rms, worst: root mean square and largest value of |1 - η/<η>|.
        volume_ratio: the Monte Carlo value of ∫ω³/6 over its exact value, and its standard error.
        normalisation: c > 0 with c² = ∫ω³/6 / ∫|h|² d⁶x, and its standard error.
        smallest_eigenvalue: of g relative to the reference metric's trace; positive where g is a metric.
        ratio: (n,) η/<η> itself.
    """

    sigma: tuple[float, float]
    rms: float
    worst: float
    volume_ratio: tuple[float, float]
    normalisation: tuple[float, float]
    smallest_eigenvalue: float
    ratio: np.ndarray


def sigma(ansatz_data: MongeAmpereData, potential: KahlerPotential) -> float:
    """σ from prepared data, as training reports it."""
    values = jnp.exp(log_ratios(potential.ansatz, potential.parameters, ansatz_data))
    return float(jnp.sum(ansatz_data.weights * jnp.abs(1 - values / jnp.sum(ansatz_data.weights * values))))


def metrics(polynomial: Polynomial, potential: Potential, points: Points) -> np.ndarray:
    """g at every point in its canonical chart, (n, 3, 3) complex128."""
    one_point = jax.jit(
        lambda *rows: jax.lax.map(lambda row: hermitian_metric(polynomial, potential, *row), rows, batch_size=_CHUNK)
    )
    return np.asarray(one_point(points.z, points.one, points.el))


def measure(polynomial: Polynomial, potential: Potential, points: Points) -> MongeAmpereMeasures:
    """Evaluate a metric on `points` (all of them; none is dropped).

    The normalisation uses that ∫ω³/6 is known: c² = 8 <η>, whose statistical error is small for a good metric.
    """
    g = metrics(polynomial, potential, points)
    flat = metrics(polynomial, lambda z: jnp.zeros(()), points)
    ratio = np.asarray(jax.vmap(lambda *row: monge_ampere_ratio(polynomial, *row))(g, points.z, points.one, points.el))
    mean, mean_error = weighted_mean(ratio, points)
    deviation = np.abs(1 - ratio / mean)
    volume, volume_error = (value / kahler_volume(polynomial) for value in integral(8 * ratio, points))
    relative = np.linalg.eigvalsh(g)[:, 0] / np.trace(flat, axis1=1, axis2=2).real
    weights = points.weights / np.sum(points.weights)
    constant = float(np.sqrt(max(8 * mean, 0.0)))
    return MongeAmpereMeasures(
        sigma=weighted_mean(deviation, points),
        rms=float(np.sqrt(np.sum(weights * deviation**2))),
        worst=float(np.max(deviation)),
        volume_ratio=(volume, volume_error),
        normalisation=(constant, 0.5 * constant * mean_error / mean),
        smallest_eigenvalue=float(np.min(relative)),
        ratio=ratio / mean,
    )
