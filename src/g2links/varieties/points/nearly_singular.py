"""Where the gradient of f is smallest on a hypersurface of weights 1, as it is near the singular points of other f."""

import functools
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from g2links.varieties.points.random_lines import gradients
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety

NEARLY_SINGULAR = 0.75
"""The share below which a metric is taken to vary faster at the flattest points than polynomials see. For Dwork's
quintic it is 0.72 at ψ = 0.5, where powers of |∇f|² bring σ from 8e-5 to 2e-5 at degree 11, 0.60 at -10 (5e-4 to 7e-5),
0.17 at 0.9 and 0.02 at 0.99. At -100, near five planes of which every two meet in singular lines, it is 0.013, and the
powers bring σ from 7e-3 with 238 unknowns to 1.6e-3 with 74."""
_STARTS, _KEPT = 200, 10
"""Random points that the search begins at, and how many of its ends are given, those with the smallest gradients."""
_ROUNDS, _FIRST_STEP, _SHRINKING = 60, 0.2, 0.9
"""Of the search: random steps of such a length, shorter by such a factor each time; the last is 4e-4."""
_NEWTON_STEPS = 4
"""From a step back to V; quadratic convergence makes more needless."""
_ON_V = 1e-12
"""|f| on the unit sphere, where a point is taken to lie on V."""
_STREAM = 0x4E4F4445
"""Of random numbers; no other step uses it."""


class Flattest(NamedTuple):
    """Where V is nearest to being singular.

    Attributes:
        z: (m, N) points of V on the unit sphere, ends of a search for the smallest |∇f|².
        share: the smallest |∇f|² over its mean, relative to that of the sum of powers Σ z_i^d.
    """

    z: Complex[np.ndarray, "m N"]
    share: float

    @property
    def nearly_singular(self) -> bool:
        """Whether a metric varies much faster here than elsewhere."""
        return self.share < NEARLY_SINGULAR


@functools.cache
def flattest(variety: AbstractVariety) -> Flattest | None:
    """Where |∇f|² is smallest; None but for one equation and weights 1, where the unitary group gives it a meaning."""
    if len(variety.equations) > 1 or len(variety.charges) > 1 or variety.heaviest > 1:
        return None
    f = variety.equations[0]
    powers = Polynomial([(1, f.degree * row) for row in np.eye(f.variables, dtype=int)])
    (z, ratio), (_, usual) = _search(f), _search(powers)
    return Flattest(z, ratio / usual)


@functools.cache
def _search(f: Polynomial) -> tuple[np.ndarray, float]:
    """Points with the smallest |∇f|², and the smallest over its mean."""
    rng = np.random.default_rng(_STREAM)
    z = _on_variety(f, _noise(rng, (_STARTS, f.variables)))
    height = _squared_gradient(f, z)
    mean, step = float(np.mean(height[np.isfinite(height)])), _FIRST_STEP
    for _ in range(_ROUNDS):
        moved = _on_variety(f, z + step * _noise(rng, z.shape))
        other = _squared_gradient(f, moved)
        lower = other < height
        z, height, step = np.where(lower[:, None], moved, z), np.where(lower, other, height), step * _SHRINKING
    order = np.argsort(height, kind="stable")[:_KEPT]
    return z[order], float(height[order[0]]) / mean


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Complex[np.ndarray, "m N"]:
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def _on_variety(f: Polynomial, z: np.ndarray) -> np.ndarray:
    """By Newton's steps along the gradient, on the unit sphere."""
    for _ in range(_NEWTON_STEPS):
        z = z / np.linalg.norm(z, axis=1)[:, None]
        gradient = np.asarray(gradients(f, z))
        z = z - (_values(f, z, gradient) / np.sum(np.abs(gradient) ** 2, axis=1))[:, None] * gradient.conj()
    return z / np.linalg.norm(z, axis=1)[:, None]


def _squared_gradient(f: Polynomial, z: np.ndarray) -> Float[np.ndarray, " m"]:
    """Infinite for points that Newton's steps have not brought to V."""
    gradient = np.asarray(gradients(f, z))
    return np.where(np.abs(_values(f, z, gradient)) < _ON_V, np.sum(np.abs(gradient) ** 2, axis=1), np.inf)


def _values(f: Polynomial, z: np.ndarray, gradient: np.ndarray) -> Complex[np.ndarray, " m"]:
    """f, by Euler's identity."""
    return np.sum(z * gradient, axis=1) / f.degree
