"""The holomorphic volume form Ω as a residue (GEOMETRY, section 2)."""

import math

import jax.numpy as jnp
from jaxtyping import Array, Complex

from g2links._typing import ComplexPoint, Index
from g2links.varieties.polynomial import Polynomial, is_fermat


def residue(polynomial: Polynomial, z: ComplexPoint, one: Index, el: Index) -> Complex[Array, ""]:
    """h with Ω = h dz_1∧...∧dz_d in the slice chart (one, el), at the gauge point `z`.

    h = s w_one z_one / f_el, where s is the sign of the permutation (one, el, remaining coordinates): without it the
    form would change sign from chart to chart, and ReΥ and φ would not be defined on the link.
    """
    weight = jnp.asarray(polynomial.weights)[one]
    return chart_sign(one, el) * weight * z[one] / polynomial.gradient(z)[el]


def chart_sign(one: Index, el: Index) -> Array:
    """The sign of the permutation (one, el, the others in ascending order) of (0, ..., N - 1)."""
    inversions = one + el - (el > one)
    return 1.0 - 2.0 * (inversions % 2)


def kahler_volume(polynomial: Polynomial) -> float:
    """∫_V ω^n/n! = (2π)^n d / (n! Πw), the same for every Kähler potential (it is cohomological)."""
    n = polynomial.dimension
    return (2 * math.pi) ** n * polynomial.degree / (math.factorial(n) * math.prod(polynomial.weights))


def volume_factor(dimension: int) -> int:
    """ω^n/n! over det g d^{2n}x, with d^{2n}x the real volume of the chart coordinates: 2^n."""
    return 2**dimension


def fermat_holomorphic_volume(polynomial: Polynomial) -> float | None:
    """∫_V |h|² d^{2n}x = d ΠA_i/π², A = (π/a) Γ(1/a)/Γ(1-1/a), for f = Σ z_i^{a_i}; None for any other f."""
    if not is_fermat(polynomial):
        return None
    exponents = polynomial.exponents.max(axis=1)
    factors = [math.pi / a * math.gamma(1 / a) / math.gamma(1 - 1 / a) for a in exponents]
    return polynomial.degree * math.prod(factors) / math.pi**2
