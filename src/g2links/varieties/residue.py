"""The holomorphic volume form Ω as a residue (GEOMETRY, section 2)."""

import math

import jax.numpy as jnp
from jaxtyping import Array, Complex

from g2links._typing import Index
from g2links.varieties.charts import ChartPoint
from g2links.varieties.polynomial import Polynomial, is_fermat


def residue(polynomial: Polynomial, at: ChartPoint) -> Complex[Array, ""]:
    """h with Ω = h dz_1∧...∧dz_d in the slice chart of a point.

    h = s w_o z_o / f_s, where o is fixed and s solved for, and the sign that of the permutation (o, s, remaining
    coordinates): without it the form would change sign from chart to chart, and ReΥ and φ would not be defined on the
    link.
    """
    fixed, solved = at.fixed[0], at.solved[0]
    weight = jnp.asarray(polynomial.weights)[fixed]
    return chart_sign(fixed, solved) * weight * at.z[fixed] / polynomial.gradient(at.z)[solved]


def chart_sign(fixed: Index, solved: Index) -> Array:
    """The sign of the permutation (fixed, solved, the others in ascending order) of (0, ..., N - 1)."""
    inversions = fixed + solved - (solved > fixed)
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
