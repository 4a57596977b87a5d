"""The real locus of a hypersurface whose equation has a pure power of each coordinate: sums of powers, and others near
them, such as the Dwork family.

The real points of V are those with real coordinates, up to real scale. Signs of the coordinates cut them into cells. In
the cell with signs s, let P be the coordinates whose pure power c_i x_i^{a_i} is positive there and N the others: a
point is a direction X_P in the positive orthant of P, another X_N in that of N, and the weighted scale ρ > 0 of the
second for which f vanishes. With spherical angles for the directions it is an analytic function on a closed cube, also
where coordinates vanish, so that Gauss's rule converges exponentially; a graph over fewer coordinates has branch
points there.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from g2links.errors import InputError
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

_BISECTIONS, _NEWTON = 60, 3
"""Of the logarithm of ρ, down to rounding, and then steps of Newton's method."""
_WIDEST = 12.0
"""|log ρ| at most: the other coordinates are below 1e-5 beyond."""
_TRIED = 9
"""Nodes in each direction at which it is seen that ρ is unique."""
_ROUNDING = 1e-12
"""Of the sum of |coefficients|: less is no coefficient."""


class Cell(NamedTuple):
    """A piece of the real locus, an analytic image of the cube [0, 1]^d.

    Attributes:
        signs: (N,) of the coordinates, 1 or -1.
        order: (N,) the coordinates: those of P, then the others.
        positive: how many P has.
    """

    signs: tuple[int, ...]
    order: tuple[int, ...]
    positive: int


class RealLocus(NamedTuple):
    """The fixed points of a real structure of V, z_i = ζ_i x_i with real x.

    Attributes:
        variety: V.
        real: the polynomial f(ζ x) in x, with real coefficients.
        phases: (N,) complex, ζ.
        phase: α in [0, π): Ω is e^{iα} times a real form on it.
        cells: whose images cover it, each but for its boundary once.
    """

    variety: WeightedHypersurface
    real: Polynomial
    phases: tuple[complex, ...]
    phase: float
    cells: tuple[Cell, ...]


def real_locus(variety: WeightedHypersurface, turns: tuple[int, ...] | None = None) -> RealLocus:
    """The real locus of V, or that of another real structure.

    Args:
        variety: V, of an equation with a pure power c_i z_i^{a_i} of each coordinate.
        turns: k, one whole number for each coordinate: the fixed points of z_i -> ζ_i² conj(z_i) in place of those of
            complex conjugation, with ζ_i = exp(iπ k_i/a_i).

    Raises:
        InputError: where f has no pure power of a coordinate, its coefficients are not real, there is no real point, or
            the real locus is not a union of such cells.
    """
    f = variety.polynomial
    powers = pure_powers(f)
    if turns is not None and len(turns) != f.variables:
        raise InputError("turns", turns, f"{f.variables} whole numbers, one for each coordinate")
    phases = np.exp(1j * np.pi * np.array(turns or (0,) * f.variables) / np.array(powers))
    real, common = _in_real_coordinates(f, phases)
    cells = tuple(_cells(real))
    if not cells:
        raise InputError("real-locus", f.name, "it has no real point: its pure powers have one sign everywhere")
    phase = float(np.angle(np.prod(phases) / common)) % math.pi
    locus = RealLocus(variety, real, tuple(phases.tolist()), 0.0 if math.pi - phase < _ROUNDING else phase, cells)
    _require_star_shaped(locus)
    return locus


def pure_powers(f: Polynomial) -> tuple[int, ...]:
    """a, where f has the terms c_i z_i^{a_i}, one for each coordinate.

    Raises:
        InputError: where it lacks one.
    """
    found = dict(_pure_terms(f))
    missing = [i for i in range(f.variables) if i not in found]
    if missing:
        raise InputError("real-locus", f.name, f"it has no power of z{missing[0]} alone, from which cells are made")
    return tuple(found[i] for i in range(f.variables))


def _pure_terms(f: Polynomial) -> list[tuple[int, int]]:
    return [(int(np.flatnonzero(e)[0]), int(sum(e))) for _, e in f.terms if np.count_nonzero(e) == 1]


