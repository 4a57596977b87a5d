"""Points of a hypersurface of weights 1 on random complex lines of P^{N-1} (GEOMETRY, section 5).

Such a line meets the hypersurface in d points, distributed as ω_FS^n/∫ω_FS^n (Shiffman and Zelditch, math/9803052;
Douglas, Karp, Lukic and Reinbacher, hep-th/0612075).
"""

from functools import partial

import jax
import numpy as np

from g2links._typing import Array
from g2links.varieties.points.roots import all_roots
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import kahler_volume, volume_factor
from g2links.varieties.variety import AbstractVariety

_LINES_AT_ONCE = 20_000
"""So that memory is bounded: 100,000 roots."""


def draw(polynomial: Polynomial, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` points on random lines, (n, N); the d points of a line are adjacent."""
    lines = -(-n // polynomial.degree)
    blocks = [
        _points_on_lines(polynomial, min(_LINES_AT_ONCE, lines - first), rng)
        for first in range(0, lines, _LINES_AT_ONCE)
    ]
    return np.concatenate(blocks)[:n]


def weights(variety: AbstractVariety, z: np.ndarray) -> np.ndarray:
    """The density of |Ω|² with respect to the law of the points: ∫ω^n/n! · |h|²/(2^n det g_FS).

    Here |h|²/det g_FS = |z|^{2(n+1)}/|∇f|², by Euler's identity z·∇f = 0.
    """
    gradient = np.asarray(gradients(variety.equations[0], z))
    n = variety.dimension
    ratio = np.sum(np.abs(z) ** 2, axis=1) ** (n + 1) / np.sum(np.abs(gradient) ** 2, axis=1)
    return kahler_volume(variety) / volume_factor(n) * ratio


def _points_on_lines(polynomial: Polynomial, lines: int, rng: np.random.Generator) -> np.ndarray:
    shape = (2, lines, polynomial.variables)
    p, q = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    roots = _roots_along_lines(polynomial, p, q)
    return (p[:, None, :] + roots[:, :, None] * q[:, None, :]).reshape(-1, polynomial.variables)


def _roots_along_lines(polynomial: Polynomial, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The d roots t of f(p + t q) = 0 for each line; shape (lines, d)."""
    degree = polynomial.degree
    t = np.exp(2j * np.pi * np.arange(degree + 1) / (degree + 1))
    points = p[:, None, :] + t[None, :, None] * q[:, None, :]
    values = np.asarray(values_of(polynomial, points.reshape(-1, polynomial.variables))).reshape(len(p), degree + 1)
    return all_roots(np.arange(degree + 1), np.fft.fft(values, axis=1) / (degree + 1))


@partial(jax.jit, static_argnums=0)
def values_of(polynomial: Polynomial, z: Array) -> Array:
    """f at points (n, N)."""
    return jax.vmap(polynomial)(z)


@partial(jax.jit, static_argnums=0)
def gradients(polynomial: Polynomial, z: Array) -> Array:
    """∇f at points (n, N)."""
    return jax.vmap(polynomial.gradient)(z)
