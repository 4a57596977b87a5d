"""Random points of V with a known density (GEOMETRY, section 5).

A random complex line in P^4 meets the hypersurface in d points, distributed as ω_FS³/∫ω_FS³ (Shiffman and Zelditch,
math/9803052; Douglas, Karp, Lukic and Reinbacher, hep-th/0612075).
"""

from functools import partial
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array

from g2links.errors import InputError
from g2links.varieties.charts import SliceChart, embed, selector, slice_chart
from g2links.varieties.polynomial import VARIABLES, Polynomial
from g2links.varieties.residue import kahler_volume

_LINES_AT_ONCE = 20_000


class Points(NamedTuple):
    """Points of V with weights for integrals against |Ω|².

    Attributes:
        z: (n, 5) complex128, in the gauge z_one = 1.
        one, el: (n,) the canonical slice chart of each point.
        weights: (n,) positive; (1/n) Σ weights F estimates ∫_V F |h|² d⁶x, with the absolute value.
        lines: (n,) the random line that each point lies on. Points of one line are not independent: standard errors
            are taken over lines.
    """

    z: np.ndarray
    one: np.ndarray
    el: np.ndarray
    weights: np.ndarray
    lines: np.ndarray


def sample_points(polynomial: Polynomial, n: int, seed: int | np.random.SeedSequence) -> Points:
    """Draw `n` points on random lines.

    Raises:
        InputError: when n < 1, or the weights are not all 1.
    """
    if n < 1:
        raise InputError("n_points", n, "at least 1 point is needed")
    if set(polynomial.weights) != {1}:
        raise InputError("weights", polynomial.weights, "points are drawn for weights (1, 1, 1, 1, 1) only so far")
    rng = np.random.default_rng(seed)
    lines = -(-n // polynomial.degree)
    blocks = [
        _points_on_lines(polynomial, min(_LINES_AT_ONCE, lines - first), rng)
        for first in range(0, lines, _LINES_AT_ONCE)
    ]
    z, one, el = (np.concatenate(parts)[:n] for parts in zip(*blocks, strict=True))
    return Points(z, one, el, line_weights(polynomial, z), np.arange(n) // polynomial.degree)


def line_weights(polynomial: Polynomial, z: np.ndarray) -> np.ndarray:
    """The density of |Ω|² with respect to the law of points on random lines: ∫ω³/6 · |h|²/(8 det g_FS).

    On a quintic |h|²/det g_FS = |z|⁸/|∇f|², by Euler's identity z·∇f = 0.
    """
    gradient = np.asarray(_gradients(polynomial, z))
    ratio = np.sum(np.abs(z) ** 2, axis=1) ** 4 / np.sum(np.abs(gradient) ** 2, axis=1)
    return kahler_volume(polynomial) / 8 * ratio


def weighted_mean(values: np.ndarray, points: Points) -> tuple[float, float]:
    """Mean of `values` (n,) against |Ω|² and its standard error (ratio estimate over independent lines)."""
    mean = float(np.sum(points.weights * values) / np.sum(points.weights))
    deviations = np.bincount(points.lines, points.weights * (values - mean))
    return mean, float(np.sqrt(np.sum(deviations**2)) / np.sum(points.weights))


def integral(values: np.ndarray, points: Points) -> tuple[float, float]:
    """∫_V values |h|² d⁶x and its standard error, over independent lines."""
    return line_average(points.weights * values, points)


def line_average(values: np.ndarray, points: Points) -> tuple[float, float]:
    """Mean of `values` (n,) over the law of points on random lines, and its standard error over lines."""
    _, line, size = np.unique(points.lines, return_inverse=True, return_counts=True)
    per_line = np.bincount(line, values) / size
    return float(np.mean(values)), float(np.std(per_line) / np.sqrt(len(per_line)))


def effective_sample_size(weights: np.ndarray) -> float:
    """(Σw)²/(n Σw²), between 0 and 1."""
    return float(np.sum(weights) ** 2 / (len(weights) * np.sum(weights**2)))


def _points_on_lines(polynomial: Polynomial, lines: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    shape = (2, lines, VARIABLES)
    p, q = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    roots = _roots_along_lines(polynomial, p, q)
    z = (p[:, None, :] + roots[:, :, None] * q[:, None, :]).reshape(-1, VARIABLES)
    charts = _polished(polynomial, z)
    return np.asarray(charts.base), np.asarray(charts.one), np.asarray(charts.el)


@partial(jax.jit, static_argnums=0)
def _polished(polynomial: Polynomial, points: Array) -> SliceChart:
    """The canonical charts around points that lie on X up to rounding, with centres that lie on it exactly."""

    def one_point(z: Array) -> SliceChart:
        chart = slice_chart(polynomial, z)
        return chart._replace(base=embed(polynomial, chart, selector(chart.one, chart.el) @ chart.base))

    return jax.vmap(one_point)(points)


def _roots_along_lines(polynomial: Polynomial, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The d roots t of f(p + t q) = 0 for each line, as eigenvalues of companion matrices; shape (lines, d)."""
    degree = polynomial.degree
    t = np.exp(2j * np.pi * np.arange(degree + 1) / (degree + 1))
    points = p[:, None, :] + t[None, :, None] * q[:, None, :]
    values = np.asarray(_values(polynomial, points.reshape(-1, VARIABLES))).reshape(len(p), degree + 1)
    coefficients = np.fft.fft(values, axis=1) / (degree + 1)
    companion = np.zeros((len(p), degree, degree), dtype=np.complex128)
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    companion[:, :, -1] = -coefficients[:, :degree] / coefficients[:, degree:]
    return np.linalg.eigvals(companion)


@partial(jax.jit, static_argnums=0)
def _values(polynomial: Polynomial, z: Array) -> Array:
    return jax.vmap(polynomial)(z)


@partial(jax.jit, static_argnums=0)
def _gradients(polynomial: Polynomial, z: Array) -> Array:
    return jax.vmap(polynomial.gradient)(z)
