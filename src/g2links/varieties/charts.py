"""Slice charts of a variety V = {f_1 = ... = f_m = 0}/(C*)^r (GEOMETRY, sections 1 and 7).

In a chart r coordinates, one for each C* factor, are held fixed at 1, m are solved for from the equations, and the
remaining z_a, in ascending order, are the complex coordinates. The solution is followed from the chart's own centre by
Newton's method, so it never changes sheet, and it can be differentiated to every order: its derivative, -f_a/f_s for
one equation, is a function of it.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Complex, Float

from g2links._typing import Array, ChartIndices, ComplexPoint, Frame, Index, Indices, LinkPoint
from g2links.errors import InputError
from g2links.forms.linear import small_inverse
from g2links.varieties.variety import AbstractVariety

NEWTON_STEPS = 30
"""From a point near V; it converges in six, and where it has not in thirty there is none."""
_FIRST_SCORES, _NEXT_SCORE = (1.0, 0.83, 0.69, 0.57, 0.47), 0.8
"""Different factors for the coordinates, so that no two representatives of a point tie."""


def asymmetric(variables: int) -> np.ndarray:
    """Falling numbers, one for each variable, that no permutation leaves alone: a score without a symmetry."""
    more = range(1, variables - len(_FIRST_SCORES) + 1)
    return np.array([*_FIRST_SCORES, *(_FIRST_SCORES[-1] * _NEXT_SCORE**k for k in more)])[:variables]


class ChartPoint(NamedTuple):
    """A point of V in a slice chart; with a leading axis n in all three where there are many.

    Attributes:
        z: (N,) complex128, the point of C^N in the gauge of the chart: 1 at the fixed coordinates.
        fixed: (r,) the coordinates that are held at 1 (`drop_one` in files), one for each C* factor.
        solved: (m,) the coordinates that the equations give as functions of the others (`drop_max` in files),
            ascending.
    """

    z: ComplexPoint
    fixed: Indices
    solved: Indices


def in_columns(at: ChartPoint) -> dict[str, np.ndarray]:
    """The charts of n points as they are saved: `drop_ones` and `drop_maxs`, (n,) int64 for one factor and one
    equation, (n, r) and (n, m) for more."""
    return {
        name: np.asarray(column).astype(int)[:, 0] if np.shape(column)[1] == 1 else np.asarray(column).astype(int)
        for name, column in (("drop_ones", at.fixed), ("drop_maxs", at.solved))
    }


def from_columns(z: Any, drop_ones: Any, drop_maxs: Any) -> ChartPoint:
    """n points in their charts from the arrays of a file; the inverse of `in_columns`."""
    return ChartPoint(z, drop_ones.reshape(len(z), -1), drop_maxs.reshape(len(z), -1))


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


def act(variety: AbstractVariety, log_scale: Complex[Array, " r"], z: ComplexPoint) -> ComplexPoint:
    """The action λ·z = (Π_α λ_α^{Q_αi} z_i) of (C*)^r, with log λ given."""
    return jnp.exp(log_scale @ jnp.asarray(variety.charges)) * z


def canonical_point(variety: AbstractVariety, z: ComplexPoint) -> ChartPoint:
    """The image of `z` in V in its canonical chart: of each C* factor the coordinate with the largest |z_i|^{1/Q_i} is
    fixed; of the others, those with the largest derivatives of the equations, at the point in that gauge, are solved
    for.

    Raises:
        InputError: for anything but one point (N,).
    """
    z = _one_point(variety, z)
    return point_with_fixed(variety, z, largest_coordinates(variety, jnp.abs(z)))


def point_with_fixed(variety: AbstractVariety, z: ComplexPoint, fixed: Indices) -> ChartPoint:
    """The image of `z` in V in the chart with given fixed coordinates, solved for the `steepest` others."""
    z = _one_point(variety, z)
    return chart_point(variety, z, fixed, steepest(variety, _principal_gauge(variety, z, fixed), fixed))


def largest_coordinates(variety: AbstractVariety, moduli: Float[Array, " variables"]) -> Indices:
    """Of each C* factor the coordinate with the largest |z_i|^{1/Q_i}; a modulus below 0 is never the largest."""
    largest = []
    for factor in variety.factors:
        own = factor.of(moduli)
        orders = jnp.where(own < 0, -1.0, jnp.abs(own) ** (1 / np.array(factor.charges)))
        largest.append(jnp.asarray(factor.coordinates)[jnp.argmax(orders)])
    return jnp.stack(largest)


def chart_point(variety: AbstractVariety, z: ComplexPoint, fixed: Indices, solved: Indices) -> ChartPoint:
    """The image of `z` in V in a given chart."""
    return ChartPoint(to_gauge(variety, _one_point(variety, z), fixed), fixed, solved)


def _one_point(variety: AbstractVariety, z: ComplexPoint) -> ComplexPoint:
    """`z` as complex numbers, so that logarithms of negative coordinates exist, once it is one point: of several, rows
    would be taken for coordinates."""
    z = jnp.asarray(z, dtype=complex)
    if z.shape != (variety.variables,):
        raise InputError("point", f"shape {z.shape}", f"one point ({variety.variables},); use jax.vmap over many")
    return z


def steepest(variety: AbstractVariety, z: ComplexPoint, fixed: Indices) -> Indices:
    """The coordinates, but for the fixed ones, that the equations are solved for at a point in its gauge: with the
    largest |∂f/∂z_i|, or, for several equations, the pivots of elimination in their Jacobian."""
    rows = variety.jacobian(z)
    open_ = ~_among(variety.variables, fixed)
    solved = []
    for k in range(len(rows)):
        pivot = jnp.argmax(jnp.where(open_, jnp.abs(rows[k]), -1.0))
        solved.append(pivot)
        open_ = open_ & (jnp.arange(variety.variables) != pivot)
        shares = jnp.where(jnp.arange(len(rows)) > k, rows[:, pivot] / rows[k, pivot], 0.0)
        rows = rows - jnp.outer(shares, rows[k])
    return jnp.sort(jnp.stack(solved))


def to_gauge(variety: AbstractVariety, z: ComplexPoint, fixed: Indices) -> ComplexPoint:
    """The point of the orbit of `z` that has 1 at the fixed coordinates, the same one for every `z` of the orbit.

    Where the charge w of a fixed coordinate is above 1 there are w such points, which differ by roots of unity: the one
    with the largest Σ c_i Re z_i is taken, with fixed c_i without a symmetry.
    """
    gauged = _principal_gauge(variety, z, fixed)
    for charges, index in zip(variety.charges, fixed, strict=True):
        if max(charges) > 1:
            gauged = _canonical_turn(charges, gauged, jnp.asarray(charges)[index])
    return jnp.where(_among(variety.variables, fixed), 1.0, gauged)


def _principal_gauge(variety: AbstractVariety, z: ComplexPoint, fixed: Indices) -> ComplexPoint:
    charges = jnp.asarray(variety.charges)[jnp.arange(len(fixed)), fixed]
    return act(variety, -jnp.log(z[fixed]) / charges, z)


def _canonical_turn(charges: tuple[int, ...], z: ComplexPoint, order: Index) -> ComplexPoint:
    """Of the images of `z` under the roots of unity of that order, the one with the largest Σ c_i Re z_i."""

    scores = asymmetric(len(charges))

    def turned(k: Index | int) -> ComplexPoint:
        return jnp.exp(2j * jnp.pi * k / order * jnp.asarray(charges)) * z

    def better(k: Index, best: tuple[Array, Array]) -> tuple[Array, Array]:
        score = jnp.sum(scores * turned(k).real)
        take = (k < order) & (score > best[1])
        return jnp.where(take, k, best[0]), jnp.where(take, score, best[1])

    start = (jnp.zeros((), dtype=int), jnp.sum(scores * z.real))
    turn, _ = jax.lax.fori_loop(1, max(charges), better, start)
    return jnp.where(turn == 0, z, turned(turn))


def slice_chart(
    variety: AbstractVariety,
    z: ComplexPoint,
    theta: Float[Array, ""] | float = 0.0,
    indices: ChartIndices | None = None,
) -> SliceChart:
    """The chart around the image of `z` in V: the canonical one, or the one with the given coordinates (fixed,
    solved), each a number where there is one.

    Raises:
        InputError: for anything but one point (N,). `ContactCalabiYau.chart` asks whether it lies on V, too.
    """
    if indices is None:
        centre = canonical_point(variety, z)
    else:
        centre = chart_point(variety, z, *(jnp.atleast_1d(jnp.asarray(index)) for index in indices))
    return SliceChart(centre, jnp.asarray(theta, dtype=float))


def selector(at: ChartPoint) -> Float[Array, "d variables"]:
    """The 0/1 matrix whose rows pick the chart's coordinates, neither fixed nor solved for, in ascending order."""
    variables = len(at.z)
    used = jnp.concatenate([at.fixed, at.solved])
    remaining = jnp.sort(jnp.where(_among(variables, used), variables, jnp.arange(variables)))[: variables - len(used)]
    return _picked(remaining, variables)


