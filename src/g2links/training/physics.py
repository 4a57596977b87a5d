"""The identities of a G2-structure as terms of a loss, by automatic differentiation on the link.

Every term is a residual at one point in the frame that is orthonormal for the exact metric there, so its Euclidean
length is the pointwise norm of the checks. The geometry of a point does not depend on the weights: it is
differentiated once, along the six directions of the chart (nothing depends on θ), and training differentiates the
network only.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links import forms
from g2links._typing import Array, Form, LinkPoint, Matrix, Scalar
from g2links.calculus.batching import in_chunks
from g2links.g2.metric import induced_metric, volume
from g2links.g2.slopes import contact_form_slopes, star_phi_slopes
from g2links.networks.adapted import adapted_frame, real_frame
from g2links.networks.architecture import AbstractArchitecture, Row, Weights
from g2links.networks.tasks import change_frame, matrix_of
from g2links.training.data import RowBlocks, as_blocks, take_rows
from g2links.training.settings import Physics
from g2links.varieties.charts import SliceChart, complex_coordinates, embed, origin

TERMS: dict[str, tuple[str, ...]] = {
    "3form": ("d_phi", "d_psi", "d_eta", "volume", "positivity"),
    "metric": ("d_eta", "volume"),
    "4form": ("d_psi",),
}
"""Which terms each task has.

