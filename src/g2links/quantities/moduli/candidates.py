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
from g2links.quantities.moduli.kodaira_spencer import Directions, conjugate_gradient, norm_powers, unit_point
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points import coordinate_lines

_CANDIDATES = 4
"""For each point that is kept, if all that is done with it is cheap."""
_PILOT = 20_000
"""Candidates, at least, from which the share that is kept is found."""
_BLOCKS, _BLOCK = 8, 40_000
"""At least so many, of at most so many candidates."""
_SHARES = (0.3, 0.35, 0.35)
"""Of the probability, in proportion to 1, so that weights stay bounded, and to the size of two integrands."""


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


def kept_points(
    variety: WeightedHypersurface, directions: Directions, n: int, seed: int, candidates: int = _CANDIDATES
) -> Iterator[Kept]:
    """About `n` points in all, or somewhat more, in at least eight blocks, the same for the same seed.

    Args:
        variety: V.
        directions: what is integrated.
        n: how many.
        seed: of the random choices.
        candidates: for each point that is kept.

    Raises:
        PolynomialError: when a coordinate does not occur in f.
    """
    f, rng = variety.polynomial, np.random.default_rng(seed)
    law = coordinate_lines.fitted_law(f, rng)
    size = min(_BLOCK, -(-candidates * n // _BLOCKS))

    def draw() -> tuple[np.ndarray, ...]:
        """As many candidates as a block has, so that all is compiled once: points, weights, and weighted sizes."""
        z = coordinate_lines.draw(f, law, size, rng)
        weights = coordinate_lines.weights(f, law, z)
        units, sizes = _units(variety, directions, jnp.asarray(z))
        return np.asarray(units), weights, weights[:, None] * np.asarray(sizes)

    pilot = np.concatenate([draw()[2] for _ in range(-(-_PILOT // size))])
    usual = pilot.mean(axis=0)

    def wish(sizes: np.ndarray) -> np.ndarray:
        return np.asarray((sizes / usual) @ np.array(_SHARES))

    factor = _factor(wish(pilot), 1 / candidates)
    for _ in range(-(-candidates * n // size)):
        z, weights, sizes = draw()
        probability = np.minimum(1.0, factor * wish(sizes))
        chosen = rng.random(size) < probability
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
    """The points with s = 1, and 1 and about how large the integrands of Weil-Petersson metric and couplings are."""

    def one_point(y: Array) -> tuple[Array, Array]:
        unit = unit_point(variety, y)
        conjugate = jnp.conj(unit)
        gradient = variety.polynomial.gradient(unit)
        slope = jnp.sum(norm_powers(variety, unit, conjugate) * gradient * conjugate_gradient(variety, conjugate)).real
        size = jnp.sum(jnp.abs(directions(unit)) ** 2) / slope
        return unit, jnp.stack([jnp.ones(()), size / slope, size**2 / slope])

    return jax.vmap(one_point)(z)
