"""Exact Weil-Petersson metric and Yukawa couplings of complex structures, from ∫_V |h|² in closed form.

For f + Σ t_a m_a, with the residue form Ω of GEOMETRY, section 2, and N = ∫_V |h|² d^6x,

    G_ab = -∂_a ∂̄_b log N,    Y_abc = |∫ Ω∧∂_a∂_b∂_cΩ|/∫|Ω∧Ω̄| / √(G_aa G_bb G_cc).

Y does not depend on the scale of Ω and of the directions.
"""

import cmath
import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex

from g2links.errors import InputError
from g2links.varieties.catalogue import dwork
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import series_radius, volume_derivatives
from g2links.varieties.polynomial import Polynomial

_SECOND = 2
"""Derivatives in each of t and t̄ that the curvature of the Weil-Petersson metric needs."""
_DRAWN = 50
"""Members of a family in a picture; the last is at 0.98 of the singular one."""


class SpecialGeometry(NamedTuple):
    """What is known of one direction.

    Attributes:
        volume: ∫_V |h|² d^6x.
        metric: G, positive.
        coupling: Y of three times this direction, in units of G.
    """

    volume: float
    metric: float
    coupling: float


def along_product(variety: WeightedHypersurface) -> SpecialGeometry | None:
    """The direction t of f = Σ c_j z^{A_j} + t z_1···z_N at the member V, by the series of
    `varieties.periods.holomorphic_volume`: for threefolds Y² = 2 - R/G² with R = ∂∂̄G - |∂G|²/G (Strominger, Commun.
    Math. Phys. 133 (1990) 163).

    Args:
        variety: V, of dimension 3.

    Returns:
        None where V belongs to no such family, or lies outside of the disc of convergence.
    """
    derivatives = volume_derivatives(variety, _SECOND)
    return None if derivatives is None else _from_derivatives(derivatives)


def dwork_geometry(psi: complex) -> SpecialGeometry:
    """The member Σ z_i^5 - 5 ψ Π z_i of the Dwork family, in the direction ψ.

    Args:
        psi: ψ, |ψ| < 0.999; the members at ψ^5 = 1 are singular, and beyond them the series diverges.

    Raises:
        InputError: beyond that.

    Example:
        >>> found = dwork_geometry(0.3)
        >>> f"{found.volume:.6f} {found.metric:.12f} {found.coupling:.10f}"
        '46.489459 0.190953749317 1.6024683495'
    """
    found = along_product(WeightedHypersurface(dwork(psi))) if cmath.isfinite(psi) else None
    if found is None:
        raise InputError("psi", psi, "|psi| < 0.999: the series of the periods converges up to 1, where V is singular")
    return found._replace(metric=25 * found.metric)


def family_of(variety: WeightedHypersurface) -> tuple[float, list[float], list[SpecialGeometry]]:
    """The family f + t z_1···z_N of V, as it is drawn: |t| of V over that of the singular members, other such shares
    from 0 to near 1, and what is known there, along the phase of t.

    Raises:
        InputError: where there is no such family in closed form.
    """
    radius = series_radius(variety)
    if radius is None:
        raise InputError("polynomial", variety.name, "a member of a family c_1 z^A_1 + ... + c_N z^A_N + t z_1···z_N")
    f = variety.polynomial
    product = (1,) * f.variables
    t = sum((c for c, e in f.terms if e == product), 0j)
    phase = t / abs(t) if t else -1.0
    rest = [(c, e) for c, e in f.terms if e != product]
    shares = [k / _DRAWN for k in range(_DRAWN)]
    found = []
    for share in shares:
        member = Polynomial([*rest, (share * radius * phase, product)] if share else rest, f.weights)
        geometry = along_product(WeightedHypersurface(member))
        if geometry is not None:
            found.append(geometry)
    return abs(t) / radius, shares, found


