"""The finite symmetry group of f, found from its exponents and coefficients.

Three kinds of symmetry are used: diagonal phases, permutations of the coordinates, and complex conjugation. Diagonal
phases need no list of group elements: z^α conj(z^β) is invariant under all of them exactly when α - β lies in the
integer lattice spanned by the differences of the exponents of f, because that lattice and the group are each other's
annihilators.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from g2links.varieties.polynomial import Polynomial

if TYPE_CHECKING:
    from g2links.varieties.variety import AbstractVariety

_Terms = dict[tuple[int, ...], complex]
"""Coefficients by exponents."""
_MOST_PERMUTED = 8
"""40,320 permutations are tried in half a second."""
_ROUNDING = 1e-12
"""Of ratios of coefficients, such as roots of unity."""


def exponent_lattice(polynomial: Polynomial, last: int = -1) -> np.ndarray:
    """A basis in row echelon form (Hermite) of the lattice spanned by the differences of the exponents of f, for the
    columns in ascending order but for `last` (by default the last), which comes last."""
    last %= polynomial.variables
    order = [i for i in range(polynomial.variables) if i != last] + [last]
    rows = (polynomial.exponents - polynomial.exponents[:1])[:, order]
    return _row_echelon([list(map(int, row)) for row in rows])[:, np.argsort(order)]


def equations_lattice(variety: "AbstractVariety") -> np.ndarray:
    """That of all equations of a variety: of the phases under which each is multiplied by a number."""
    rows = np.concatenate([f.exponents - f.exponents[:1] for f in variety.equations])
    return _row_echelon([list(map(int, row)) for row in rows])


def has_symmetries(variety: "AbstractVariety") -> bool:
    """Whether there are phases or permutations that preserve V and move its points."""
    lattice, unit = equations_lattice(variety), np.eye(variety.variables, dtype=np.int64)
    differences = [unit[i] - unit[factor.coordinates[0]] for factor in variety.factors for i in factor.coordinates]
    return len(equations_permutations(variety)) > 1 or not in_lattice(lattice, np.array(differences)).all()


@lru_cache(64)
def equations_permutations(variety: "AbstractVariety") -> list[tuple[int, ...]]:
    """The permutations of the coordinates that multiply each equation by a number and exchange them, with projective
    spaces of one polarisation; the identity alone where there are more than eight coordinates."""
    if variety.variables > _MOST_PERMUTED:
        return [tuple(range(variety.variables))]
    own = {tuple(row): t for row, t in zip(variety.charges, variety.polarisation, strict=True)}
    tables = [dict(zip(map(tuple, f.exponents.tolist()), f.coefficients, strict=True)) for f in variety.equations]
    return [
        sigma
        for sigma in permutations(range(variety.variables))
        if all(own.get(tuple(row[i] for i in sigma)) == t for row, t in own.items())
        and all(any(_proportional(moved, other) for other in tables) for moved in _moved(tables, sigma))
    ]


def _moved(
    tables: list[dict[tuple[int, ...], complex]], sigma: tuple[int, ...]
) -> Iterator[dict[tuple[int, ...], complex]]:
    return ({tuple(e[i] for i in sigma): c for e, c in table.items()} for table in tables)


def _proportional(one: _Terms, other: _Terms) -> bool:
    if one.keys() != other.keys():
        return False
    ratios = [one[e] / other[e] for e in one]
    return bool(max(abs(r - ratios[0]) for r in ratios) < _ROUNDING * abs(ratios[0]))


def in_lattice(basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """For each row of the integer array `vectors` (n, N), whether it is an integer combination of the basis rows."""
    return np.asarray(~residues(basis, vectors).any(axis=1))


def residues(basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Each row of the integer array `vectors` (n, N) modulo the lattice: equal exactly for rows of one class."""
    rest = vectors.copy()
    for row in basis:
        column = int(np.flatnonzero(row)[0])
        rest -= (rest[:, column] // row[column])[:, None] * row
    return rest


def coordinate_permutations(polynomial: Polynomial) -> list[tuple[int, ...]]:
    """The permutations σ of the coordinates with f∘σ = f."""
    terms = {e: c for c, e in polynomial.terms}
    weights = polynomial.weights
    found = []
    for sigma in permutations(range(polynomial.variables)):
        if any(weights[sigma[i]] != weights[i] for i in range(polynomial.variables)):
            continue
        if all(terms.get(tuple(e[i] for i in sigma)) == c for e, c in terms.items()):
            found.append(sigma)
    return found


def moved_monomials(exponents: np.ndarray, sigmas: list[tuple[int, ...]]) -> np.ndarray:
    """(permutations, M) where each permutation moves each monomial of the table `exponents` (M, N), which they
    preserve."""
    place = {tuple(row): i for i, row in enumerate(exponents.tolist())}
    return np.array([[place[tuple(row)] for row in exponents[:, list(sigma)].tolist()] for sigma in sigmas])


def is_real(polynomial: Polynomial) -> bool:
    """Whether complex conjugation preserves {f = 0}: all coefficients are real up to one common phase."""
    phases = polynomial.coefficients / polynomial.coefficients[0]
    return bool(np.all(phases.imag == 0))


def _row_echelon(rows: list[list[int]]) -> np.ndarray:
    """Integer row echelon form with positive pivots, by Euclid's algorithm on exact integers."""
    basis: list[list[int]] = []
    variables = len(rows[0])
    for column in range(variables):
        active = [row for row in rows if row[column]]
        rows = [row for row in rows if not row[column]]
        while len(active) > 1:
            active.sort(key=lambda row: abs(row[column]))
            pivot, others = active[0], active[1:]
            reduced = [
                [a - (row[column] // pivot[column]) * b for a, b in zip(row, pivot, strict=True)] for row in others
            ]
            rows += [row for row in reduced if not row[column]]
            active = [pivot] + [row for row in reduced if row[column]]
        if active:
            sign = 1 if active[0][column] > 0 else -1
            basis.append([sign * a for a in active[0]])
    return np.array(basis, dtype=np.int64).reshape(-1, variables)
