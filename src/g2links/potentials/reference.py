"""The reference Kähler potential K_ref = 2 log r, where Σ |z_i|² r^{-2 w_i} = 1; log|z|² when all weights are 1."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from g2links._typing import ComplexPoint, Frame
from g2links.calculus.jets import Jet

_NEWTON_STEPS = 60


def reference_potential(weights: tuple[int, ...], z: ComplexPoint) -> Float[Array, ""]:
    """K_ref(z), real; under z -> λ·z it grows by log|λ|². It is strictly
    plurisubharmonic transversally to the C* orbits."""
    squares = z.real**2 + z.imag**2
    if set(weights) == {1}:
        return jnp.log(jnp.sum(squares))
    return _log_radius_squared(weights, squares)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _log_radius_squared(weights: tuple[int, ...], squares: Float[Array, " variables"]) -> Float[Array, ""]:
    """The root t of Σ squares_i exp(-w_i t) = 1: the sum is decreasing and convex, so Newton's method from the left of
    the root converges monotonically."""
    w = jnp.asarray(weights, dtype=float)
    start = jnp.max(jnp.log(squares) / w)

    def step(_: int, t: Float[Array, ""]) -> Float[Array, ""]:
        terms = squares * jnp.exp(-w * t)
        return t + jnp.log(jnp.sum(terms)) * jnp.sum(terms) / jnp.sum(w * terms)

    return jax.lax.fori_loop(0, _NEWTON_STEPS, step, start)


@_log_radius_squared.defjvp
def _log_radius_squared_jvp(weights: tuple[int, ...], primals: tuple, tangents: tuple) -> tuple:
    (squares,), (d_squares,) = primals, tangents
    w = jnp.asarray(weights, dtype=float)
    t = _log_radius_squared(weights, squares)
    decay = jnp.exp(-w * t)
    return t, jnp.sum(decay * d_squares) / jnp.sum(w * squares * decay)


def reference_jet(weights: tuple[int, ...], z: ComplexPoint, frame: Frame) -> Jet:
    """The jet of the reference potential K, from its equation Σ |z_i|² e^{-w_i K} = 1 by implicit differentiation.

    In the rescaled z_i e^{-w_i K/2} and frame, and along the horizontal part v_a - ∂_aK (w_i z_i) of each vector of it,
    ∂_a∂_b̄ K is the flat Hermitian product over Σ w_i |z_i|².
    """
    w = jnp.asarray(weights, dtype=float)
    value = reference_potential(weights, z)
    scale = jnp.exp(-0.5 * w * value)
    z, frame = scale * z, scale * frame
    orbit = w * z
    norm = jnp.sum(w * (z.real**2 + z.imag**2))
    first = frame @ z.conj() / norm
    horizontal = frame - first[:, None] * orbit
    mixed = horizontal @ horizontal.conj().T / norm
    return Jet.from_complex(value[None], first[None], mixed[None])
