"""How a form is stored: its components at the strictly increasing multi-indices, in lexicographic order.

For R^7 a 3-form is 35 numbers, beginning with the components at (0,1,2), (0,1,3), ... A symmetric matrix is
stored as its upper triangle, row by row. Index tables are NumPy constants, built on first use and read-only.
"""

import functools
import itertools
import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Inexact

from g2links._typing import Array, Form, Matrix, PackedMatrix
from g2links.errors import InputError


def dimension(n: int, p: int) -> int:
    """The number of components of a p-form on R^n, C(n, p); 0 when p > n, where every form is zero.

    Raises:
        InputError: if n or p is negative.
    """
    if n < 0:
        raise InputError("n", n, "the dimension of the space must be at least 0")
    if p < 0:
        raise InputError("p", p, "the degree of a form must be at least 0")
    return math.comb(n, p)


def symmetric_dimension(n: int) -> int:
    """The number of components of a symmetric (n, n) matrix, n (n + 1)/2."""
    return n * (n + 1) // 2


@functools.cache
def multi_indices(n: int, p: int) -> np.ndarray:
    """The increasing multi-indices of length p from range(n), lexicographic: shape (C(n, p), p),
    read-only.
    """
    rows = list(itertools.combinations(range(n), p))
    table = np.array(rows, dtype=np.intp).reshape(dimension(n, p), p)
    table.setflags(write=False)
    return table


def permutation_sign(seq: Sequence[int]) -> int:
    """The sign (+1 or -1) of the permutation that sorts `seq`; 0 if an entry is repeated."""
    pairs = list(itertools.combinations(seq, 2))
    if any(i == j for i, j in pairs):
        return 0
    return -1 if sum(i > j for i, j in pairs) % 2 else 1


def check_form(field: str, packed: Form, n: int, p: int) -> None:
    """Refuse an array that is not one packed p-form on R^n.

    Raises:
        InputError: naming `field`, if the shape of `packed` is not (C(n, p),).
    """
    expected = (dimension(n, p),)
    if jnp.shape(packed) != expected:
        raise InputError(
            field,
            f"an array of shape {jnp.shape(packed)}",
            f"a {p}-form at one point of R^{n} has shape {expected}; use jax.vmap over many points",
        )


def pack(full: Inexact[Array, "..."], p: int) -> Form:
    """The packed components of an antisymmetric tensor.

    Args:
        full: shape (n,) * p, taken to be antisymmetric: only the entries at increasing multi-indices are
            read.
        p: its degree.

    Returns:
        Shape (C(n, p),).

    Raises:
        InputError: if `full` has not p equal axes.
    """
    shape = jnp.shape(full)
    if p < 0 or len(shape) != p or len(set(shape)) > 1:
        raise InputError("full", f"an array of shape {shape}", f"a tensor of degree {p} has {p} equal axes")
    if p == 0:
        return jnp.reshape(full, (1,))
    return full[tuple(multi_indices(shape[0], p).T)]


@functools.cache
def _unpack_table(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    """For every entry of the full tensor, its packed component and its sign (0 where an index repeats)."""
    component, sign = np.zeros((n,) * p, dtype=np.intp), np.zeros((n,) * p)
    for order in itertools.permutations(range(p)):
        at = (*multi_indices(n, p)[:, list(order)].T,) if p else np.newaxis
        component[at], sign[at] = np.arange(dimension(n, p)), permutation_sign(order)
    component.setflags(write=False)
    sign.setflags(write=False)
    return component, sign


def unpack(packed: Form, n: int, p: int) -> Inexact[Array, "..."]:
    """The full antisymmetric tensor, shape (n,) * p, of a packed p-form; the inverse of `pack`.

    Raises:
        InputError: if `packed` is not a p-form on R^n.
    """
    check_form("packed", packed, n, p)
    if p > n:
        return jnp.zeros((n,) * p, dtype=packed.dtype)
    component, sign = _unpack_table(n, p)
    return packed[component] * sign.astype(packed.dtype)


def pack_symmetric(m: Matrix) -> PackedMatrix:
    """The upper triangle of a symmetric (n, n) matrix, row by row, shape (n (n + 1) / 2,).

    Raises:
        InputError: if `m` is not square.
    """
    shape = jnp.shape(m)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise InputError("m", f"an array of shape {shape}", "one square matrix is needed")
    return m[np.triu_indices(shape[0])]


def unpack_symmetric(v: PackedMatrix, n: int) -> Matrix:
    """The symmetric (n, n) matrix of its packed upper triangle; the inverse of `pack_symmetric`.

    Raises:
        InputError: if `v` has not n (n + 1) / 2 entries.
    """
    expected = (n * (n + 1) // 2,)
    if jnp.shape(v) != expected:
        raise InputError("v", f"an array of shape {jnp.shape(v)}", f"a symmetric {n} by {n} matrix packs to {expected}")
    return v[_symmetric_table(n)]


@functools.cache
def _symmetric_table(n: int) -> np.ndarray:
    table = np.zeros((n, n), dtype=np.intp)
    rows, columns = np.triu_indices(n)
    table[rows, columns] = table[columns, rows] = np.arange(len(rows))
    table.setflags(write=False)
    return table
