"""Positive definite metrics as Cholesky factors, so that any n(n + 1)/2 numbers make one, n = 7."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links import forms
from g2links._typing import Array, PackedMatrix
from g2links.forms.linear import cholesky

_THETA_FIRST = np.array([6, 0, 1, 2, 3, 4, 5])
"""∂_θ comes first, so that the first pivot is |ξ|, and the others are those of g_T."""
_BACK = np.argsort(_THETA_FIRST)
_BELOW = np.tril_indices(7, -1)
"""The places of the factor below its diagonal."""


def metric_from_numbers(numbers: Float[Array, " numbers"]) -> PackedMatrix:
    """The packed metric L Lᵀ: the logarithms of the diagonal of L, then the entries below it, row by row.

    L belongs to the order (θ, x1, x2, x3, y1, y2, y3), so that its first column is η where g(ξ, ξ) = 1.
    """
    lower = jnp.diag(jnp.exp(numbers[:7])).at[_BELOW].set(numbers[7:])
    metric = lower @ lower.T
    return forms.pack_symmetric(metric[_BACK][:, _BACK])


def numbers_of_metric(metric: PackedMatrix) -> Float[Array, " numbers"]:
    """The inverse of `metric_from_numbers`; nan where the metric is not positive definite."""
    lower = cholesky(forms.unpack_symmetric(metric, 7)[_THETA_FIRST][:, _THETA_FIRST])
    return jnp.concatenate([jnp.log(jnp.diagonal(lower)), lower[_BELOW]])
