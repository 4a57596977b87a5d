"""Algebra over a prime field: exact, so that a choice of basis is the same on every machine."""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from g2links.varieties.polynomial import Polynomial

PRIME = 8161
"""A prime that is 1 modulo 4, so that it has a square root of -1; so small that all its elements can be tried as a root
of an equation, and that matrix products in floating point are exact."""

_BLOCK = 128


def square_root_of_minus_one() -> int:
    """I with I² = -1."""
    for a in range(2, 100):
        if pow(a, (PRIME - 1) // 2, PRIME) == PRIME - 1:
            return pow(a, (PRIME - 1) // 4, PRIME)
    raise AssertionError("a prime has small quadratic non-residues")


def image(value: complex, imaginary: int) -> int:
    """The image of a + bi, i going to `imaginary`; floating-point numbers are fractions with a power of 2 below."""
    parts = [Fraction(part) for part in (value.real, value.imag)]
    re, im = (part.numerator * pow(part.denominator, PRIME - 2, PRIME) for part in parts)
    return (re + im * imaginary) % PRIME


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
    """The rows of an integer matrix that are not combinations of earlier ones."""
    reduced = np.zeros((0, matrix.shape[1]), dtype=np.int64)
    pivots: list[int] = []
    chosen: list[int] = []
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK] % PRIME
        rest = (block - _product(block[:, pivots], reduced)) % PRIME
        rows, new = _eliminate(rest)
        reduced = np.vstack([(reduced - _product(reduced[:, new], rest[rows])) % PRIME, rest[rows]])
        pivots += new
        chosen += [start + row for row in rows]
    return chosen


def _eliminate(rest: np.ndarray) -> tuple[list[int], list[int]]:
    """Gauss and Jordan's elimination in place: the rows that are independent, and the columns of their pivots."""
    rows: list[int] = []
    pivots: list[int] = []
    for i in range(len(rest)):
        where = np.flatnonzero(rest[i])
        if where.size:
            pivot = int(where[0])
            rest[i] = rest[i] * pow(int(rest[i, pivot]), PRIME - 2, PRIME) % PRIME
            others = np.flatnonzero(rest[:, pivot])
            others = others[others != i]
            rest[others] = (rest[others] - rest[others, pivot, None] * rest[i]) % PRIME
            rows.append(i)
            pivots.append(pivot)
    return rows, pivots


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b, exact: sums of fewer than 2^53 / PRIME² products are whole numbers in floating point."""
    return (a.astype(float) @ b.astype(float)).astype(np.int64)
