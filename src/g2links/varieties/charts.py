"""Slice charts of the Calabi-Yau threefold V = (X minus 0)/C* (GEOMETRY, section 1).

In a chart z_one is held fixed, z_el is solved from f = 0, and the remaining z_a, in ascending order, are the complex
coordinates. The solution is followed from the chart's own base point by Newton's method, so it never
changes sheet, and it can be differentiated to every order: its derivative, -f_a/f_el there, is a function of it.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from g2links._typing import ComplexPoint, Frame, Index, LinkPoint
from g2links.varieties.polynomial import Polynomial

_NEWTON_STEPS = 30
_FIRST_SCORES, _NEXT_SCORE = (1.0, 0.83, 0.69, 0.57, 0.47), 0.8


def asymmetric(variables: int) -> np.ndarray:
    """Falling numbers, one for each variable, that no permutation leaves alone: a score without a symmetry."""
    more = range(1, variables - len(_FIRST_SCORES) + 1)
    return np.array([*_FIRST_SCORES, *(_FIRST_SCORES[-1] * _NEXT_SCORE**k for k in more)])[:variables]


class SliceChart(NamedTuple):
    """A chart around `base`, a point of X in its gauge (z_one = 1).

    Attributes:
        base: (N,) complex128, the centre.
        one: the coordinate that is held fixed (`drop_one` in files).
        el: the coordinate that f = 0 eliminates (`drop_max` in files).
        theta: the flow parameter of the point of the link over `base`.
    """

    base: ComplexPoint
    one: Index
    el: Index
    theta: Float[Array, ""]


def act(weights: tuple[int, ...], log_scale: Complex[Array, ""], z: ComplexPoint) -> ComplexPoint:
    """The C* action λ·z = (λ^{w_i} z_i), with log λ given."""
    return jnp.exp(jnp.asarray(weights) * log_scale) * z


def canonical_indices(polynomial: Polynomial, z: ComplexPoint) -> tuple[Index, Index]:
    """`one`: the coordinate with the largest |z_i|^{1/w_i}; `el`: of the others, the one with the largest |∂f/∂z_el|,
    at the point in gauge z_one = 1."""
    one = jnp.argmax(jnp.abs(z) ** (1 / jnp.asarray(polynomial.weights)))
    slope = jnp.abs(polynomial.gradient(_principal_gauge(polynomial, z, one)))
    el = jnp.argmax(jnp.where(jnp.arange(polynomial.variables) == one, -1.0, slope))
    return one, el


def to_gauge(polynomial: Polynomial, z: ComplexPoint, one: Index) -> ComplexPoint:
    """The point of the C* orbit of `z` with z_one = 1, the same one for every `z` of the orbit.

    Where w_one > 1 there are w_one such points, which differ by roots of unity: the one with the largest
    Σ c_i Re z_i is taken, with fixed c_i without a symmetry.
    """
    gauged = _principal_gauge(polynomial, z, one)
    if max(polynomial.weights) > 1:
        gauged = _canonical_turn(polynomial.weights, gauged, jnp.asarray(polynomial.weights)[one])
    return jnp.where(jnp.arange(polynomial.variables) == one, 1.0, gauged)


def _principal_gauge(polynomial: Polynomial, z: ComplexPoint, one: Index) -> ComplexPoint:
    weight = jnp.asarray(polynomial.weights)[one]
    return act(polynomial.weights, -jnp.log(z[one]) / weight, z)


def _canonical_turn(weights: tuple[int, ...], z: ComplexPoint, order: Index) -> ComplexPoint:
    """Of the images of `z` under the roots of unity of that order, the one with the largest Σ c_i Re z_i."""

    scores = asymmetric(len(weights))

    def turned(k: Index | int) -> ComplexPoint:
        return act(weights, 2j * jnp.pi * k / order, z)

    def better(k: int, best: tuple[Array, Array]) -> tuple[Array, Array]:
        score = jnp.sum(scores * turned(k).real)
        take = (k < order) & (score > best[1])
        return jnp.where(take, k, best[0]), jnp.where(take, score, best[1])

    start = (jnp.zeros((), dtype=int), jnp.sum(scores * z.real))
    turn, _ = jax.lax.fori_loop(1, max(weights), better, start)
    return jnp.where(turn == 0, z, turned(turn))


def slice_chart(
    polynomial: Polynomial,
    z: ComplexPoint,
    theta: Float[Array, ""] | float = 0.0,
    indices: tuple[Index, Index] | None = None,
) -> SliceChart:
    """The chart around the image of `z` in V, with the canonical indices unless others are given."""
    one, el = canonical_indices(polynomial, z) if indices is None else indices
    return SliceChart(to_gauge(polynomial, z, one), jnp.asarray(one), jnp.asarray(el), jnp.asarray(theta, dtype=float))


def selector(one: Index, el: Index, variables: int) -> Float[Array, "d variables"]:
    """The 0/1 matrix whose rows pick the remaining coordinates, in ascending order."""
    position = jnp.arange(variables)
    remaining = jnp.sort(jnp.where((position == one) | (position == el), variables, position))[:-2]
    return (remaining[:, None] == position[None, :]).astype(float)


def origin(chart: SliceChart) -> LinkPoint:
    """The chart coordinates (x1, ..., xd, y1, ..., yd, θ) of the chart's own centre."""
    w = selector(chart.one, chart.el, len(chart.base)) @ chart.base
    return jnp.concatenate([w.real, w.imag, chart.theta[None]])


def complex_coordinates(x: Float[Array, " coordinates"]) -> Complex[Array, " d"]:
    """z_a = x_a + i y_a from the real coordinates of V, or from those of the link, which end with θ."""
    d = len(x) // 2
    return x[:d] + 1j * x[d : 2 * d]


def embed(polynomial: Polynomial, chart: SliceChart, w: Complex[Array, " d"]) -> ComplexPoint:
    """The point of X, in the chart's gauge, whose chart coordinates are `w`."""
    slot = (jnp.arange(polynomial.variables) == chart.el).astype(float)
    chosen = selector(chart.one, chart.el, polynomial.variables)
    fixed = chart.base * (1 - jnp.sum(chosen, axis=0))
    return _close(polynomial, fixed + w @ chosen, slot)


def tangent_frame(polynomial: Polynomial, z: ComplexPoint, one: Index, el: Index) -> Frame:
    """Row a is ∂z/∂z_a in the slice chart: 1 in slot a, -f_a/f_el in slot el."""
    gradient = polynomial.gradient(z)
    chosen = selector(one, el, polynomial.variables)
    slope = -(chosen @ gradient) / gradient[el]
    return chosen + slope[:, None] * (jnp.arange(polynomial.variables) == el)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _close(polynomial: Polynomial, z: ComplexPoint, slot: Float[Array, " variables"]) -> ComplexPoint:
    """Move `z` along the coordinate marked by `slot` to the nearby root of f, by Newton's method."""

    def step(_: int, point: ComplexPoint) -> ComplexPoint:
        return point - slot * polynomial(point) / jnp.sum(slot * polynomial.gradient(point))

    return jax.lax.fori_loop(0, _NEWTON_STEPS, step, z)


@_close.defjvp
def _close_jvp(polynomial: Polynomial, primals: tuple, tangents: tuple) -> tuple[ComplexPoint, ComplexPoint]:
    z, slot = primals
    dz, _ = tangents
    closed = _close(polynomial, z, slot)
    gradient = polynomial.gradient(closed)
    free = dz * (1 - slot)
    return closed, free - slot * jnp.sum(gradient * free) / jnp.sum(slot * gradient)
