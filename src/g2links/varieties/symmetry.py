"""The finite symmetry group of f, found from its exponents and coefficients.

Three kinds of symmetry are used: diagonal phases, permutations of the coordinates, and complex conjugation. Diagonal
phases need no list of group elements: z^α conj(z^β) is invariant under all of them exactly when α - β lies in the
integer lattice spanned by the differences of the exponents of f, because that lattice and the group are each other's
annihilators.
"""

from itertools import permutations

import numpy as np

from g2links.varieties.polynomial import Polynomial


def exponent_lattice(polynomial: Polynomial, last: int = -1) -> np.ndarray:
    """A basis in row echelon form (Hermite) of the lattice spanned by the differences of the exponents of f, for the
    columns in ascending order but for `last` (by default the last), which comes last."""
    last %= polynomial.variables
    order = [i for i in range(polynomial.variables) if i != last] + [last]
    rows = (polynomial.exponents - polynomial.exponents[:1])[:, order]
    return _row_echelon([list(map(int, row)) for row in rows])[:, np.argsort(order)]


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
