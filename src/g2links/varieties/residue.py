"""The holomorphic volume form Ω as a residue (GEOMETRY, section 2)."""

import math

import jax.numpy as jnp
from jaxtyping import Array, Complex

from g2links._typing import ComplexPoint, Index
from g2links.varieties.polynomial import VARIABLES, Polynomial, is_fermat


def residue(polynomial: Polynomial, z: ComplexPoint, one: Index, el: Index) -> Complex[Array, ""]:
    """h with Ω = h dz_1∧dz_2∧dz_3 in the slice chart (one, el), at the gauge point `z`.

    h = s w_one z_one / f_el, where s is the sign of the permutation (one, el, remaining coordinates): without it the
    form would change sign from chart to chart, and ReΥ and φ would not be defined on the link.
    """
    weight = jnp.asarray(polynomial.weights)[one]
    return chart_sign(one, el) * weight * z[one] / polynomial.gradient(z)[el]


def chart_sign(one: Index, el: Index) -> Array:
    """The sign of the permutation (one, el, the other three in ascending order) of (0, 1, 2, 3, 4)."""
    inversions = one + el - (el > one)
    return 1.0 - 2.0 * (inversions % 2)


def kahler_volume(polynomial: Polynomial) -> float:
    """∫_V ω³/6 = (2π)³ d / (6 Πw), the same for every Kähler potential (it is cohomological)."""
    return (2 * math.pi) ** 3 * polynomial.degree / (6 * math.prod(polynomial.weights))


def fermat_holomorphic_volume(polynomial: Polynomial) -> float | None:
    """∫_V |h|² d⁶x = d ΠA_i/π², A = (π/a) Γ(1/a)/Γ(1-1/a), for f = Σ z_i^{a_i}; None for any other f."""
    if not is_fermat(polynomial):
        return None
    exponents = polynomial.exponents.max(axis=1)
    factors = [math.pi / a * math.gamma(1 / a) / math.gamma(1 - 1 / a) for a in exponents]
    assert len(factors) == VARIABLES
    return polynomial.degree * math.prod(factors) / math.pi**2
