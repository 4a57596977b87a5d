"""Random points of V for integrals of deformations: more of them where these are large.

Candidates come from lines parallel to the coordinate axes (`varieties.points.coordinate_lines`), which are cheap. Each
is kept with a probability p that grows with the size of the integrand, and has its weight divided by p.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array
from g2links.quantities.kodaira_spencer import Directions, conjugate_gradient, norm_powers, unit_point
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points import coordinate_lines

_CANDIDATES = 4
"""For each point that is kept."""
_PILOT, _BLOCK = 20_000, 40_000
"""Candidates from which the share that is kept is found, and drawn at once."""
_SHARE_OF_ALL = 0.3
"""Of the probability that does not depend on the integrand, so that weights stay bounded."""


class Kept(NamedTuple):
    """Points that were kept from a block of candidates.

    Attributes:
        z: (n, N) complex128, with s = 1 (`kodaira_spencer.unit_point`).
        weights: (n,); Σ weights F over the number of candidates, n + m, estimates ∫_V F |h|² d^{2d}x.
        before: (n,) the weights of the same points as candidates.
        dropped: (m,) the weights of the candidates that were not kept.
    """

    z: Complex[np.ndarray, "n variables"]
    weights: Float[np.ndarray, " n"]
    before: Float[np.ndarray, " n"]
    dropped: Float[np.ndarray, " m"]


def kept_points(variety: WeightedHypersurface, directions: Directions, n: int, seed: int) -> Iterator[Kept]:
    """About `n` points in all, in at least eight blocks, the same for the same seed.

    Args:
        variety: V.
        directions: what is integrated.
        n: how many.
        seed: of the random choices.

    Raises:
        PolynomialError: when a coordinate does not occur in f.
    """
    f, rng = variety.polynomial, np.random.default_rng(seed)
    law = coordinate_lines.fitted_law(f, rng)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        z = coordinate_lines.draw(f, law, count, rng)
        weights = coordinate_lines.weights(f, law, z)
        units, sizes = _units(variety, directions, jnp.asarray(z))
        return np.asarray(units), weights, weights[:, None] * np.asarray(sizes)

    _, pilot, sizes = draw(_PILOT)
    scales = np.stack([np.full(_PILOT, pilot.mean()), *np.repeat(sizes.mean(axis=0)[:, None], _PILOT, axis=1)], axis=1)
    usual = scales[0]

    def wish(weights: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        parts = np.concatenate([weights[:, None], sizes], axis=1) / usual
        shares = np.array([_SHARE_OF_ALL, *[(1 - _SHARE_OF_ALL) / sizes.shape[1]] * sizes.shape[1]])
        return np.asarray(parts @ shares)

    wishes = wish(pilot, sizes)
    factor = _factor(wishes, 1 / _CANDIDATES)
    total = _CANDIDATES * n
    blocks = max(8, -(-total // _BLOCK))
    for block in np.diff(np.linspace(0, total, blocks + 1).astype(int)):
        z, weights, sizes = draw(int(block))
        probability = np.minimum(1.0, factor * wish(weights, sizes))
        chosen = rng.random(len(z)) < probability
        yield Kept(z[chosen], (weights / probability)[chosen], weights[chosen], weights[~chosen])


def _factor(wishes: np.ndarray, share: float) -> float:
    """c with mean min(1, c wish) = share, by bisection."""
    low, high = 0.0, 1.0
    while np.mean(np.minimum(1, high * wishes)) < share:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.mean(np.minimum(1, middle * wishes)) < share else (low, middle)
    return high


@partial(jax.jit, static_argnums=(0, 1))
def _units(variety: WeightedHypersurface, directions: Directions, z: Array) -> tuple[Array, Array]:
    """The points with s = 1, and about how large the integrands of Weil-Petersson metric and couplings are there."""

    def one_point(y: Array) -> tuple[Array, Array]:
        unit = unit_point(variety, y)
        conjugate = jnp.conj(unit)
        gradient = variety.polynomial.gradient(unit)
        slope = jnp.sum(norm_powers(variety, unit, conjugate) * gradient * conjugate_gradient(variety, conjugate)).real
        size = jnp.sum(jnp.abs(directions(unit)) ** 2) / slope
        return unit, jnp.stack([size, size**2]) / slope

    return jax.vmap(one_point)(z)
