"""Inverse, determinant, definiteness and triangular factors of a small matrix, in plain JAX.

`jnp.linalg.inv`, `det` and `cholesky` call LAPACK on the CPU; two such calls in one compiled, batched
function can wait for each other for ever on a machine with two cores (seen with jaxlib 0.10.2: the Jacobian
of an inverse at 1,000 points). The loops below have no such calls and, for n about 7, cost no more.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Inexact

from g2links._typing import Array, Hermitian, InexactScalar, Matrix, SquareMatrix, Truth
from g2links.errors import InputError

_CROSS = 3
"""Where the minors of the first row are a cross product, which compiles to less."""


def as_numbers(field: str, values: Any) -> Inexact[Array, "..."]:
    """An array, or lists of numbers, as real or complex numbers: integers, of which quotients would be cut, as float64.

    Args:
        field: the name of it, for the message.
        values: an array, traced or not, or lists.

    Raises:
        InputError: for what are no numbers, or lists of different lengths.
    """
    try:
        array = jnp.asarray(values)
    except (TypeError, ValueError) as error:
        raise InputError(field, values, f"an array of numbers ({error})") from error
    return array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(float)


@jax.custom_jvp
@jax.jit
def inverse_and_determinant(matrix: SquareMatrix) -> tuple[SquareMatrix, InexactScalar]:
    """The inverse (n, n) and the determinant of a square matrix.

    By Gauss-Jordan elimination with partial pivoting. Real or complex, of any signature. Where the matrix is
    singular the determinant is 0 and the inverse not finite. Derivatives of every order are exact (they use d
    A^-1 = -A^-1 dA A^-1), forward and reverse.
    """
    matrix = as_numbers("matrix", matrix)
    n = matrix.shape[0]
    rows = jnp.arange(n)

    def eliminate(k: jax.Array, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        work, determinant = state
        column = jnp.where(rows >= k, jnp.abs(work[:, k]), -1.0)
        pivot = jnp.argmax(column)
        pivot_row, moved_row = work[pivot], work[k]
        value = pivot_row[k]
        work = jnp.where((rows == pivot)[:, None], moved_row[None], work)
        scaled = pivot_row / value
        work = jnp.where((rows == k)[:, None], scaled[None], work - jnp.outer(work[:, k], scaled))
        signed = jnp.where(pivot == k, value, -value)
        return work, jnp.where(determinant == 0, determinant, determinant * signed)

    start = jnp.concatenate([matrix, jnp.eye(n, dtype=matrix.dtype)], axis=1)
    work, determinant = jax.lax.fori_loop(0, n, eliminate, (start, jnp.ones((), matrix.dtype)))
    return work[:, n:], jnp.where(jnp.all(jnp.isfinite(matrix)), determinant, jnp.nan)


@inverse_and_determinant.defjvp
def _inverse_and_determinant_jvp(
    primals: tuple[Array], tangents: tuple[Array]
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    (matrix,), (change,) = primals, tangents
    inverse, determinant = inverse_and_determinant(matrix)
    relative = inverse @ change
    return (inverse, determinant), (-relative @ inverse, determinant * jnp.trace(relative))


def inverse(matrix: SquareMatrix) -> SquareMatrix:
    """The inverse of a square matrix, shape (n, n); not finite where it is singular."""
    return inverse_and_determinant(matrix)[0]


def determinant(matrix: SquareMatrix) -> InexactScalar:
    """The determinant of a square matrix; its derivative is finite only where the matrix is invertible."""
    return inverse_and_determinant(matrix)[1]


def small_determinant(matrix: SquareMatrix) -> InexactScalar:
    """The determinant of a matrix of at most about four rows by expansion along the first row, real or complex: exact
    to rounding, without a division, so that its derivatives are finite where the matrix is singular too."""
    n = matrix.shape[0]
    if n == 1:
        return matrix[0, 0]
    if n == _CROSS:
        return jnp.sum(matrix[0] * jnp.cross(matrix[1], matrix[2]))
    columns = np.arange(n)
    minors = [small_determinant(matrix[1:, columns[columns != k]]) for k in range(n)]
    return jnp.sum(matrix[0] * jnp.stack(minors) * (-1.0) ** columns)


def small_inverse(matrix: SquareMatrix) -> SquareMatrix:
    """The inverse of a matrix of at most about four rows by cofactors; see `small_determinant`."""
    n = matrix.shape[0]
    if n == 1:
        return 1 / matrix
    if n == _CROSS:
        rows = [jnp.cross(matrix[(i + 1) % n], matrix[(i + 2) % n]) for i in range(n)]
        cofactors = jnp.stack(rows)
    else:
        rest = [np.delete(np.arange(n), k) for k in range(n)]
        cofactors = jnp.stack(
            [
                jnp.stack([(-1.0) ** (i + k) * small_determinant(matrix[rest[i]][:, rest[k]]) for k in range(n)])
                for i in range(n)
            ]
        )
    return cofactors.T / jnp.sum(matrix[0] * cofactors[0])


@jax.jit
def is_positive_definite(matrix: Matrix) -> Truth:
    """Whether a symmetric matrix is positive definite: a boolean scalar, False where an entry is not finite.

    Sylvester's criterion, as the signs of the pivots of elimination without exchanges.
    """
    matrix = as_numbers("matrix", matrix)
    n = matrix.shape[0]

    def eliminate(k: jax.Array, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        work, positive = state
        pivot = work[k, k]
        shares = jnp.where(jnp.arange(n) > k, work[:, k] / pivot, 0.0)
        return work - jnp.outer(shares, work[k]), positive & (pivot > 0)

    start = (matrix, jnp.all(jnp.isfinite(matrix)))
    return jax.lax.fori_loop(0, n, eliminate, start)[1]


def cholesky(matrix: Matrix) -> Matrix:
    """The lower triangular L (n, n) with L Lᵀ = matrix, real; nan where the matrix is not positive definite."""
    n = len(matrix)
    rows: list[list[Array]] = []
    for i in range(n):
        row: list[Array] = []
        for j in range(i):
            row.append((matrix[i, j] - sum(row[k] * rows[j][k] for k in range(j))) / rows[j][j])
        row.append(jnp.sqrt(matrix[i, i] - sum(entry * entry for entry in row)))
        rows.append(row)
    zero = jnp.zeros((), dtype=matrix.dtype)
    return jnp.stack([jnp.stack(row + [zero] * (n - len(row))) for row in rows])


def inverse_cholesky(g: Hermitian) -> Hermitian:
    """The lower triangular inverse of L, g = L L† (n, n), by Gram and Schmidt's method: its rows u are orthonormal for
    u g u†. nan where g is not positive definite."""
    rows: list[Array] = []
    for row in jnp.eye(len(g), dtype=g.dtype):
        for done in rows:
            row = row - (row @ g @ done.conj()) * done
        rows.append(row / jnp.sqrt((row @ g @ row.conj()).real))
    return jnp.stack(rows)
