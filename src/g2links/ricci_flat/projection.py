"""The algebraic potential nearest to a given one: a start from a run of another degree, or of another family.

u = (1/κ) log Σ c_i X_i is near a given function u_0 where Σ c_i X_i exp(-κ u_0) is near 1, which is linear in c.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg

from g2links._typing import ComplexPoint, Scalar
from g2links.potentials.families import AlgebraicAnsatz, Parameters
from g2links.potentials.sections import HermitianAnsatz
from g2links.ricci_flat.conjugate_gradients import Progress, least_squares
from g2links.ricci_flat.hermitian_products import hermitian_forms, orthonormaliser, weighted_gram
from g2links.varieties.points.sampling import Points

_CHUNK = 500
"""Points side by side."""
_PER_PARAMETER = 4
"""Points for each: four times as many as least squares needs at least."""
POINTS_OF_FORM = 2
"""The same for a Hermitian form, where more take time: a smooth function is met between the points too."""
_STEPS = 200
"""Of conjugate gradients, at most: a start need not be better."""
_TOLERANCE = 1e-6
"""Of the gradient, relative to the first one."""
_WINDOW, _FALL = 10, 0.45
"""They end where ten steps take off less than 45 %, long before the residual stands still: on a random quintic that
is after 30 steps from degree 3 to 4, and 170 more take off a ninth."""
_LEAST = 1e-10
"""Singular values below it, relative to the largest, are left out: they are those of dependent features."""


def project(
    ansatz: AlgebraicAnsatz | HermitianAnsatz, potential: Callable[[ComplexPoint], Scalar], points: Points
) -> Parameters:
    """The parameters that minimise Σ w (exp(κ (u - u_0)) - 1)² over points of V.

    Args:
        ansatz: the family of u.
        potential: u_0 at one point; it may come from a neighbouring variety of the same weights.
        points: of V; no more than four for each parameter are used, or two for each of a Hermitian matrix.
    """
    unknowns = int(np.prod(ansatz.shapes()[0]))
    each = POINTS_OF_FORM if isinstance(ansatz, HermitianAnsatz) else _PER_PARAMETER
    few = points.rows(slice(each * unknowns))
    weights = few.weights / np.sum(few.weights)
    values = _table(potential, few.z)
    if isinstance(ansatz, HermitianAnsatz):
        rows = _table(ansatz.sections, few.z)
        scale = np.exp(-0.5 * ansatz.sections.of_class.root * values)
        h = nearest_form(rows * scale[:, None], weights)
        return jnp.asarray(h.real), jnp.asarray(h.imag)
    table = _table(ansatz.features, few.z) * np.exp(-ansatz.kappa * values)[:, None]
    root = np.sqrt(weights)
    solution, *_ = scipy.linalg.lstsq(root[:, None] * table, root, cond=_LEAST, lapack_driver="gelsy")
    return (jnp.asarray(solution),)


def nearest_form(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The Hermitian h for which r h r† is nearest to 1 at all rows, by conjugate gradients for sections that are made
    orthonormal.

    Args:
        rows: (n, N) complex.
        weights: (n,) of the squares.

    Returns:
        (N, N) complex128.
    """
    rows = np.ascontiguousarray(rows, dtype=np.complex64)
    root = np.sqrt(weights).astype(np.float32)
    white = orthonormaliser(rows, weights)

    def is_enough(done: Progress) -> bool:
        small = done.gradients[-1] < _TOLERANCE**2 * done.gradients[0]
        stalls = done.steps >= _WINDOW and done.losses[-1] > (1 - _FALL) * done.losses[-1 - _WINDOW]
        return small or stalls or done.steps == _STEPS

    h = least_squares(
        lambda x: root * hermitian_forms(rows, x),
        lambda rest: weighted_gram(rows, root * rest),
        root,
        is_enough,
        preconditioner=lambda x: white @ x @ white,
    )
    return np.asarray(0.5 * (h + h.conj().T))


def _table(function: Callable[[jax.Array], jax.Array], z: np.ndarray) -> np.ndarray:
    """A function of one point at all points."""
    return np.asarray(jax.jit(lambda points: jax.lax.map(function, points, batch_size=_CHUNK))(z))
