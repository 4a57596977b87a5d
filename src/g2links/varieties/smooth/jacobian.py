"""A proof that the derivatives of f have no common zero but 0, by exact arithmetic modulo a prime.

f is quasi-smooth exactly if its Jacobian ideal J contains a power of every variable, and then J contains every monomial
of degree above the socle degree Σ (d - 2w_i) = (N - 2) d of the Milnor algebra. Degree by degree this is the rank of a
matrix (Macaulay): its rows are the multiples z^m ∂_j f, its columns the monomials. Floating-point coefficients are
exact dyadic (Gaussian) numbers, which have images modulo a prime p = 1 mod 4. Full rank modulo p is full rank over the
complex numbers: a proof, for the coefficients as stored. The matrix splits into blocks by the phase symmetries of f,
of which only those that contain a pure power z_i^N matter; for Dwork's family they are tiny.
"""

import math
from typing import NamedTuple

import numpy as np

from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomial_count
from g2links.varieties.symmetry import exponent_lattice, residues

_LARGEST_BLOCK = 5000
_MOST_MONOMIALS = 200_000
_PRIMES = 3
_BELOW = 2**20
_LEAF = 8


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
        full = any(
            _has_full_column_rank(_matrix(polynomial, columns, rows, prime), prime) for prime in _primes(_PRIMES)
        )
        ranks.append(JacobianRank(i, int(columns[0] @ np.array(polynomial.weights)), len(columns), full))
        if not full:
            break
        proved |= set(map(tuple, columns.tolist()))
    return ranks


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
    root = _square_root_of_minus_one(prime)
    blocks = []
    for j, multipliers in enumerate(rows):
        block = np.zeros((len(multipliers), len(columns)))
        for coefficient, exponents in polynomial.terms:
            if exponents[j] and len(multipliers):
                shift = np.array(exponents) - np.eye(polynomial.variables, dtype=np.int64)[j]
                found = order[np.searchsorted(codes[order], (multipliers + shift) @ place)]
                block[np.arange(len(multipliers)), found] = exponents[j] * _image(coefficient, prime, root) % prime
        blocks.append(block)
    return np.concatenate(blocks)


def _image(value: complex, prime: int, root: int) -> int:
    """The image of a dyadic Gaussian number modulo the prime, with i -> root."""
    parts = []
    for part in (value.real, value.imag):
        numerator, denominator = part.as_integer_ratio()
        parts.append(numerator * pow(denominator, -1, prime))
    return (parts[0] + root * parts[1]) % prime


def _primes(count: int) -> list[int]:
    """The largest primes p = 1 mod 4 below 2^20: sums of 8,192 products of residues are exact in float64."""
    found: list[int] = []
    candidate = _BELOW - 3
    while len(found) < count:
        if all(candidate % q for q in range(3, math.isqrt(candidate) + 1, 2)):
            found.append(candidate)
        candidate -= 4
    return found


def _square_root_of_minus_one(prime: int) -> int:
    for base in range(2, prime):
        root = pow(base, (prime - 1) // 4, prime)
        if root * root % prime == prime - 1:
            return root
    raise AssertionError(f"{prime} is not a prime of the form 4k + 1")


def _has_full_column_rank(matrix: np.ndarray, prime: int) -> bool:
    """By elimination modulo the prime; `matrix` (rows, columns), of float64 integers in [0, prime), is overwritten."""
    return len(matrix) >= matrix.shape[1] and _eliminate(matrix, 0, matrix.shape[1], prime)


def _eliminate(matrix: np.ndarray, start: int, stop: int, prime: int) -> bool:
    """Bring columns start..stop to the form L U in place, exchanging rows from `start` on; False if one of them depends
    on those before it. Halves are joined by products of blocks, which BLAS computes without rounding."""
    if stop - start <= _LEAF:
        return all(_pivot(matrix, k, stop, prime) for k in range(start, stop))
    middle = (start + stop) // 2
    if not _eliminate(matrix, start, middle, prime):
        return False
    _solve_unit_lower(matrix, start, middle, middle, stop, prime)
    product = matrix[middle:, start:middle] @ matrix[start:middle, middle:stop]
    matrix[middle:, middle:stop] = _reduced(matrix[middle:, middle:stop] - _reduced(product, prime), prime)
    return _eliminate(matrix, middle, stop, prime)


def _solve_unit_lower(matrix: np.ndarray, start: int, stop: int, left: int, right: int, prime: int) -> None:
    """Replace columns left..right of rows start..stop by L^-1 times them, L the unit lower triangle at start..stop."""
    if stop - start <= _LEAF:
        for k in range(start, stop - 1):
            change = np.outer(matrix[k + 1 : stop, k], matrix[k, left:right])
            matrix[k + 1 : stop, left:right] = _reduced(matrix[k + 1 : stop, left:right] - change, prime)
        return
    middle = (start + stop) // 2
    _solve_unit_lower(matrix, start, middle, left, right, prime)
    product = matrix[middle:stop, start:middle] @ matrix[start:middle, left:right]
    matrix[middle:stop, left:right] = _reduced(matrix[middle:stop, left:right] - _reduced(product, prime), prime)
    _solve_unit_lower(matrix, middle, stop, left, right, prime)


def _pivot(matrix: np.ndarray, k: int, stop: int, prime: int) -> bool:
    """One step of elimination in the columns k..stop; False where column k has no pivot."""
    nonzero = np.flatnonzero(matrix[k:, k])
    if not len(nonzero):
        return False
    row = k + int(nonzero[0])
    if row != k:
        matrix[[k, row]] = matrix[[row, k]]
    inverse = pow(int(matrix[k, k]), -1, prime)
    matrix[k + 1 :, k] = _reduced(matrix[k + 1 :, k] * inverse, prime)
    change = np.outer(matrix[k + 1 :, k], matrix[k, k + 1 : stop])
    matrix[k + 1 :, k + 1 : stop] = _reduced(matrix[k + 1 :, k + 1 : stop] - change, prime)
    return True


def _reduced(values: np.ndarray, prime: int) -> np.ndarray:
    """Residues in [0, prime) of float64 integers below 2^53 in modulus."""
    rest = values - prime * np.floor(values / prime)
    rest[rest < 0] += prime
    rest[rest >= prime] -= prime
    return rest
