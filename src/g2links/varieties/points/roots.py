"""All roots of many polynomials of one variable with the same few powers.

Of low degree they are eigenvalues of companion matrices. Of high degree these take minutes (z0^237 + z0 z4² + ... on
the lines along z0), and the roots are found together by the iteration of Ehrlich and Aberth (Aberth, Math. Comp. 27,
1973, 339), which starts on the circles that the Newton polygon of the moduli of the coefficients gives (Bini, Numer.
Algorithms 13, 1996, 179).
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float, Int

from g2links._typing import Array, Index

_DENSE = 80
"""Up to this degree eigenvalues are as fast: 50 polynomials of degree 60 in 0.2 s against 0.8 s, of degree 100 in 1.3 s
against 0.4 s, of 237 in 41 s against 1 s."""
_ENTRIES = 2_000_000
"""Differences of roots in memory at once: 32 MB."""
_STEPS, _SMALL = 60, 1e-13
"""Of the iteration at most, and the relative size of the last of them; trinomials of degree 1,000 take 15 to 25."""
_CONVERGED = 1e-8
"""A last step that is larger is of roots that were not found: those of that row are computed as eigenvalues."""
_FIRST_ANGLE = 0.7
"""Of the starts on each circle, so that none is symmetric to the real axis."""


def all_roots(powers: Int[np.ndarray, " terms"], coefficients: Complex[np.ndarray, "n terms"]) -> np.ndarray:
    """(n, m) the roots of Σ_j coefficients[:, j] x^powers[j], in no particular order.

    Args:
        powers: increasing, from 0 to m.
        coefficients: the first and the last of each row are not 0.
    """
    n, degree = len(coefficients), int(powers[-1])
    if degree <= _DENSE:
        return _eigenvalues(powers, coefficients)
    roots = np.empty((n, degree), dtype=complex)
    rows = max(1, _ENTRIES // degree**2)
    for start in range(0, n, rows):
        block = coefficients[np.minimum(np.arange(start, start + rows), n - 1)]  # of one size, compiled once
        first = _on_circles(powers, np.log(np.maximum(np.abs(block), np.finfo(float).tiny)))
        found, steps = _aberth(tuple(powers.tolist()), jnp.asarray(block), jnp.asarray(first))
        found = np.array(found)
        wandering = ~(np.asarray(steps) < _CONVERGED) | ~np.isfinite(found).all(axis=1)
        found[wandering] = _eigenvalues(powers, block[wandering])
        roots[start : start + rows] = found[: n - start]
    return roots


def _eigenvalues(powers: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    n, degree = len(coefficients), int(powers[-1])
    companion = np.zeros((n, degree, degree), dtype=complex)
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    companion[:, powers[:-1], -1] = -coefficients[:, :-1] / coefficients[:, -1:]
    return companion[:, 0] if degree == 1 else np.linalg.eigvals(companion)


def _on_circles(powers: np.ndarray, heights: Float[np.ndarray, "n terms"]) -> np.ndarray:
    """(n, m) as many numbers on each circle as there are roots near it: an edge of the upper hull of the points
    (powers[j], heights[j]), of slope -log ρ, has as many of modulus about ρ as it is wide."""
    n, degree = len(heights), int(powers[-1])
    log_radius, first, width = np.empty((3, n, degree))
    place = np.zeros(n, dtype=int)
    for _ in range(len(powers) - 1):
        run = np.maximum(powers - powers[place][:, None], 1)
        ahead = np.arange(len(powers)) > place[:, None]
        slopes = np.where(ahead, (heights - heights[np.arange(n), place][:, None]) / run, -np.inf)
        following = np.where(place == len(powers) - 1, place, np.argmax(slopes, axis=1))
        left, right = powers[place][:, None], powers[following][:, None]
        inside = (np.arange(degree) >= left) & (np.arange(degree) < right)
        log_radius = np.where(inside, -slopes[np.arange(n), following][:, None], log_radius)
        first, width = np.where(inside, left, first), np.where(inside, right - left, width)
        place = following
    return np.exp(log_radius + 1j * (_FIRST_ANGLE + 2 * np.pi * (np.arange(degree) - first) / width + first))


@partial(jax.jit, static_argnums=0)
def _aberth(powers: tuple[int, ...], coefficients: Array, roots: Array) -> tuple[Array, Array]:
    """All roots of each row at once, by Newton's step for one, were the others divided out; and the largest of the last
    steps of each row."""

    def unfinished(state: tuple[Array, Array, Index]) -> Array:
        _, steps, i = state
        return jnp.any(steps > _SMALL) & (i < _STEPS)

    def improved(state: tuple[Array, Array, Index]) -> tuple[Array, Array, Index]:
        x, _, i = state
        newton = _newton_steps(powers, coefficients, x)
        differences = x[:, :, None] - x[:, None, :] + jnp.eye(x.shape[1])[None]
        repulsion = jnp.sum(1 / differences, axis=2) - 1
        step = newton / (1 - newton * repulsion)
        return x - step, jnp.max(jnp.abs(step) / jnp.abs(x), axis=1), i + 1

    return jax.lax.while_loop(unfinished, improved, (roots, jnp.ones(len(roots)), jnp.array(0)))[:2]


def _newton_steps(powers: tuple[int, ...], coefficients: Array, x: Array) -> Array:
    """p/p' at x (n, m), by the terms relative to the largest of them, so that none overflows."""
    exponents = np.array(powers)
    logs = jnp.log(coefficients)[:, None, :] + exponents[None, None] * jnp.log(x)[:, :, None]
    terms = jnp.exp(logs - jnp.max(logs.real, axis=2, keepdims=True))
    return x * jnp.sum(terms, axis=2) / jnp.sum(exponents[None, None] * terms, axis=2)
