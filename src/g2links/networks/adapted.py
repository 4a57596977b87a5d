"""Frames in which the exact structure of a point takes its standard form, so that errors are Euclidean
distances.

The holomorphic frame of the chart is made unitary for the exact g and lifted horizontally for the exact η.
The real frame that belongs to it is orthonormal for η² + g_T.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Complex

from g2links import forms
from g2links._typing import Array, Hermitian, Matrix, PackedMatrix
from g2links.forms.linear import inverse_cholesky


class AdaptedFrame(NamedTuple):
    """The frame e_a = U_ab ∂_b, lifted to the kernel of η.

    Attributes:
        unitary: U, with U g U† = ½, so that g_T = 2 Re g is the unit metric.
        first: ∂_a K of the exact potential in the chart, that is η.
    """

    unitary: Hermitian
    first: Complex[Array, "3"]

    @property
    def determinant(self) -> Array:
        """det U; U is lower triangular."""
        return self.unitary[0, 0] * self.unitary[1, 1] * self.unitary[2, 2]


def adapted_frame(metric: PackedMatrix) -> AdaptedFrame:
    """The frame of a packed metric η² + g_T in a slice chart."""
    full = forms.unpack_symmetric(metric, 7)
    eta = full[6] / full[6, 6]
    transverse = full[:6, :6] - jnp.outer(eta[:6], eta[:6])
    g = 0.5 * (transverse[:3, :3] + 1j * transverse[:3, 3:])
    return AdaptedFrame(inverse_cholesky(g) / jnp.sqrt(2.0), eta[3:6] + 1j * eta[:3])


def real_frame(frame: AdaptedFrame) -> Matrix:
    """The vectors of the frame in the chart, as the columns of a (7, 7) matrix; the last is ∂_θ."""
    u = frame.unitary.T
    horizontal = jnp.block([[u.real, -u.imag], [u.imag, u.real]])
    eta = jnp.concatenate([frame.first.imag, frame.first.real])
    above = jnp.concatenate([horizontal, jnp.zeros((6, 1))], axis=1)
    return jnp.concatenate([above, jnp.concatenate([-eta @ horizontal, jnp.ones(1)])[None]], axis=0)
