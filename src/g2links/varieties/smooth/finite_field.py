"""Algebra over prime fields: exact, so that a rank is a proof and a choice of basis the same on every machine.

Elements are integers in [0, p). Matrices are stored in float64, whose products BLAS computes without rounding while
sums stay below 2^53.
"""

import math
from functools import lru_cache

import numpy as np

from g2links.varieties.polynomial import Polynomial

PRIME = 8161
"""A prime that is 1 modulo 4, so that it has a square root of -1; so small that all its elements can be tried as a root
of an equation, and that matrix products in floating point are exact."""

_BELOW, _EXACT = 2**20, 2**13 - 1
"""Sums of so many products of numbers below the first, and one more number, stay below 2^53."""
_LEAF = 8
"""Columns below which elimination is done one by one and not by products of matrices."""


def large_primes(count: int) -> list[int]:
    """The largest primes p = 1 mod 4 below 2^20: sums of 8,192 products of residues are exact in float64."""
    found: list[int] = []
    candidate = _BELOW - 3
    while len(found) < count:
        if all(candidate % q for q in range(3, math.isqrt(candidate) + 1, 2)):
            found.append(candidate)
        candidate -= 4
    return found


def square_root_of_minus_one(prime: int = PRIME) -> int:
    """I with I² = -1, for a prime that is 1 modulo 4."""
    for base in range(2, prime):
        root = pow(base, (prime - 1) // 4, prime)
        if root * root % prime == prime - 1:
            return root
    raise AssertionError(f"{prime} is not a prime of the form 4k + 1")


def image(value: complex, imaginary: int, prime: int = PRIME) -> int:
    """The image of a + bi, i going to `imaginary`; floating-point numbers are fractions with a power of 2 below."""
    parts = [part.as_integer_ratio() for part in (value.real, value.imag)]
    re, im = (numerator * pow(denominator, -1, prime) for numerator, denominator in parts)
    return (re + im * imaginary) % prime


def monomials_in_field(exponents: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(M, n) values of monomials, given by the rows of `exponents` (M, m), at points (n, m)."""
    powers = [np.ones_like(points)]
    for _ in range(int(exponents.max(initial=0))):
        powers.append(powers[-1] * points % PRIME)
    table = np.stack(powers)
    value = np.ones((len(exponents), len(points)), dtype=np.int64)
    for i in range(points.shape[1]):
        value = value * table[exponents[:, i], :, i] % PRIME
    return value


@lru_cache(16)
def points_with_conjugates(polynomial: Polynomial, count: int, seed: int) -> np.ndarray:
    """(count, 2N): random zeros of f, then, independent of these, of its complex conjugate."""
    rng = np.random.default_rng(seed)
    imaginary = square_root_of_minus_one()
    both = (np.array([image(c, root) for c in polynomial.coefficients]) for root in (imaginary, PRIME - imaginary))
    return np.hstack([_zeros(polynomial.exponents, coefficients, count, rng) for coefficients in both])


def _zeros(exponents: np.ndarray, coefficients: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, N) zeros of a polynomial, found by trying all values of its last variable."""
    variables = exponents.shape[1]
    last = max(i for i in range(variables) if exponents[:, i].any())
    elements = np.arange(PRIME)
    found: list[np.ndarray] = []
    while len(found) < count:
        point = np.asarray(rng.integers(1, PRIME, size=variables))
        point[last] = 1
        factors = coefficients * monomials_in_field(exponents, point[None])[:, 0] % PRIME
        values = np.zeros(PRIME, dtype=np.int64)
        for power in range(int(exponents[:, last].max()), -1, -1):
            values = (values * elements + np.sum(factors[exponents[:, last] == power])) % PRIME
        roots = np.flatnonzero(values == 0)
        if roots.size:
            point[last] = rng.choice(roots)
            found.append(point)
    return np.array(found)


def first_independent_rows(matrix: np.ndarray) -> list[int]:
    """The rows of an integer matrix that are not combinations of earlier ones modulo `PRIME`."""
    return independent_columns((matrix.T % PRIME).astype(float), PRIME)


def independent_columns(matrix: np.ndarray, prime: int) -> list[int]:
    """The columns that are not combinations of earlier ones, by elimination modulo the prime.

    Args:
        matrix: (rows, columns), of float64 integers in [0, prime); overwritten.
        prime: at most 2^20.
    """
    return _eliminate(matrix, 0, 0, matrix.shape[1], prime)


def _eliminate(matrix: np.ndarray, row: int, start: int, stop: int, prime: int) -> list[int]:
    """The pivots of columns start..stop, which are brought to the form L U in place, exchanging rows from `row` on.
    Halves are joined by products of blocks."""
    if stop - start <= _LEAF:
        pivots: list[int] = []
        for column in range(start, stop):
            if _pivot(matrix, row + len(pivots), column, stop, prime):
                pivots.append(column)
        return pivots
    middle = (start + stop) // 2
    left = _eliminate(matrix, row, start, middle, prime)
    below = row + len(left)
    _solve_unit_lower(matrix, row, left, slice(middle, stop), prime)
    _subtract_product(matrix, slice(below, None), left, slice(row, below), slice(middle, stop), prime)
    return left + _eliminate(matrix, below, middle, stop, prime)


def _solve_unit_lower(matrix: np.ndarray, row: int, pivots: list[int], columns: slice, prime: int) -> None:
    """Replace some columns of the rows from `row` on, as many as there are pivots, by L^-1 times them, L the unit lower
    triangle below the pivots."""
    if len(pivots) <= 1:
        return
    half = len(pivots) // 2
    middle, stop = row + half, row + len(pivots)
    _solve_unit_lower(matrix, row, pivots[:half], columns, prime)
    _subtract_product(matrix, slice(middle, stop), pivots[:half], slice(row, middle), columns, prime)
    _solve_unit_lower(matrix, middle, pivots[half:], columns, prime)


def _subtract_product(
    matrix: np.ndarray, rows: slice, pivots: list[int], pivot_rows: slice, columns: slice, prime: int
) -> None:
    for start in range(0, len(pivots), _EXACT):
        some = pivots[start : start + _EXACT]
        first = pivot_rows.start + start
        side_by_side = some[-1] - some[0] == len(some) - 1
        left = matrix[rows, some[0] : some[-1] + 1] if side_by_side else matrix[rows, some]
        product = left @ matrix[first : first + len(some), columns]
        matrix[rows, columns] = _reduced(matrix[rows, columns] - product, prime)


def _pivot(matrix: np.ndarray, row: int, column: int, stop: int, prime: int) -> bool:
    """One step of elimination in the columns column..stop; False where the column has no pivot."""
    nonzero = np.flatnonzero(matrix[row:, column])
    if not len(nonzero):
        return False
    found = row + int(nonzero[0])
    if found != row:
        matrix[[row, found]] = matrix[[found, row]]
    inverse = pow(int(matrix[row, column]), -1, prime)
    matrix[row + 1 :, column] = _reduced(matrix[row + 1 :, column] * inverse, prime)
    _subtract_product(matrix, slice(row + 1, None), [column], slice(row, row + 1), slice(column + 1, stop), prime)
    return True


def _reduced(values: np.ndarray, prime: int) -> np.ndarray:
    """Residues in [0, prime) of float64 integers below 2^53 in modulus."""
    rest = np.floor(values * (1 / prime))
    rest *= -prime
    rest += values
    np.add(rest, prime, out=rest, where=rest < 0)
    np.subtract(rest, prime, out=rest, where=rest >= prime)
    return rest