def _in_real_coordinates(f: Polynomial, phases: np.ndarray) -> tuple[Polynomial, complex]:
    """f(ζ x) over the phase that its coefficients have in common, and that."""
    moved = f.coefficients * np.prod(phases[None] ** f.exponents, axis=1)
    common = complex(moved[0] / abs(moved[0]))
    moved = moved / common
    size = np.sum(np.abs(moved))
    if np.max(np.abs(moved.imag)) > _ROUNDING * size:
        why = "its coefficients are not real, up to one common phase, so that complex conjugation is no symmetry of V"
        raise InputError("real-locus", f.name, why)
    terms = [(float(c), tuple(map(int, e))) for c, e in zip(moved.real, f.exponents, strict=True)]
    return Polynomial(terms, f.weights, f.name), common


def _pure_signs(f: Polynomial, signs: tuple[int, ...]) -> list[int]:
    """The signs of c_i x_i^{a_i} at signs of x."""
    pure = dict.fromkeys(range(f.variables), 0)
    for coefficient, exponents in f.terms:
        if np.count_nonzero(exponents) == 1:
            i = int(np.flatnonzero(exponents)[0])
            pure[i] = round(math.copysign(1, coefficient.real)) * signs[i] ** exponents[i]
    return [pure[i] for i in range(f.variables)]


def _orthants(f: Polynomial) -> list[tuple[int, ...]]:
    """Signs of the coordinates, one of each two that -1 in C* exchanges."""
    turn = next(i for i, w in enumerate(f.weights) if w % 2)
    every = itertools.product((1, -1), repeat=f.variables)
    return [signs for signs in every if signs[turn] == 1]


def _cells(f: Polynomial) -> list[Cell]:
    found = []
    for signs in _orthants(f):
        values = _pure_signs(f, signs)
        positive = [i for i, value in enumerate(values) if value > 0]
        others = [i for i, value in enumerate(values) if value < 0]
        if positive and others:
            found.append(Cell(signs, (*positive, *others), len(positive)))
    return found


def directions(angles: Float[np.ndarray, "n m"]) -> tuple[np.ndarray, np.ndarray]:
    """Points of the positive orthant of the unit sphere by their m spherical angles, in units of π/2, (n, m + 1), and
    their derivatives, (n, m, m + 1)."""
    n, m = angles.shape
    sines, cosines = np.sin(np.pi / 2 * angles), np.cos(np.pi / 2 * angles)
    factors = np.ones((n, m + 1, m))  # of each coordinate, one for each angle
    slopes = np.zeros((n, m + 1, m))
    for a in range(m):
        factors[:, a + 1 :, a], slopes[:, a + 1 :, a] = sines[:, a, None], cosines[:, a, None]
        factors[:, a, a], slopes[:, a, a] = cosines[:, a], -sines[:, a]
    moved = np.zeros((n, m, m + 1))
    for a in range(m):
        moved[:, a] = np.where(np.arange(m) == a, slopes, factors).prod(axis=2)
    return factors.prod(axis=2), np.pi / 2 * moved


def cell_points(
    locus: RealLocus, cell: Cell, t: Float[np.ndarray, "n d"]
) -> tuple[Complex[np.ndarray, "n variables"], Complex[np.ndarray, "n d variables"]]:
    """The points of a cell at places t of the cube [0, 1]^d, and their derivatives by t.

    Args:
        locus: V with its real structure.
        cell: one of its cells.
        t: float64.
    """
    f, k = locus.real, cell.positive
    x, moved = _rays(cell, t)
    powers, coefficients = _along_rays(f, cell, x)
    radial = np.zeros(f.variables)
    others = list(cell.order[k:])
    radial[others] = np.array(f.weights)[others]
    rho = _roots(powers, coefficients)[:, None]
    x, moved = x * rho**radial, moved * rho[:, None] ** radial
    gradient = _gradient(f, x)
    along = np.sum(gradient * radial * x, axis=1)
    slope = -np.sum(gradient[:, None] * moved, axis=2) / along[:, None]
    moved = moved + slope[:, :, None] * (radial * x)[:, None]
    phases = np.array(locus.phases)
    return phases * x, phases * moved


def _rays(cell: Cell, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, N) the points with ρ = 1, and their derivatives (n, d, N)."""
    k, n, total = cell.positive, len(t), len(cell.order)
    x, moved = np.zeros((n, total)), np.zeros((n, total - 2, total))
    positive, others = list(cell.order[:k]), list(cell.order[k:])
    x[:, positive], moved[:, : k - 1, positive] = directions(t[:, : k - 1])
    x[:, others], moved[:, k - 1 :, others] = directions(t[:, k - 1 :])
    return np.array(cell.signs) * x, np.array(cell.signs) * moved


def _along_rays(f: Polynomial, cell: Cell, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f on the ray of each point as a polynomial in ρ: its powers, ascending, and its coefficients (n, powers)."""
    others = np.array(cell.order[cell.positive :])
    powers = f.exponents[:, others] @ np.array(f.weights)[others]
    terms = f.coefficients.real * np.prod(x[:, None] ** f.exponents[None], axis=2)
    found = np.unique(powers)
    return found, np.stack([terms[:, powers == power].sum(axis=1) for power in found], axis=1)


