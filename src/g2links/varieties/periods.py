"""The exact value of ∫_V |h|² d^{2n}x, where it is known in closed form."""

import math
from typing import NamedTuple

import numpy as np

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
    """

    determinant: int
    powers: np.ndarray
    coefficients: np.ndarray
    deformation: complex


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
    f = variety.equations[0]
    if len(variety.equations) > 1 or len(variety.charges) > 1 or not variety.is_calabi_yau:
        return None
    parts = _invertible(f)
    if parts is None:
        return None
    scale = f.degree / math.pi**2 * math.pi**f.variables / parts.determinant
    order = _order(parts.powers)
    radius = float(np.prod((np.abs(parts.coefficients) / parts.powers) ** parts.powers))
    if abs(parts.deformation) >= _NEAR_THE_END * radius:
        return None
    total = 0.0
    for r in range(1, order):
        sines = float(np.prod(np.sin(math.pi * parts.powers * r) / math.pi))
        if sines and (parts.deformation or r == 1):
            total += (-1) ** (r + 1) * sines * abs(_series(parts, r, order)) ** 2
    return scale * total


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
    return _Invertible(determinant, powers, coefficients, complex(np.sum(f.coefficients[product])))


def _order(powers: np.ndarray) -> int:
    """The least l for which all l q_j are integers."""
    order = 1
    while np.max(np.abs(order * powers - np.round(order * powers))) > 1e-9:
        order += 1
    return order


def _series(parts: _Invertible, r: int, order: int) -> complex:
    """S_r: each term from the logarithms of its factors."""
    logarithms = np.log(parts.coefficients)
    step = np.log(-parts.deformation + 0j) if parts.deformation else 0j
    total, size = 0j, 0.0
    for m in range(r, r + _MOST_TERMS * order, order):
        gammas = sum(math.lgamma(q * m) for q in parts.powers) - math.lgamma(m)
        term = complex(np.exp((m - 1) * step + gammas - m * np.dot(parts.powers, logarithms)))
        total, size = total + term, max(size, abs(term))
        if not parts.deformation or abs(term) < _ROUNDING * size:
            break
    return total
