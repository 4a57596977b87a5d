"""A proof that the derivatives of f have no common zero but 0, by exact arithmetic modulo a prime.

f is quasi-smooth exactly if its Jacobian ideal J contains a power of every variable, and then J contains every monomial
of degree above the socle degree Σ (d - 2w_i) = (N - 2) d of the Milnor algebra. Degree by degree this is the rank of a
matrix (Macaulay): its rows are the multiples z^m ∂_j f, its columns the monomials. Floating-point coefficients are
exact dyadic (Gaussian) numbers, which have images modulo a prime p = 1 mod 4. Full rank modulo p is full rank over the
complex numbers: a proof, for the coefficients as stored. The matrix splits into blocks by the phase symmetries of f,
of which only those that contain a pure power z_i^N matter; for Dwork's family they are tiny.
"""

from typing import NamedTuple

import numpy as np

from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomial_count
from g2links.varieties.smooth.finite_field import image, independent_columns, large_primes, square_root_of_minus_one
from g2links.varieties.symmetry import exponent_lattice, residues

_LARGEST_BLOCK = 5000
"""Columns of a matrix whose exact rank is taken: a minute."""
_MOST_MONOMIALS = 200_000
"""Of a degree, that are listed at all."""
_PRIMES = 3
"""That are tried: a rank that is full modulo one of them is full."""


class JacobianRank(NamedTuple):
    """One block of the matrix.

    Attributes:
        variable: i of the pure power z_i^N in it.
        degree: w_i N, above that of the socle.
        columns: the monomials of the block.
        full: whether the rank is the number of columns, modulo some prime.
    """

    variable: int
    degree: int
    columns: int
    full: bool


def jacobian_ranks(polynomial: Polynomial) -> list[JacobianRank] | None:
    """The blocks of the variables (one for those that share it), up to the first that is not of full rank modulo three
    primes: then f is singular, up to a chance of about 1e-9. None where a block has more than 5,000 columns."""
    ranks: list[JacobianRank] = []
    proved: set[tuple[int, ...]] = set()
    for i in range(polynomial.variables):
        if _pure_power(polynomial, i) in proved:
            continue
        block = _block(polynomial, i)
        if block is None:
            return None
        columns, rows = block
        full = _is_full(polynomial, columns, _macaulay(polynomial, rows), 1) or _is_full(
            polynomial, columns, rows, _PRIMES
        )
        ranks.append(JacobianRank(i, int(columns[0] @ np.array(polynomial.weights)), len(columns), full))
        if not full:
            break
        proved |= set(map(tuple, columns.tolist()))
    return ranks


def _macaulay(polynomial: Polynomial, rows: list[np.ndarray]) -> list[np.ndarray]:
    """As many multipliers as columns, for weights 1: of ∂_j f those without z_i^{d-1} for all i < j, with which the
    matrix is Macaulay's, whose determinant the resultant divides. Where f has all pure powers it is seldom singular,
    and it has half of the rows."""
    power = polynomial.degree - 1
    return [table[np.all(table[:, :j] < power, axis=1)] for j, table in enumerate(rows)]


def _is_full(polynomial: Polynomial, columns: np.ndarray, rows: list[np.ndarray], primes: int) -> bool:
    """Whether the rank is the number of columns, modulo one of so many primes."""
    return sum(map(len, rows)) >= len(columns) and any(
        len(independent_columns(_matrix(polynomial, columns, rows, prime), prime)) == len(columns)
        for prime in large_primes(primes)
    )


def _pure_power(polynomial: Polynomial, i: int) -> tuple[int, ...]:
    """The exponents of z_i^N with the smallest degree above that of the socle."""
    power = (polynomial.variables - 2) * polynomial.degree // polynomial.weights[i] + 1
    return tuple(power * int(j == i) for j in range(polynomial.variables))


def _block(polynomial: Polynomial, i: int) -> tuple[np.ndarray, list[np.ndarray]] | None:
    """The monomials of the block of z_i^N, and for each j the multipliers m of ∂_j f in it; None if too many."""
    weights, d = polynomial.weights, polynomial.degree
    target = np.array([_pure_power(polynomial, i)])
    degree = int(target[0] @ np.array(weights))
    if monomial_count(weights, degree) > _MOST_MONOMIALS:
        return None
    lattice = exponent_lattice(polynomial)
    target = residues(lattice, target)

    def in_class(table: np.ndarray, shift: np.ndarray) -> np.ndarray:
        return table[np.all(residues(lattice, table + shift) == target, axis=1)]

    columns = in_class(exponents_of_degree(weights, degree), np.zeros(polynomial.variables, dtype=np.int64))
    if len(columns) > _LARGEST_BLOCK:
        return None
    unit = np.eye(polynomial.variables, dtype=np.int64)
    rows = [
        in_class(exponents_of_degree(weights, degree - d + weights[j]), polynomial.exponents[0] - unit[j])
        for j in range(polynomial.variables)
    ]
    return columns, rows


def _matrix(polynomial: Polynomial, columns: np.ndarray, rows: list[np.ndarray], prime: int) -> np.ndarray:
    """z^m ∂_j f in the monomials of the block, modulo the prime, as exact float64 integers."""
    place = (int(columns.max(initial=0)) + 2) ** np.arange(polynomial.variables)
    codes = columns @ place
    order = np.argsort(codes)
    root = square_root_of_minus_one(prime)
    blocks = []
    for j, multipliers in enumerate(rows):
        block = np.zeros((len(multipliers), len(columns)))
        for coefficient, exponents in polynomial.terms:
            if exponents[j] and len(multipliers):
                shift = np.array(exponents) - np.eye(polynomial.variables, dtype=np.int64)[j]
                found = order[np.searchsorted(codes[order], (multipliers + shift) @ place)]
                block[np.arange(len(multipliers)), found] = exponents[j] * image(coefficient, root, prime) % prime
        blocks.append(block)
    return np.concatenate(blocks)
