"""What a 3-form on a 7-manifold determines, with its first derivatives along some vectors, in closed form.

For losses that hold dψ or dη: as products of small matrices this takes a fraction of the time of differentiating
`metric.star_phi`, and as little again to differentiate by the weights of a network.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links import forms
from g2links._typing import Array, Form, Matrix
from g2links.forms.linear import determinant, inverse

Slopes = Float[Array, "k _components"]
"""Derivatives along k vectors."""


class _Factors(NamedTuple):
    """B = A M Aᵀ (see `metric`), with the derivatives of each.

    Attributes:
        a: A_i = e_i | phi, (7, 21).
        am: A M, with M_ab the coefficient of e^a ^ e^b ^ phi for the 2-forms e^a, (7, 21).
        b: (7, 7).
    """

    a: Float[Array, "7 21"]
    am: Float[Array, "7 21"]
    b: Matrix
    a_slopes: Float[Array, "k 7 21"]
    am_slopes: Float[Array, "k 7 21"]
    b_slopes: Float[Array, "k 7 7"]


def contact_form_slopes(phi: Form, slopes: Slopes) -> tuple[Form, Slopes]:
    """η = g(ξ, .)/g(ξ, ξ) of `contact.contact_form`, and its derivatives.

    Args:
        phi: a 3-form, (35,), with B_77 not 0.
        slopes: its derivatives along k vectors, (k, 35).

    Returns:
        η, (7,), and its derivatives along them, (k, 7).
    """
    found = _factors(phi, slopes)
    eta, row = found.b[6] / found.b[6, 6], found.b_slopes[:, 6]
    return eta, (row - row[:, 6:] * eta[None]) / found.b[6, 6]


def star_phi_slopes(phi: Form, slopes: Slopes) -> tuple[Form, Slopes]:
    """ψ = *φ of `metric.star_phi`, and its derivatives.

    From ψ ∧ χ = 3 dv(χ) for every 3-form χ, with v the volume, det B = 6^7 v^9: the gradient of v is v/9 times that of
    B contracted with the inverse of B.

    Args:
        phi: a 3-form, (35,), with det B not 0.
        slopes: its derivatives along k vectors, (k, 35).

    Returns:
        ψ, (35,), and its derivatives along them, (k, 35).
    """
    a, am, b, a_slopes, am_slopes, b_slopes = _factors(phi, slopes)
    g = inverse(b)
    change = g @ b_slopes
    g_slopes = -change @ g
    ga, ga_slopes = g @ a, g_slopes @ a + g @ a_slopes
    gam, gam_slopes = g @ am, g_slopes @ am + g @ am_slopes
    aga = a.T @ ga
    aga_slopes = jnp.swapaxes(a_slopes, 1, 2) @ ga + a.T @ ga_slopes
    gradient = _gradient(gam, aga)
    log_slopes = jnp.trace(change, axis1=1, axis2=2) / 9
    gradient_slopes = jax.vmap(_gradient)(gam_slopes, aga_slopes) + jnp.outer(log_slopes, gradient)
    factor = jnp.cbrt(jnp.cbrt(determinant(b) / 6.0**7)) / 3
    dual = _dual()
    return factor * (gradient @ dual), factor * (gradient_slopes @ dual)


def _factors(phi: Form, slopes: Slopes) -> _Factors:
    both = jnp.concatenate([phi[None], slopes])
    contractions, products = _contractions(), _products()
    all_a = (both @ contractions.reshape(35, -1)).reshape(-1, 7, 21)
    all_m = (both @ products.reshape(35, -1)).reshape(-1, 21, 21)
    a, m, a_slopes, m_slopes = all_a[0], all_m[0], all_a[1:], all_m[1:]
    am, am_slopes = a @ m, a_slopes @ m + a @ m_slopes
    b_slopes = am_slopes @ a.T + am @ jnp.swapaxes(a_slopes, 1, 2)
    return _Factors(a, am, am @ a.T, a_slopes, am_slopes, b_slopes)


def _gradient(gam: Float[Array, "7 21"], aga: Float[Array, "21 21"]) -> Float[Array, "35"]:
    """Of B contracted with a constant symmetric G, from G A M and Aᵀ G A."""
    return 2 * (_contractions().reshape(35, -1) @ gam.reshape(-1)) + _products().reshape(35, -1) @ aga.reshape(-1)


@cache
def _contractions() -> np.ndarray:
    """(35, 7, 21): e_i | phi for each unit 3-form."""
    with jax.ensure_compile_time_eval():
        by_vector: Callable[..., Array] = jax.vmap(lambda e, phi: forms.interior(e, phi, p=3), in_axes=(0, None))
        return np.asarray(jax.vmap(lambda phi: by_vector(jnp.eye(7), phi))(jnp.eye(35)))


@cache
def _products() -> np.ndarray:
    """(35, 21, 21): the coefficient of e^a ^ e^b ^ phi for each unit 3-form."""
    with jax.ensure_compile_time_eval():
        by_second: Callable[..., Array] = jax.vmap(lambda a, b: forms.wedge(a, b, p=2, q=2, n=7), in_axes=(None, 0))
        squares = np.asarray(jax.vmap(lambda a: by_second(a, jnp.eye(21)))(jnp.eye(21)))
        return np.einsum("abk,kc->cab", squares, _dual().T)


@cache
def _dual() -> np.ndarray:
    """(35, 35): from the covector χ -> l(χ) on 3-forms to the 4-form ψ with ψ ^ χ = l(χ) vol, a signed permutation."""
    with jax.ensure_compile_time_eval():
        return np.asarray(jax.vmap(lambda unit: forms.hodge_star(unit, jnp.eye(7), p=3))(jnp.eye(35)))