def _picked(places: Indices, variables: int) -> Float[Array, "k variables"]:
    return (places[:, None] == jnp.arange(variables)[None]).astype(float)


def _among(variables: int, places: Indices) -> Bool[Array, " variables"]:
    """Whether each coordinate is one of these."""
    return jnp.any(places[:, None] == jnp.arange(variables)[None], axis=0)


def origin(chart: SliceChart) -> LinkPoint:
    """The chart coordinates (x1, ..., xd, y1, ..., yd, θ) of the chart's own centre."""
    w = selector(chart.centre) @ chart.centre.z
    return jnp.concatenate([w.real, w.imag, chart.theta[None]])


def complex_coordinates(x: Float[Array, " coordinates"]) -> Complex[Array, " d"]:
    """z_a = x_a + i y_a from the real coordinates of V, or from those of the link, which end with θ.

    Raises:
        InputError: for anything but one row of them.
    """
    if jnp.ndim(x) != 1:
        raise InputError("x", f"shape {jnp.shape(x)}", "the coordinates of one point; use jax.vmap over many")
    d = len(x) // 2
    return x[:d] + 1j * x[d : 2 * d]


def embed(
    variety: AbstractVariety, chart: SliceChart, w: Complex[Array, " d"], newton_steps: int = NEWTON_STEPS
) -> ComplexPoint:
    """The point of X, in the chart's gauge, whose chart coordinates are `w`, by so many steps of Newton's method.

    Raises:
        InputError: for coordinates of another number.
    """
    if jnp.shape(w) != (variety.dimension,):
        raise InputError("w", f"shape {jnp.shape(w)}", f"the {variety.dimension} complex coordinates of one point")
    slots = _picked(chart.centre.solved, variety.variables)
    chosen = selector(chart.centre)
    constant = chart.centre.z * (1 - jnp.sum(chosen, axis=0))
    return _close(variety, newton_steps, constant + w @ chosen, slots)


