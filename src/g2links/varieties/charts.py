"""Slice charts of the Calabi-Yau threefold V = (X minus 0)/C* (GEOMETRY, section 1).

In a chart one coordinate is held fixed at 1, one, z_s, is solved for from f = 0, and the remaining z_a, in ascending
order, are the complex coordinates. The solution is followed from the chart's own centre by Newton's method, so it never
changes sheet, and it can be differentiated to every order: its derivative, -f_a/f_s there, is a function of it.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from g2links._typing import ChartIndices, ComplexPoint, Frame, Index, Indices, LinkPoint
from g2links.varieties.polynomial import Polynomial

_NEWTON_STEPS = 30
_FIRST_SCORES, _NEXT_SCORE = (1.0, 0.83, 0.69, 0.57, 0.47), 0.8


def asymmetric(variables: int) -> np.ndarray:
    """Falling numbers, one for each variable, that no permutation leaves alone: a score without a symmetry."""
    more = range(1, variables - len(_FIRST_SCORES) + 1)
    return np.array([*_FIRST_SCORES, *(_FIRST_SCORES[-1] * _NEXT_SCORE**k for k in more)])[:variables]


class ChartPoint(NamedTuple):
    """A point of V in a slice chart; with a leading axis n in all three where there are many.

    Attributes:
        z: (N,) complex128, the point of X in the gauge of the chart: 1 at the fixed coordinate.
        fixed: (1,) the coordinate that is held at 1 (`drop_one` in files), one for each C* factor.
        solved: (1,) the coordinate that f = 0 gives as a function of the others (`drop_max` in files), one for each
            equation.
    """

    z: ComplexPoint
    fixed: Indices
    solved: Indices


def in_columns(at: ChartPoint) -> dict[str, np.ndarray]:
    """The charts of n points as they are saved: `drop_ones` and `drop_maxs`, (n,) int64."""
    return {"drop_ones": np.asarray(at.fixed)[:, 0].astype(int), "drop_maxs": np.asarray(at.solved)[:, 0].astype(int)}


def from_columns(z: Any, drop_ones: Any, drop_maxs: Any) -> ChartPoint:
    """n points in their charts from the arrays of a file; the inverse of `in_columns`."""
    return ChartPoint(z, drop_ones[:, None], drop_maxs[:, None])


class SliceChart(NamedTuple):
    """A chart around a point.

    Attributes:
        centre: the point.
        theta: the flow parameter of the point of the link over it.
    """

    centre: ChartPoint
    theta: Float[Array, ""]

    def at(self, z: ComplexPoint) -> ChartPoint:
        """Another point of this chart, in its gauge."""
        return self.centre._replace(z=z)


def act(weights: tuple[int, ...], log_scale: Complex[Array, ""], z: ComplexPoint) -> ComplexPoint:
    """The C* action λ·z = (λ^{w_i} z_i), with log λ given."""
    return jnp.exp(jnp.asarray(weights) * log_scale) * z


def canonical_point(polynomial: Polynomial, z: ComplexPoint) -> ChartPoint:
    """The image of `z` in V in its canonical chart: the coordinate with the largest |z_i|^{1/w_i} is fixed; of the
    others, the one with the largest |∂f/∂z_i|, at the point in that gauge, is solved for."""
    fixed = jnp.argmax(jnp.abs(z) ** (1 / jnp.asarray(polynomial.weights)))[None]
    return chart_point(polynomial, z, fixed, steepest(polynomial, _principal_gauge(polynomial, z, fixed), fixed))


def chart_point(polynomial: Polynomial, z: ComplexPoint, fixed: Indices, solved: Indices) -> ChartPoint:
    """The image of `z` in V in a given chart."""
    return ChartPoint(to_gauge(polynomial, z, fixed), fixed, solved)


def steepest(polynomial: Polynomial, z: ComplexPoint, fixed: Indices) -> Indices:
    """The coordinate, but for the fixed one, with the largest |∂f/∂z_i| at a point in its gauge."""
    slope = jnp.abs(polynomial.gradient(z))
    return jnp.argmax(jnp.where(jnp.arange(polynomial.variables) == fixed, -1.0, slope))[None]


def to_gauge(polynomial: Polynomial, z: ComplexPoint, fixed: Indices) -> ComplexPoint:
    """The point of the C* orbit of `z` that has 1 at the fixed coordinate, the same one for every `z` of the orbit.

    Where its weight w is above 1 there are w such points, which differ by roots of unity: the one with the largest
    Σ c_i Re z_i is taken, with fixed c_i without a symmetry.
    """
    gauged = _principal_gauge(polynomial, z, fixed)
    if max(polynomial.weights) > 1:
        gauged = _canonical_turn(polynomial.weights, gauged, jnp.asarray(polynomial.weights)[fixed[0]])
    return jnp.where(jnp.arange(polynomial.variables) == fixed, 1.0, gauged)


def _principal_gauge(polynomial: Polynomial, z: ComplexPoint, fixed: Indices) -> ComplexPoint:
    weight = jnp.asarray(polynomial.weights)[fixed[0]]
    return act(polynomial.weights, -jnp.log(z[fixed[0]]) / weight, z)


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
    indices: ChartIndices | None = None,
) -> SliceChart:
    """The chart around the image of `z` in V: the canonical one, or the one with the given coordinates (fixed,
    solved)."""
    if indices is None:
        centre = canonical_point(polynomial, z)
    else:
        centre = chart_point(polynomial, z, *(jnp.asarray(index)[None] for index in indices))
    return SliceChart(centre, jnp.asarray(theta, dtype=float))


def selector(at: ChartPoint) -> Float[Array, "d variables"]:
    """The 0/1 matrix whose rows pick the chart's coordinates, neither fixed nor solved for, in ascending order."""
    variables = len(at.z)
    position = jnp.arange(variables)
    taken = (position == at.fixed) | (position == at.solved)
    remaining = jnp.sort(jnp.where(taken, variables, position))[:-2]
    return (remaining[:, None] == position[None, :]).astype(float)


def origin(chart: SliceChart) -> LinkPoint:
    """The chart coordinates (x1, ..., xd, y1, ..., yd, θ) of the chart's own centre."""
    w = selector(chart.centre) @ chart.centre.z
    return jnp.concatenate([w.real, w.imag, chart.theta[None]])


def complex_coordinates(x: Float[Array, " coordinates"]) -> Complex[Array, " d"]:
    """z_a = x_a + i y_a from the real coordinates of V, or from those of the link, which end with θ."""
    d = len(x) // 2
    return x[:d] + 1j * x[d : 2 * d]


def embed(polynomial: Polynomial, chart: SliceChart, w: Complex[Array, " d"]) -> ComplexPoint:
    """The point of X, in the chart's gauge, whose chart coordinates are `w`."""
    slot = (jnp.arange(polynomial.variables) == chart.centre.solved).astype(float)
    chosen = selector(chart.centre)
    constant = chart.centre.z * (1 - jnp.sum(chosen, axis=0))
    return _close(polynomial, constant + w @ chosen, slot)


def tangent_frame(polynomial: Polynomial, at: ChartPoint) -> Frame:
    """Row a is ∂z/∂z_a in the slice chart: 1 at z_a, -f_a/f_s at the coordinate s that is solved for."""
    gradient = polynomial.gradient(at.z)
    chosen = selector(at)
    slope = -(chosen @ gradient) / gradient[at.solved]
    return chosen + slope[:, None] * (jnp.arange(polynomial.variables) == at.solved)


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
