"""Products of many rows with one Hermitian matrix, in half the arithmetic of general matrix products.

A Hermitian matrix is twice the Hermitian part of a triangle, and a sum of r† r is known by its triangle: BLAS has both
products (TRMM, HERK), of which NumPy calls neither.
"""

import numpy as np
from scipy.linalg import blas

_BLOCK = 32_000
"""Rows of one product: a block and its image stay below 100 MB for 200 sections."""
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
    triangle = np.triu(matrix).astype(np.complex64)
    triangle[np.diag_indices_from(triangle)] *= 0.5
    triangle = np.asfortranarray(triangle)
    values = np.empty(len(rows), dtype=np.float32)
    for i in range(0, len(rows), _BLOCK):
        block = rows[i : i + _BLOCK]
        half = blas.ctrmm(2.0, triangle, block.T, trans_a=1).T
        np.einsum("mi,mi->m", half.view(np.float32), block.view(np.float32), out=values[i : i + _BLOCK])
    return values


def weighted_gram(rows: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Σ f r† r over all rows.

    Args:
        rows: (m, N) complex64, C-contiguous.
        factors: (m,) float32 f, of either sign.

    Returns:
        (N, N) complex64, Hermitian.
    """
    total = np.zeros((rows.shape[1],) * 2, dtype=np.complex64, order="F")
    roots = np.sqrt(np.abs(factors))[:, None]
    for i in range(0, len(rows), _BLOCK):
        block, root, sign = (column[i : i + _BLOCK] for column in (rows, roots, factors))
        for alpha, kept in ((1.0, sign > 0), (-1.0, sign < 0)):
            scaled = block[kept]
            scaled *= root[kept]
            total = blas.cherk(alpha, scaled.T, beta=1.0, c=total, overwrite_c=True)
    upper = np.triu(total, 1)
    return np.asarray((upper + upper.conj().T + np.diag(np.diag(total).real)).conj())


def gram(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σ w r† r over all rows (m, N), in double precision; w (m,) is positive."""
    total = np.zeros((rows.shape[1],) * 2, dtype=np.complex128)
    for i in range(0, len(rows), _BLOCK):
        block = rows[i : i + _BLOCK].astype(np.complex128)
        total += (block.conj().T * weights[i : i + _BLOCK]) @ block
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
