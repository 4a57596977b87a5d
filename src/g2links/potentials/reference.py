"""The reference Kähler potential K_ref = Σ_α t_α 2 log r_α, a sum over the C* factors with the polarisation t.

For one factor 2 log r, where Σ |z_i|² r^{-2 w_i} = 1: log|z|² when all weights are 1.
"""

import functools
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame, Index, Scalar
from g2links.calculus.jets import Jet
from g2links.errors import InputError
from g2links.varieties.variety import AbstractVariety

_NEWTON_STEPS, _ORDER = 60, 4
"""Steps of Newton's method, and orders of derivatives that the root then has: see `_log_radius_squared`."""


def reference_potential(
    variety: AbstractVariety, z: ComplexPoint, kahler: Sequence[float] | None = None
) -> Float[Array, ""]:
    """K_ref(z), real; under z -> λ·z it grows by Σ t_α log|λ_α|². It is strictly plurisubharmonic transversally to the
    orbits.

    Args:
        variety: V.
        z: one point (N,) of X.
        kahler: another class t (r,) than the polarisation.
    """
    t = variety.polarisation if kahler is None else kahler
    parts = [t * part for t, part in zip(t, log_radii_squared(variety, z), strict=True)]
    return functools.reduce(jnp.add, parts)


def log_radii_squared(variety: AbstractVariety, z: ComplexPoint) -> list[Float[Array, ""]]:
    """2 log r_α for each C* factor."""
    return [log_radius_squared(factor.charges, factor.of(z)) for factor in variety.factors]


def reference_jet(
    variety: AbstractVariety, z: ComplexPoint, frame: Frame, *, power: int = 1, kahler: Sequence[float] | None = None
) -> Jet:
    """The jet of K_ref along a frame; with a `power`, that for so many times the charges; for another class, that."""
    parts = []
    for factor, t in zip(variety.factors, variety.polarisation if kahler is None else kahler, strict=True):
        jet = log_radius_jet(tuple(power * c for c in factor.charges), factor.of(z), factor.of(frame))
        parts.append(jax.tree.map(partial(jnp.multiply, t), jet))
    return functools.reduce(partial(jax.tree.map, jnp.add), parts)


def log_radius_squared(weights: tuple[int, ...], z: ComplexPoint) -> Float[Array, ""]:
    """2 log r of one C* factor.

    Raises:
        InputError: for anything but the coordinates of one point.
    """
    if jnp.shape(z) != (len(weights),):
        raise InputError("point", f"shape {jnp.shape(z)}", f"one point ({len(weights)},); use jax.vmap over many")
    squares = z.real**2 + z.imag**2
    if set(weights) == {1}:
        return jnp.log(jnp.sum(squares))
    unequal, place = np.unique(weights, return_inverse=True)
    return _log_radius_squared(unequal, (place == np.arange(len(unequal))[:, None]).astype(float) @ squares)


def _log_radius_squared(w: np.ndarray, squares: Float[Array, " weights"]) -> Scalar:
    """The root t of Σ squares_i exp(-w_i t) = 1: the sum is decreasing and convex, so Newton's method from the left of
    the root converges monotonically. From there each step with a constant slope makes derivatives of one order more
    exact, up to the fourth."""
    fixed = jax.lax.stop_gradient(squares)

    def newton(_: Index, t: Scalar) -> Scalar:
        terms = fixed * jnp.exp(-w * t)
        return t + jnp.log(jnp.sum(terms)) * jnp.sum(terms) / jnp.sum(w * terms)

    root = jax.lax.fori_loop(0, _NEWTON_STEPS, newton, jnp.max(jnp.log(fixed) / w))
    slope = jnp.sum(w * fixed * jnp.exp(-w * root))

    def raise_order(_: Index, t: Scalar) -> Scalar:
        return t + (jnp.sum(squares * jnp.exp(-w * t)) - 1) / slope

    return jax.lax.fori_loop(0, _ORDER, raise_order, root)


def log_radius_jet(weights: tuple[int, ...], z: ComplexPoint, frame: Frame) -> Jet:
    """The jet of K = 2 log r of one C* factor, from Σ |z_i|² e^{-w_i K} = 1 by implicit differentiation.

    In the rescaled z_i e^{-w_i K/2} and frame, and along the horizontal part v_a - ∂_aK (w_i z_i) of each vector of it,
    ∂_a∂_b̄ K is the flat Hermitian product over Σ w_i |z_i|².
    """
    w = jnp.asarray(weights, dtype=float)
    value = log_radius_squared(weights, z)
    scale = jnp.exp(-0.5 * w * value)
    z, frame = scale * z, scale[None] * frame
    orbit = w * z
    norm = jnp.sum(w * (z.real**2 + z.imag**2))
    first = frame @ z.conj() / norm
    horizontal = frame - jnp.outer(first, orbit)
    mixed = horizontal @ horizontal.conj().T / norm
    return Jet.from_complex(value[None], first[None], mixed[None])
