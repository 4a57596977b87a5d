"""The exact value of ∫_V |h|² d^{2n}x and its derivatives, where it is known in closed form."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Int

from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety

_ROUNDING = 1e-17
"""Terms of the series below this share of the sum do not change it."""
_MOST_TERMS, _NEAR_THE_END = 100_000, 0.999
"""The series converges slowly near the end of its disc, where V is singular: it is not summed beyond this share."""


class _Invertible(NamedTuple):
    """f = Σ c_j z^{A_j} + t z_1···z_N with as many terms z^{A_j} as coordinates.

    Attributes:
        determinant: |det A|.
        powers: q, the solution of q A = (1, ..., 1); they are positive and add up to 1.
        coefficients: c.
        deformation: t.
        radius: |t| of the singular members.
    """

    determinant: int
    powers: np.ndarray
    coefficients: np.ndarray
    deformation: complex
    radius: float


def holomorphic_volume(variety: AbstractVariety) -> float | None:
    """∫_V |h|² d^{2n}x for one equation f = Σ c_j z^{A_j} + t z_1···z_N with a square invertible matrix A: sums of
    powers, chains, loops and their Dwork-like families, within the disc of convergence around t = 0.

    With q A = (1, ..., 1) and γ(x) = Γ(x)/Γ(1 - x) it is (d/π²)(π^N/|det A|) Π γ(q_j)|c_j|^{-2q_j} at t = 0. The
    powers of t give a sum over r = 1, ..., l - 1, with l the least integer for which all l q_j are integers:

        (d/π²)(π^N/|det A|) Σ_r (-1)^{r+1} Π_j (sin(π q_j r)/π) |S_r|²,
        S_r = Σ_{m ≡ r mod l} (-t)^{m-1}/Γ(m) Π_j Γ(q_j m) c_j^{-q_j m},

    by expansion of the oscillating integral of exp(2i Re f) over C^N. For the quintic family it is the formula of
    Candelas, de la Ossa, Green and Parkes, Nucl. Phys. B 359 (1991) 21.

    Returns:
        None for any other variety.
    """
    found = volume_derivatives(variety, 0)
    return None if found is None else float(found[0, 0].real)


def volume_derivatives(variety: AbstractVariety, order: int) -> Complex[np.ndarray, "n n"] | None:
    """The derivatives ∂_t^i ∂̄_t^j of `holomorphic_volume` in the coefficient t of z_1···z_N, for i, j up to `order`.

    Args:
        variety: V, of the family that `holomorphic_volume` knows.
        order: the highest in each of t and t̄.

    Returns:
        (order + 1, order + 1) complex128, Hermitian; None for any other variety, and beyond 0.999 of the radius of
        convergence (`is_beyond_series`).
    """
    parts = _family_of(variety)
    if parts is None or abs(parts.deformation) >= _NEAR_THE_END * parts.radius:
        return None
    f = variety.equations[0]
    scale = f.degree / math.pi**2 * math.pi**f.variables / parts.determinant
    period = _order(parts.powers)
    total = np.zeros((order + 1, order + 1), dtype=np.complex128)
    for r in range(1, period):
        sines = float(np.prod(np.sin(math.pi * parts.powers * r) / math.pi))
        if sines and (parts.deformation or r <= order + 1):
            series = _series(parts, r, period, order)
            total += (-1) ** (r + 1) * sines * np.outer(series, series.conj())
    return scale * total


def is_beyond_series(variety: AbstractVariety) -> bool:
    """Whether V belongs to such a family, but lies outside of the disc around t = 0 in which its series converges."""
    parts = _family_of(variety)
    return parts is not None and abs(parts.deformation) >= _NEAR_THE_END * parts.radius


def series_radius(variety: AbstractVariety) -> float | None:
    """|t| of the singular members of such a family, 5 on the quintic's; None for any other variety."""
    parts = _family_of(variety)
    return None if parts is None else parts.radius


def _family_of(variety: AbstractVariety) -> _Invertible | None:
    if len(variety.equations) > 1 or len(variety.charges) > 1 or not variety.is_calabi_yau:
        return None
    return _invertible(variety.equations[0])


def _invertible(f: Polynomial) -> _Invertible | None:
    """f in that form, if it has it."""
    product = np.all(f.exponents == 1, axis=1)
    matrix, coefficients = f.exponents[~product], f.coefficients[~product]
    if matrix.shape != (f.variables, f.variables):
        return None
    determinant = round(abs(np.linalg.det(matrix)))
    if not determinant:
        return None
    powers = np.linalg.solve(matrix.T, np.ones(f.variables))
    if np.min(powers) <= 0:
        return None
    radius = float(np.prod((np.abs(coefficients) / powers) ** powers))
    return _Invertible(determinant, powers, coefficients, complex(np.sum(f.coefficients[product])), radius)


def _order(powers: np.ndarray) -> int:
    """The least l for which all l q_j are integers."""
    order = 1
    while np.max(np.abs(order * powers - np.round(order * powers))) > 1e-9:
        order += 1
    return order


def _series(parts: _Invertible, r: int, period: int, order: int) -> Complex[np.ndarray, " n"]:
    """S_r and its derivatives in t up to `order`: each term from the logarithms of its factors."""
    logarithms = np.log(parts.coefficients)
    step = np.log(-parts.deformation + 0j) if parts.deformation else 0j
    orders = np.arange(order + 1)
    total, size = np.zeros(order + 1, dtype=np.complex128), 0.0
    for m in range(r, r + _MOST_TERMS * period, period):
        left: Int[np.ndarray, " n"] = m - 1 - orders
        there = left >= 0 if parts.deformation else left == 0
        gammas = sum(math.lgamma(q * m) for q in parts.powers)
        powers = np.where(there, left * step - np.array([math.lgamma(max(k, 0) + 1) for k in left.tolist()]), 0)
        terms = np.where(there, (-1.0) ** orders * np.exp(powers + gammas - m * np.dot(parts.powers, logarithms)), 0)
        total = total + terms
        newest = float(np.abs(terms[there]).max()) if there.any() else 0.0
        size = max(size, newest)
        if m > order and (not parts.deformation or newest < _ROUNDING * size):
            break
    return total
