"""Lines and conics that lie on a hypersurface of P^{N-1}, as maps from P^1."""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex

from g2links.errors import InputError
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

_CANCELLED = 1e-11
"""|f| on a curve, relative to the sum of the |terms|."""
_CONIC = np.array([[1, 1j, 0], [0, 0, 2], [-1, 1j, 0]])
"""(s² - t², i(s² + t²), 2st) by the powers s², st, t²: the points of X² + Y² + Z² = 0."""
_PLANE = np.array([[1, -1, 0, 0], [1, 1, -2, 0], [1, 1, 1, -3]]) / np.sqrt([[2], [6], [12]])
"""An orthonormal basis of the vectors (N = 4) whose sum is 0."""


class RationalCurve(NamedTuple):
    """z = Σ_k c_k s^{e-k} t^k, a map from P^1 of degree e.

    Attributes:
        coefficients: (e + 1, N) the c_k.
    """

    coefficients: tuple[tuple[complex, ...], ...]

    @property
    def degree(self) -> int:
        """e."""
        return len(self.coefficients) - 1

    def at(self, s: np.ndarray, t: np.ndarray) -> Complex[np.ndarray, "n variables"]:
        """Its points at n points (s, t) of C²."""
        e = self.degree
        return np.stack([s ** (e - k) * t**k for k in range(e + 1)], axis=1) @ np.array(self.coefficients)


def line(variety: WeightedHypersurface) -> RationalCurve:
    """A line s (e_i + a e_j) + t (e_k + b e_l) on which f vanishes, such as (s, -s, t, -t, 0) on a sum of odd powers.

    Raises:
        InputError: for weights other than 1, or where there is none.
    """
    f = _require_projective(variety, "line")
    n = f.variables
    for i, j in itertools.combinations(range(n), 2):
        for k, m in itertools.combinations(sorted(set(range(n)) - {i, j}), 2):
            for a, b in itertools.product(_ratios(f, i, j), _ratios(f, k, m)):
                found = np.zeros((2, n), dtype=complex)
                found[0, [i, j]], found[1, [k, m]] = (1, a), (1, b)
                curve = RationalCurve(tuple(map(tuple, found.tolist())))
                if lies_on(f, curve):
                    return curve
    raise InputError("line", variety.name, "no line in four of its coordinates lies on it")


def conic(variety: WeightedHypersurface) -> RationalCurve:
    """A smooth conic on which f vanishes: where Σ z_i = Σ z_i² = 0 for four coordinates, up to a scale of each, and the
    others are 0. A sum of fifth powers is -5 e2 e3 there, with the elementary symmetric polynomials, and e2 = 0.

    Raises:
        InputError: for weights other than 1, or where there is none.
    """
    f = _require_projective(variety, "conic")
    for chosen in itertools.combinations(range(f.variables), 4):
        scales = [_scale(f, i) for i in chosen]
        if None in scales:
            continue
        found = np.zeros((3, f.variables), dtype=complex)
        found[:, chosen] = _CONIC @ _PLANE * np.array(scales, dtype=complex)
        curve = RationalCurve(tuple(map(tuple, found.tolist())))
        if lies_on(f, curve):
            return curve
    raise InputError("conic", variety.name, "no conic with sum z_i = sum z_i^2 = 0 in four coordinates lies on it")


def lies_on(f: Polynomial, curve: RationalCurve) -> bool:
    """Whether f vanishes on the curve: at more points than its degree there."""
    angles = np.linspace(0.1, 1.4, f.degree * curve.degree + 2)
    z = curve.at(np.cos(angles) + 0j, np.sin(angles) * np.exp(3j * angles))
    terms = f.coefficients * np.prod(z[:, None] ** f.exponents[None], axis=2)
    return bool(np.all(np.abs(terms.sum(axis=1)) <= _CANCELLED * np.abs(terms).sum(axis=1)))


def _require_projective(variety: WeightedHypersurface, what: str) -> Polynomial:
    if set(variety.weights) != {1}:
        raise InputError(what, variety.name, "known for weights 1 only")
    return variety.polynomial


def _ratios(f: Polynomial, i: int, j: int) -> list[complex]:
    """The a for which f vanishes at e_i + a e_j, -1 first."""
    coefficients = np.zeros(f.degree + 1, dtype=complex)
    for coefficient, exponents in f.terms:
        if exponents[i] + exponents[j] == f.degree:
            coefficients[f.degree - exponents[j]] += coefficient
    return sorted((complex(a) for a in np.roots(coefficients)), key=lambda a: round(abs(a + 1), 9))


def _scale(f: Polynomial, i: int) -> complex | None:
    """The r for which the pure power of the coordinate is that of z_i/r."""
    power = next((complex(c) for c, e in f.terms if e[i] == f.degree), None)
    return None if power is None else power ** (-1 / f.degree)