def _from_derivatives(n: Complex[np.ndarray, "3 3"]) -> SpecialGeometry:
    """From ∂^i ∂̄^j N. With L = log N, G = -L_{11}, ∂G = -L_{21} and ∂∂̄G = -L_{22}."""
    a, b, c = n[1, 0] / n[0, 0], n[2, 0] / n[0, 0], n[1, 1] / n[0, 0]
    d, e = n[2, 1] / n[0, 0], n[2, 2] / n[0, 0]
    first = (c - abs(a) ** 2).real
    second = d - b * a.conjugate() - 2 * a * c + 2 * a * abs(a) ** 2
    fourth = (
        e
        - 2 * (d * a.conjugate() + d.conjugate() * a)
        - abs(b) ** 2
        - 2 * c**2
        + 8 * c * abs(a) ** 2
        + 2 * (b * a.conjugate() ** 2 + b.conjugate() * a**2)
        - 6 * abs(a) ** 4
    ).real
    metric = -first
    curvature = -fourth - abs(second) ** 2 / metric
    return SpecialGeometry(float(n[0, 0].real), float(metric), float(math.sqrt(max(0.0, 2 - curvature / metric**2))))


def power_sum(f: Polynomial) -> dict[int, tuple[int, complex]] | None:
    """The power and the coefficient of each coordinate for f = Σ c_i z_i^{A_i}; None for any other f."""
    found = {}
    for coefficient, exponents in f.terms:
        nonzero = np.flatnonzero(exponents)
        if len(nonzero) != 1:
            return None
        found[int(nonzero[0])] = (exponents[nonzero[0]], coefficient)
    return found


def monomial_metric(f: Polynomial, exponents: tuple[int, ...]) -> float | None:
    """G of f + t z^a at t = 0 for a sum of powers f = Σ c_i z_i^{A_i}, by the oscillating integral of exp(2i Re f):

        G = Π_i γ((a_i + 1)/A_i) |c_i|^{-2 a_i/A_i} / γ(1/A_i),    γ(x) = Γ(x)/Γ(1 - x).

    Different monomials of the Milnor algebra are orthogonal, as the phases of the coordinates tell them apart.

    Args:
        f: of dimension 3.
        exponents: a, of the degree of f, with a_i ≤ A_i - 2.

    Returns:
        None for any other f or a; 0 for what changes coordinates only, a_i = A_i - 1.

    Example:
        >>> from g2links.varieties.catalogue import fermat_quintic
        >>> f"{25 * monomial_metric(fermat_quintic(), (1, 1, 1, 1, 1)):.12f}"
        '0.192256454608'
    """
    powers = power_sum(f)
    if powers is None or sum(w * a for w, a in zip(f.weights, exponents, strict=True)) != f.degree:
        return None
    product = 1.0
    for i, a in enumerate(exponents):
        power, coefficient = powers[i]
        if a >= power:
            return None
        if a == power - 1:
            return 0.0
        product *= _gamma_ratio((a + 1) / power) / _gamma_ratio(1 / power) * abs(coefficient) ** (-2 * a / power)
    return product


def monomial_coupling(f: Polynomial, triple: tuple[tuple[int, ...], ...]) -> float | None:
    """Y of three monomials at a sum of powers: with |∫Ω∧∂_a∂_b∂_cΩ| = d π³/Π A_i c_i for a + b + c = (A_i - 2)_i,
    the top degree of the Milnor algebra, and 0 for others.

    Returns:
        None where `monomial_metric` knows nothing or is 0.

    Example:
        >>> from g2links.varieties.catalogue import fermat_quintic
        >>> f"{monomial_coupling(fermat_quintic(), ((1, 1, 1, 1, 1),) * 3):.11f}"
        '1.55531898996'
    """
    powers = power_sum(f)
    metrics = [monomial_metric(f, a) for a in triple]
    if powers is None or not all(metrics):
        return None
    if any(sum(a[i] for a in triple) != power - 2 for i, (power, _) in powers.items()):
        return 0.0
    volume = math.prod(_gamma_ratio(1 / power) * abs(c) ** (-2 / power) for power, c in powers.values())
    size = math.prod(abs(c) for _, c in powers.values())
    return 1 / (volume * size * math.sqrt(math.prod(metric for metric in metrics if metric)))


def _gamma_ratio(x: float) -> float:
    return math.gamma(x) / math.gamma(1 - x)