def tangent_frame(variety: AbstractVariety, at: ChartPoint) -> Frame:
    """Row a is ∂z/∂z_a in the slice chart: 1 at z_a, and what keeps the equations at the coordinates that they are
    solved for, -f_a/f_s for one."""
    chosen = selector(at)
    complete = partial(_completion, variety.jacobian(at.z), _picked(at.solved, variety.variables))
    return chosen + jax.vmap(complete)(chosen)


def _completion(jacobian: Array, slots: Float[Array, "m variables"], vector: Array) -> Array:
    """What has to be added to a vector (N,) in the slots so that it is tangent to the equations."""
    return -_in_slots(jacobian, slots, jnp.sum(jacobian * vector[None], axis=1))


def _in_slots(jacobian: Array, slots: Float[Array, "m variables"], change: Array) -> Array:
    """The vector (N,) in the slots along which the equations change by `change` (m,). Sums of products, which compile
    to less than products of so small matrices do."""
    inverse = small_inverse(jnp.sum(jacobian[:, None] * slots[None], axis=2))
    steps = jnp.sum(inverse * change[None], axis=1)
    return jnp.sum(steps[:, None] * slots, axis=0)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _close(
    variety: AbstractVariety, newton_steps: int, z: ComplexPoint, slots: Float[Array, "m variables"]
) -> ComplexPoint:
    """Move `z` along the coordinates marked by `slots` to the nearby common root of the equations, by Newton's
    method."""

    def step(_: Index, point: ComplexPoint) -> ComplexPoint:
        return point - _in_slots(variety.jacobian(point), slots, variety.values(point))

    return jax.lax.fori_loop(0, newton_steps, step, z)


@_close.defjvp
def _close_jvp(
    variety: AbstractVariety, newton_steps: int, primals: tuple[Array, Array], tangents: tuple[Array, Array]
) -> tuple[ComplexPoint, ComplexPoint]:
    z, slots = primals
    dz, _ = tangents
    closed = _close(variety, newton_steps, z, slots)
    free = dz * (1 - jnp.sum(slots, axis=0))
    return closed, free + _completion(variety.jacobian(closed), slots, free)
