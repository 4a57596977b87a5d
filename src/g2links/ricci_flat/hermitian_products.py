"""Products of many rows with one Hermitian matrix, in half the arithmetic of general matrix products.

A Hermitian matrix is twice the Hermitian part of a triangle, and a sum of r† r is known by its triangle: BLAS has both
products (TRMM, SYRK), of which NumPy calls neither. They are real ones of twice the size, of the real and the imaginary
parts in turn: as many operations as complex ones, which BLAS does up to twice as fast.
"""

import numpy as np
from scipy.linalg import blas

_BLOCK = 1000
"""Rows of one product: a block and its image stay in the cache, below 4 MB for 200 sections."""
_MANY = 32_000
"""Rows that are brought to double precision at once."""
_LEAST = 1e-10
"""Of the largest eigenvalue: directions are stretched by 1e5 at most, the most that single precision carries."""


def hermitian_forms(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """r δ r† of every row.

    Args:
        rows: (m, N) complex64, C-contiguous.
        matrix: (N, N) Hermitian δ.

    Returns:
        (m,) float32.
    """
    count = rows.shape[1]
    both = np.empty((count, 2, count, 2), dtype=np.float32)
    both[:, 0, :, 0] = both[:, 1, :, 1] = matrix.real
    both[:, 0, :, 1], both[:, 1, :, 0] = matrix.imag, -matrix.imag
    triangle = np.triu(both.reshape(2 * count, 2 * count))
    triangle[np.diag_indices_from(triangle)] *= 0.5
    triangle, real = np.asfortranarray(triangle), rows.view(np.float32)
    values = np.empty(len(rows), dtype=np.float32)
    for i in range(0, len(rows), _BLOCK):
        block = real[i : i + _BLOCK]
        half = blas.strmm(2.0, triangle, block.T, trans_a=1).T
        np.einsum("mi,mi->m", half, block, out=values[i : i + _BLOCK])
    return values


def weighted_gram(rows: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Σ f r† r over all rows.

    Args:
        rows: (m, N) complex64, C-contiguous.
        factors: (m,) float32 f, of either sign.

    Returns:
        (N, N) complex64, Hermitian.
    """
    count, real = rows.shape[1], rows.view(np.float32)
    total = np.zeros((2 * count, 2 * count), dtype=np.float32, order="F")
    roots = np.sqrt(np.abs(factors))[:, None]
    for i in range(0, len(rows), _BLOCK):
        block, sign = real[i : i + _BLOCK] * roots[i : i + _BLOCK], factors[i : i + _BLOCK]
        for alpha, kept in ((1.0, sign > 0), (-1.0, sign < 0)):
            total = blas.ssyrk(alpha, block[kept].T, beta=1.0, c=total, overwrite_c=True)
    whole = (total + np.triu(total, 1).T).reshape(count, 2, count, 2)
    re, im = whole[:, 0, :, 0] + whole[:, 1, :, 1], whole[:, 0, :, 1] - whole[:, 1, :, 0]
    return np.asarray(re + 1j * im)


def gram(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σ w r† r over all rows (m, N), in double precision; w (m,) is positive."""
    total = np.zeros((rows.shape[1],) * 2, dtype=np.complex128)
    for i in range(0, len(rows), _MANY):
        block = rows[i : i + _MANY].astype(np.complex128)
        total += (block.conj().T * weights[i : i + _MANY]) @ block
    return total


def inverse_root(total: np.ndarray) -> np.ndarray:
    """The positive A with A† M A = 1 for the positive M (N, N); directions in which M is small are stretched by 1e5 at
    most, relative to the others."""
    values, vectors = np.linalg.eigh(total)
    return np.asarray((vectors / np.sqrt(np.maximum(values, _LEAST * values[-1]))) @ vectors.conj().T)


def orthonormaliser(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The positive (N, N) A with Σ w (rA)† rA = 1, in double precision, as `inverse_root` takes it.

    Args:
        rows: (m, N).
        weights: (m,) positive w.
    """
    return inverse_root(gram(rows, weights))
