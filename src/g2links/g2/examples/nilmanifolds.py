"""A nilmanifold with a closed G2-structure; the Heisenberg one is among the circle bundles."""

import functools

import jax.numpy as jnp
import numpy as np

from g2links._typing import LinkPoint, Matrix
from g2links.forms import multi_indices, pullback
from g2links.g2.examples.fields import G2Fields
from g2links.g2.metric import star_phi

_TERMS = {"147": 1, "267": 1, "357": 1, "123": 1, "156": 1, "245": 1, "346": -1}


def closed_nilmanifold() -> G2Fields:
    """The nilmanifold with de^5 = e^12, de^6 = e^13 and the other de^i = 0, on its universal cover R^7.

    phi = e^147 + e^267 + e^357 + e^123 + e^156 + e^245 - e^346 is closed and not coclosed; the coframe is orthonormal
    (Conti and Fernandez, Nilmanifolds with a calibrated G2-structure, arXiv:1008.0797).
    """
    return G2Fields(
        phi=lambda x: pullback(jnp.asarray(_phi()), _coframe(x), p=3),
        psi=lambda x: pullback(star_phi(jnp.asarray(_phi())), _coframe(x), p=4),
        metric=lambda x: _coframe(x).T @ _coframe(x),
    )


def _coframe(x: LinkPoint) -> Matrix:
    """Row i is e^i: e^5 = dx5 + x1 dx2, e^6 = dx6 + x1 dx3."""
    return jnp.eye(7).at[4, 1].set(x[0]).at[5, 2].set(x[0])


@functools.cache
def _phi() -> np.ndarray:
    terms = {tuple(int(digit) - 1 for digit in name): sign for name, sign in _TERMS.items()}
    return np.array([float(terms.get(tuple(row), 0)) for row in multi_indices(7, 3).tolist()])