- d_phi: (dφ - ω∧ω)/|ω∧ω|, with ω = ι_ξ φ
- d_psi: dψ, with ψ = *φ where φ is learned
- d_eta: (dη - ω)/|ω|, of φ: η = g_φ(ξ, ·)/g_φ(ξ, ξ) and ω = ι_ξ φ; of a metric: g(ξ, ·) and g_T(J·, ·)
- volume: 7 (vol_φ/vol - 1), which is φ∧*φ/vol - 7, against the volume of the data
- positivity: what the pivots of the induced metric, which are 1 on the exact structure, fall short of 0.1
"""

_XI = np.eye(7)[6]
"""ξ = ∂_θ, the last coordinate."""
_OMEGA, _OMEGA_SQUARED = np.sqrt(3.0), np.sqrt(12.0)
"""The lengths of ω and of ω∧ω on the exact structure, so that terms are relative errors."""
_SMALLEST_PIVOT = 0.1
"""Of the metric that φ induces, in frames where the exact one is 1: below it φ is hardly positive."""
_CHUNK = 100
"""Points side by side: their tangents are 80 KB each."""


class Tangents(NamedTuple):
    """One point.

    Attributes:
        geometry: of the architecture.
        slopes: its derivatives along the first six vectors of the orthonormal frame, with a leading axis of 6.
        transform: (k, k) from components in the chart to components in that frame.
    """

    geometry: Any
    slopes: Any
    transform: Matrix


def prepare_tangents(architecture: AbstractArchitecture, row: Row) -> Tangents:
    """What the terms need to know of a point: computed once, before training."""
    chart = SliceChart(row.at, jnp.zeros(()))
    frame = real_frame(adapted_frame(row.metric))

    def geometry(x: LinkPoint) -> Any:
        z = embed(architecture.variety, chart, complex_coordinates(x))
        return architecture.prepared_geometry(chart.at(z))

    x = origin(chart)
    slopes = jax.vmap(lambda v: jax.jvp(geometry, (x,), (v,))[1])(frame.T[:6])
    transform = matrix_of(architecture.task, lambda components: change_frame(architecture.task, components, frame))
    return Tangents(geometry(x), slopes, transform)


def identity_residuals(
    architecture: AbstractArchitecture, weights: Weights, point: Tangents, terms: tuple[str, ...] | None = None
) -> dict[str, Array]:
    """The residuals of some terms, or of all that the task has."""

    def predicted(geometry: Any) -> Array:
        return point.transform @ architecture.evaluate(weights, geometry, None)

    value = predicted(point.geometry)
    slopes = jax.vmap(lambda s: jax.jvp(predicted, (point.geometry,), (s,))[1])(point.slopes)
    task = architecture.task.name
    return {name: _RESIDUALS[task][name](value, slopes) for name in terms or TERMS[task]}


Slopes = Float[Array, "6 components"]


def _d(slopes: Slopes, p: int) -> Form:
    """The exterior derivative of a p-form with these derivatives by the first six coordinates, and 0 by the last."""
    return slopes.reshape(-1) @ _derivation(p)


@cache
def _derivation(p: int) -> np.ndarray:
    """The matrix of `_d`."""
    size = len(forms.multi_indices(7, p))

    def derivative(slopes: Slopes) -> Form:
        return forms.exterior_derivative(lambda y: y[:6] @ slopes, p=p)(jnp.zeros(7))

    with jax.ensure_compile_time_eval():
        return np.asarray(jax.vmap(derivative)(jnp.eye(6 * size).reshape(-1, 6, size)))


def _d_phi(phi: Form, slopes: Slopes) -> Array:
    omega = forms.interior(_XI, phi, p=3)
    return (_d(slopes, 3) - forms.wedge(omega, omega, p=2, q=2, n=7)) / _OMEGA_SQUARED


def _d_star_phi(phi: Form, slopes: Slopes) -> Array:
    return _d(star_phi_slopes(phi, slopes)[1], 4)


def _d_induced_eta(phi: Form, slopes: Slopes) -> Array:
    return (_d(contact_form_slopes(phi, slopes)[1], 1) - forms.interior(_XI, phi, p=3)) / _OMEGA


def _volume(phi: Form, slopes: Slopes) -> Array:
    return 7 * (jnp.abs(volume(phi)) - 1)[None]


def _positivity(phi: Form, slopes: Slopes) -> Array:
    return jnp.maximum(0.0, _SMALLEST_PIVOT - _pivots(induced_metric(phi)))


def _d_metric_eta(packed: Array, slopes: Slopes) -> Array:
    g = forms.unpack_symmetric(packed, 7)
    transverse = (g - jnp.outer(g[6], g[6]) / g[6, 6])[:6, :6]
    omega = forms.pack(jnp.pad(_complex_structure().T @ transverse, (0, 1)), 2)
    eta_slopes = jax.vmap(lambda slope: forms.unpack_symmetric(slope, 7)[6])(slopes)
    return (_d(eta_slopes, 1) - omega) / _OMEGA


def _metric_volume(packed: Array, slopes: Slopes) -> Array:
    return 7 * (jnp.sqrt(jnp.prod(_pivots(forms.unpack_symmetric(packed, 7)))) - 1)[None]


_RESIDUALS: dict[str, dict[str, Callable[[Array, Slopes], Array]]] = {
    "3form": {
        "d_phi": _d_phi,
        "d_psi": _d_star_phi,
        "d_eta": _d_induced_eta,
        "volume": _volume,
        "positivity": _positivity,
    },
    "metric": {"d_eta": _d_metric_eta, "volume": _metric_volume},
    "4form": {"d_psi": lambda psi, slopes: _d(slopes, 4)},
}


def _complex_structure() -> np.ndarray:
    """J on (x, y): J∂_x = ∂_y, J∂_y = -∂_x; columns are images."""
    one = np.eye(3)
    return np.block([[0 * one, -one], [one, 0 * one]])


def _pivots(matrix: Matrix) -> Float[Array, " n"]:
    """Of elimination without exchanges: all positive exactly for a positive definite matrix; their product is the
    determinant."""
    pivots: list[Scalar] = []
    while len(matrix):
        pivots.append(matrix[0, 0])
        matrix = matrix[1:, 1:] - jnp.outer(matrix[1:, 0], matrix[0, 1:]) / matrix[0, 0]
    return jnp.stack(pivots)


class IdentityTerms:
    """The terms of a loss at some of its points, prepared once; None of the arrays changes in training."""

    def __init__(
        self, architecture: AbstractArchitecture, physics: Physics, rows: Row | RowBlocks, most: int, seed: int
    ) -> None:
        points = sum(as_blocks(rows).sizes)
        few = np.sort(np.random.default_rng([seed, 0x33]).permutation(points)[:most])
        self._architecture, self._physics, self._seed = architecture, physics, seed
        self.terms = physics.terms(TERMS[architecture.task.name])
        self.weights = physics.weights(self.terms)
        self.data = prepare_identities(architecture, take_rows(rows, few))
        self.points = len(few)

    def plan(self, epoch: int, steps: int) -> tuple[Any, np.ndarray, np.ndarray] | None:
        """The points, those of each step (steps, size), and the weights in this epoch; None where all are 0."""
        share = self._physics.share(epoch)
        if share == 0:
            return None
        rng = np.random.default_rng([self._seed, epoch, 0x33])
        chosen = rng.integers(self.points, size=(steps, min(self._physics.batch_size, self.points)))
        return self.data, chosen, share * self.weights

    def loss(self, weights: Weights) -> float:
        """All terms with their full weights, the mean over the points."""
        return float(mean_identity_loss(self._architecture, self.terms, weights, self.data, self.weights))


def identity_loss(
    architecture: AbstractArchitecture,
    terms: tuple[str, ...],
    weights: Weights,
    batch: Tangents,
    factors: Float[Array, " terms"],
) -> Scalar:
    """Σ factor · mean squared residual, over some terms and the points of a batch."""

    def one_point(point: Tangents) -> Array:
        residuals = identity_residuals(architecture, weights, point, terms)
        return jnp.stack([jnp.sum(residuals[name] ** 2) for name in terms])

    return jnp.asarray(factors) @ jnp.mean(jax.vmap(one_point)(batch), axis=0)


@partial(jax.jit, static_argnums=0)
def prepare_identities(architecture: AbstractArchitecture, rows: Row) -> Tangents:
    """`prepare_tangents` at every point."""
    return in_chunks(partial(prepare_tangents, architecture), rows, _CHUNK)


@partial(jax.jit, static_argnums=(0, 1))
def mean_identity_loss(
    architecture: AbstractArchitecture, terms: tuple[str, ...], weights: Weights, data: Tangents, factors: Array
) -> Array:
    """`identity_loss` of all points."""

    def one_point(point: Tangents) -> Scalar:
        return identity_loss(architecture, terms, weights, jax.tree.map(lambda x: x[None], point), factors)

    return jnp.mean(in_chunks(one_point, data, _CHUNK))
