"""Least squares for a full Hermitian matrix, whose unknowns are too many for normal equations.

With V the rows s, ∂_1 s, ..., ∂_3 s at a point, the error there is a function of the small Gram matrix V h V†, so that
J δ is its derivative at V δ V†, and Jᵀ y is a sum of V† X V. Both are products of all rows with one (N, N) matrix, in
single precision: they only steer the steps, whose errors are measured in double precision.
"""

from functools import cached_property, partial

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array
from g2links.networks.hermitian_potential import HermitianPotential
from g2links.networks.structured import Prepared
from g2links.ricci_flat.conjugate_gradients import Progress, least_squares
from g2links.ricci_flat.hermitian_products import orthonormaliser
from g2links.ricci_flat.hermitian_search import matrix_of, vector_of
from g2links.training.second_order import SecondOrder

_STEPS, _WINDOW, _FALL = 150, 10, 0.03
"""Conjugate gradients end where the last ten of them have taken off less than three per cent, and after 150."""


class MatrixFree(SecondOrder):
    """One epoch is one accepted Gauss-Newton step."""

    def linearise(self, vector: np.ndarray) -> "HermitianSteps":
        """The linear problem at `vector`."""
        return HermitianSteps(self.architecture, self._data, vector, self._to_white, self.loss(vector))

    @property
    def architecture(self) -> HermitianPotential:
        """The family of what is trained."""
        assert isinstance(self._architecture, HermitianPotential)
        return self._architecture

    @cached_property
    def _to_white(self) -> np.ndarray:
        """Makes the sections orthonormal over the points, which makes the linear problem well conditioned."""
        s = np.asarray(self._data.geometry.rows[:, 0])
        return orthonormaliser(s, 1 / (len(s) * np.linalg.norm(s, axis=1) ** 2)).astype(np.complex64)


class HermitianSteps:
    """r + J δ at one matrix h, with J applied by matrix products.

    Args:
        architecture: of K.
        data: n points, prepared.
        vector: h, as `hermitian_search.vector_of` writes it.
        to_white: makes the sections orthonormal.
        loss: the mean square of the error at h.
    """

    def __init__(
        self, architecture: HermitianPotential, data: Prepared, vector: np.ndarray, to_white: np.ndarray, loss: float
    ) -> None:
        self.loss, self._white = loss, to_white
        rows = np.asarray(data.geometry.rows)
        self._shape = rows.shape
        flat = rows.reshape(-1, rows.shape[-1])
        gram = (flat @ matrix_of(vector)).reshape(rows.shape) @ rows.conj().transpose(0, 2, 1)
        error, slope = _error_and_slope(architecture, gram, data)
        scale = 1 / np.sqrt(len(rows))
        self._error = (scale * np.asarray(error)).astype(np.float32)
        self._slope = (scale * np.asarray(slope)).astype(np.float32)
        self._rows = flat.astype(np.complex64)
        self._adjoint_rows = np.ascontiguousarray(self._rows.conj().T)

    def step(self, damping: float) -> np.ndarray:
        """By conjugate gradients, stopped early."""
        delta = least_squares(
            self._apply,
            self._adjoint,
            -self._error,
            _is_enough,
            preconditioner=lambda x: self._white @ x @ self._white,
            damping=damping,
        )
        return vector_of(delta.astype(np.complex128))

    def _apply(self, delta: np.ndarray) -> np.ndarray:
        turned = (self._rows @ delta.astype(np.complex64)).reshape(self._shape)
        gram = turned @ self._rows.reshape(self._shape).conj().transpose(0, 2, 1)
        return np.asarray(np.einsum("nmk,nk->nm", self._slope, _real(gram)))

    def _adjoint(self, y: np.ndarray) -> np.ndarray:
        n, size, count = self._shape
        real = np.einsum("nmk,nm->nk", self._slope, y).reshape(n, 2, size, size)
        pulled = (real[:, 0] + 1j * real[:, 1]).astype(np.complex64) @ self._rows.reshape(self._shape)
        total = self._adjoint_rows @ pulled.reshape(-1, count)
        return np.asarray(0.5 * (total + total.conj().T))


def _is_enough(progress: Progress) -> bool:
    losses, steps = progress.losses, progress.steps
    return steps == _STEPS or (steps >= _WINDOW and losses[-1] > (1 - _FALL) * losses[-1 - _WINDOW])


def _real(gram: np.ndarray) -> np.ndarray:
    """(n, 2 size²) the real parts, then the imaginary ones."""
    return np.stack([gram.real, gram.imag], axis=1).reshape(len(gram), -1)


@partial(jax.jit, static_argnums=0)
def _error_and_slope(architecture: HermitianPotential, gram: Array, data: Prepared) -> tuple[Array, Array]:
    """The error (n, m) at every point, and its derivative along the real numbers of the Gram matrix (n, m, 2 size²)."""

    def one_point(gram: Array, prepared: Prepared) -> tuple[Array, Array]:
        def error(real: Array) -> Array:
            matrix = (real[0] + 1j * real[1]).reshape(gram.shape)
            return architecture.error_of(architecture.numbers_of(matrix, prepared.geometry), prepared)

        at = jnp.stack([gram.real.reshape(-1), gram.imag.reshape(-1)])
        slope = jax.jacfwd(error)(at)
        return error(at), slope.reshape(slope.shape[0], -1)

    return jax.vmap(one_point)(gram, data)