def _roots(powers: np.ndarray, coefficients: np.ndarray) -> Float[np.ndarray, " n"]:
    """The one positive root of each polynomial, which is positive at 0."""
    low, high = np.full(len(coefficients), -_WIDEST), np.full(len(coefficients), _WIDEST)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = np.sum(coefficients * np.exp(middle[:, None] * powers), axis=1) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    root = (low + high) / 2
    for _ in range(_NEWTON):
        terms = coefficients * np.exp(root[:, None] * powers)
        root = root - terms.sum(axis=1) / np.sum(powers * terms, axis=1)
    return np.exp(root)


def _gradient(f: Polynomial, x: np.ndarray) -> np.ndarray:
    """(n, N) of a polynomial with real coefficients at real points."""
    columns = []
    for i in range(f.variables):
        own = f.exponents[:, i]
        lowered = f.exponents - (own[:, None] > 0) * (np.arange(f.variables) == i)
        columns.append(np.prod(x[:, None] ** lowered[None], axis=2) @ (own * f.coefficients.real))
    return np.stack(columns, axis=1)


def _require_star_shaped(locus: RealLocus) -> None:
    """Refuse a real locus that the cells do not cover once: each ray of a cell must meet it once, and no ray of an
    orthant in which all pure powers have one sign may meet it."""
    f = locus.real
    if len(f.terms) == f.variables:
        return
    for cell in locus.cells:
        if np.any(_sign_changes(*_along_rays(f, cell, _rays(cell, _grid(f.variables - 2))[0])) != 1):
            raise InputError("real-locus", f.name, "its real points are no graph over those of its pure powers")
    points = directions(_grid(f.variables - 1))[0]
    for signs in _orthants(f):
        values = _pure_signs(f, signs)
        if abs(sum(values)) == len(values):
            terms = f.coefficients.real * np.prod((np.array(signs) * points)[:, None] ** f.exponents[None], axis=2)
            if np.any(np.sign(np.sum(terms, axis=1)) != values[0]):
                raise InputError("real-locus", f.name, "it has real points where all its pure powers have one sign")


def _grid(dimension: int) -> np.ndarray:
    nodes = (np.arange(_TRIED) + 0.5) / _TRIED
    return np.stack(np.meshgrid(*[nodes] * dimension, indexing="ij"), -1).reshape(-1, dimension)


def _sign_changes(powers: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """How often the coefficients change sign: not less than there are positive roots (Descartes), and as many if 1."""
    changes, last = np.zeros(len(coefficients), dtype=int), np.zeros(len(coefficients))
    for sign in np.sign(coefficients).T:
        changes += (sign * last) < 0
        last = np.where(sign != 0, sign, last)
    return changes


def real_period(locus: RealLocus) -> float | None:
    """∫|Ω| over the real locus, exact for a sum of powers, f = Σ c_i z_i^{a_i}; None for others.

    In u_i = |c_i x_i^{a_i}| a cell is a product of two simplices, and Dirichlet's integral over each gives, with the
    degree d,

        d Π Γ(1/a_i)/(a_i |c_i|^{1/a_i}) Σ_cells sin(π σ)/π,  σ = Σ_P 1/a_i.

    For the Fermat quintic it is Γ(1/5)^5 (5 sin(π/5) + 10 sin(2π/5))/(625 π) = 12.92957534.

    Example:
        >>> from g2links.varieties.polynomial import Polynomial
        >>> quintic = WeightedHypersurface(Polynomial("z0^5+z1^5+z2^5+z3^5+z4^5"))
        >>> round(real_period(real_locus(quintic)), 8)
        12.92957534
    """
    f = locus.real
    if len(f.terms) != f.variables:
        return None
    inverse = 1 / np.array(pure_powers(f))
    size = np.abs([next(c for c, e in f.terms if e[i]) for i in range(f.variables)])
    scale = f.degree * math.prod(math.gamma(b) * b / c**b for b, c in zip(inverse, size, strict=True))
    angles = [float(np.sum(inverse[list(cell.order[: cell.positive])])) for cell in locus.cells]
    return float(scale * sum(math.sin(math.pi * s) / math.pi for s in angles))
