"""Linear algebra over a prime field: exact, so that a choice of basis is the same on every machine."""

import numpy as np

PRIME = 67108837
"""The largest prime below 2^26 that is 1 modulo 4: it has a square root of -1, and 1,000 products add up in 64 bits."""


def square_root_of_minus_one() -> int:
    """I with I² = -1."""
    for a in range(2, 100):
        if pow(a, (PRIME - 1) // 2, PRIME) == PRIME - 1:
            return pow(a, (PRIME - 1) // 4, PRIME)
    raise AssertionError("a prime has small quadratic non-residues")


def from_gaussian_integer(value: complex, imaginary: int) -> int:
    """The image of a + bi with integers a and b, i going to `imaginary`."""
    return (round(value.real) + round(value.imag) * imaginary) % PRIME


def first_independent_rows(matrix: np.ndarray) -> list[int]:
    """The rows of an integer matrix (m, n), n <= 1000, that are not combinations of earlier ones."""
    n = matrix.shape[1]
    reduced = np.zeros((0, n), dtype=np.int64)
    pivots: list[int] = []
    chosen = []
    for index, row in enumerate(matrix % PRIME):
        rest = (row - row[pivots] @ reduced) % PRIME
        where = np.flatnonzero(rest)
        if not where.size:
            continue
        pivot = int(where[0])
        rest = rest * pow(int(rest[pivot]), PRIME - 2, PRIME) % PRIME
        reduced = (reduced - reduced[:, pivot, None] * rest) % PRIME
        reduced = np.vstack([reduced, rest])
        pivots.append(pivot)
        chosen.append(index)
    return chosen
