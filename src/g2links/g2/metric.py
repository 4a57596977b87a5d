"""The metric, orientation and Hodge dual that a 3-form on a 7-manifold determines.

B_ij = (1/24) eps^{abcdefg} phi_iab phi_jcd phi_efg, that is (e_i | phi) ^ (e_j | phi) ^ phi = B_ij
dx^1...dx^7 with e_i | phi the interior product, equals 6 g_ij vol (Bryant, math/0305124, section 2). Hence
det B = 6^7 v^9 with v the signed volume density, and g = B / (6 v).
"""

import functools
import itertools
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Form, Matrix, Scalar, Truth
from g2links.forms import hodge_star, multi_indices, permutation_sign, unpack_symmetric
from g2links.forms._sums import sum_terms, take
from g2links.forms.basis import check_form
from g2links.forms.linear import determinant, is_positive_definite


def induced_metric(phi: Form) -> Matrix:
    """The metric g = 6^(-2/9) det(B)^(-1/9) B of a 3-form on R^7, with the real ninth root.

    So phi and -phi have the same metric, c phi has c^(2/3) times it, and the result is finite wherever det B
    is not 0. It is positive definite exactly where phi is positive (`is_positive`), and of signature (3, 4)
    on the other open orbit.

    Args:
        phi: a packed 3-form, shape (35,).

    Returns:
        Shape (7, 7), symmetric.

    Raises:
        InputError: if the shape is not (35,).
    """
    b = _bilinear_form(phi)
    return b / (6.0 * _density(b))


def orientation(phi: Form) -> Scalar:
    """The sign of det B: +1.0 if phi orients R^7 by dx^1 ^ ... ^ dx^7, -1.0 if by its opposite, 0.0 if
    neither.

    Raises:
        InputError: if the shape is not (35,).
    """
    return jnp.sign(volume(phi))


def volume(phi: Form) -> Scalar:
    """The coefficient of vol_phi at dx^1 ^ ... ^ dx^7, orientation(phi) sqrt|det g| = (det B / 6^7)^(1/9).

    Raises:
        InputError: if the shape is not (35,).
    """
    return _density(_bilinear_form(phi))


def is_positive(phi: Form) -> Truth:
    """Whether phi is a G2-structure, i.e. g is positive definite: a boolean, False where g is not finite.

    Raises:
        InputError: if the shape is not (35,).
    """
    return is_positive_definite(induced_metric(phi))


def star_phi(phi: Form) -> Form:
    """psi = *_phi phi, the Hodge dual of phi in its own metric and orientation, shape (35,).

    Defined wherever det B is not 0; there 3 d(volume) = psi ^ d(phi), which the tests use as an independent
    route.

    Raises:
        InputError: if the shape is not (35,).
    """
    b = _bilinear_form(phi)
    density = _density(b)
    return hodge_star(phi, b / (6.0 * density), p=3, orientation=jnp.sign(density))


def _density(b: Matrix) -> Scalar:
    """v with det B = 6^7 v^9, by the real root."""
    return jnp.cbrt(jnp.cbrt(determinant(b) / 6.0**7))


@jax.jit
def _bilinear_form(phi: Form) -> Matrix:
    """B of the module's docstring, a cubic in phi, shape (7, 7)."""
    check_form("phi", phi, 7, 3)
    packed = sum_terms(lambda i, j, k, c: c * take(phi, i) * take(phi, j) * take(phi, k), *_cubic_table())
    return unpack_symmetric(packed, 7)


@functools.cache
def _cubic_table() -> tuple[np.ndarray, ...]:
    """(first, second, third, coefficient), each (30, 28): the monomials of the upper triangle of B."""
    entries = [_cubic_entry(i, j) for i, j in itertools.combinations_with_replacement(range(7), 2)]
    length = max(map(len, entries))
    padded = [[*entry.items(), *[((0, 0, 0), 0)] * (length - len(entry))] for entry in entries]
    indices = np.array([[monomial for monomial, _ in row] for row in padded], np.intp)
    coefficient = np.array([[float(c) for _, c in row] for row in padded])
    return (*np.moveaxis(indices, (0, 1, 2), (2, 1, 0)), coefficient.T)


def _cubic_entry(i: int, j: int) -> dict[tuple[int, ...], int]:
    """B_ij as {monomial: coefficient}: the sum over all splittings of the seven indices into 2 + 2 + 3."""
    total: Counter[tuple[int, ...]] = Counter()
    for ab, cd in itertools.permutations(itertools.combinations(range(7), 2), 2):
        efg = tuple(k for k in range(7) if k not in ab + cd)
        factors = [(i, *ab), (j, *cd), efg]
        sign = permutation_sign(ab + cd + efg) * permutation_sign((i, *ab)) * permutation_sign((j, *cd))
        if sign:
            total[tuple(sorted(_places()[tuple(sorted(f))] for f in factors))] += sign
    return {monomial: c for monomial, c in total.items() if c}


@functools.cache
def _places() -> dict[tuple[int, ...], int]:
    return {tuple(row): k for k, row in enumerate(multi_indices(7, 3).tolist())}
