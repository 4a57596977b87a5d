"""What can be said of a Kähler metric at one point: its sign, its agreement between charts, with differences of K, and
its curvature."""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links import forms
from g2links._typing import Array, ComplexPoint, Hermitian, Scalar
from g2links.forms.linear import inverse_cholesky
from g2links.measures.chern_numbers import control_densities
from g2links.measures.curvature import chern_densities, curvature
from g2links.potentials.metric import Potential, hermitian_metric, monge_ampere_ratio
from g2links.potentials.reference import reference_jet, reference_potential
from g2links.varieties.charts import (
    ChartPoint,
    SliceChart,
    complex_coordinates,
    embed,
    largest_coordinates,
    origin,
    point_with_fixed,
    selector,
    tangent_frame,
    to_gauge,
)
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

_STEP = 1e-3
"""Of the differences of fourth order: their truncation error is then about 1e-12, and rounding about 1e-10."""
_FOURTH_ORDER = {-2: -1 / 12, -1: 4 / 3, 0: -5 / 2, 1: 4 / 3, 2: -1 / 12}
"""Shares of the second derivative at -2, ..., 2 steps."""


class MetricFigures(NamedTuple):
    """One number at each point.

    Attributes:
        ratio: det g/|h|².
        relative_metric: (d, d) g in a frame that is unitary for the reference metric.
        chart_change: |g - g'|/|g|, with g' brought here from another chart, in the norm of g.
        differences: the same with g' from finite differences of K along V.
    """

    ratio: Scalar
    relative_metric: Hermitian
    chart_change: Scalar
    differences: Scalar


class CurvatureFigures(NamedTuple):
    """Curvature at one point.

    Attributes:
        scalar, ricci_norm, riemann_norm: of the Riemannian metric g_T.
        chern: densities of the Chern numbers, by name.
        controls: (m,) the `chern_numbers.control_densities` that go with them.
    """

    scalar: Scalar
    ricci_norm: Scalar
    riemann_norm: Scalar
    chern: dict[str, Scalar]
    controls: Float[Array, " m"]


def metric_figures(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> MetricFigures:
    """Figures that need no derivatives of the metric."""
    g = hermitian_metric(variety, potential, at)
    reference = reference_jet(variety, at.z, tangent_frame(variety, at)).hermitian()[0]
    other = metric_from_other_chart(variety, potential, at)
    differences = metric_by_differences(variety, potential, at)
    frame = inverse_cholesky(reference)
    return MetricFigures(
        monge_ampere_ratio(variety, g, at),
        frame @ g @ frame.conj().T,
        relative_distance(other, g),
        relative_distance(differences, g),
    )


def curvature_figures(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> CurvatureFigures:
    """Figures of the curvature."""
    c = curvature(variety, potential, at)
    chern = chern_densities(c, residue(variety, at))
    controls = control_densities(variety, potential, at)
    return CurvatureFigures(c.scalar, c.ricci_norm, c.riemann_norm, chern, controls)


def metric_from_other_chart(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> Hermitian:
    """g in a chart, computed in the chart where the coordinates of second largest modulus, one of each C* factor, are
    held fixed."""
    second = largest_coordinates(variety, jnp.abs(at.z).at[at.fixed].set(-1.0))
    other = point_with_fixed(variety, at.z, second)
    chosen = selector(other)

    def coordinates(point: ComplexPoint) -> Complex[Array, " d"]:
        return chosen @ to_gauge(variety, point, second)

    frame = tangent_frame(variety, at)
    jacobian = jax.vmap(lambda v: jax.jvp(coordinates, (at.z,), (v,))[1])(frame)
    g = hermitian_metric(variety, potential, other)
    return jacobian @ g @ jacobian.conj().T


def metric_by_differences(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> Hermitian:
    """g_{a b̄} from values of K at nearby points of V alone: centred differences of fourth order, step 0.001.

    ∂_v∂_v̄ K is a quarter of the second derivatives along v and iv, and g follows by polarisation.
    """
    chart = SliceChart(at, jnp.zeros(()))
    centre = complex_coordinates(origin(chart))

    def kahler(w: Complex[Array, " d"]) -> Scalar:
        point = embed(variety, chart, w)
        return reference_potential(variety, point) + potential(point)

    d = variety.dimension
    basis, pairs = np.eye(d, dtype=complex), list(itertools.combinations(range(d), 2))
    directions = np.array(
        [*basis, *(basis[a] + basis[b] for a, b in pairs), *(basis[a] + 1j * basis[b] for a, b in pairs)]
    )
    offsets, shares = np.array([*_FOURTH_ORDER]), np.array([*_FOURTH_ORDER.values()])
    steps = _STEP * np.array([1, 1j])[:, None, None, None] * offsets[:, None, None] * directions
    values = jax.vmap(kahler)(centre[None] + jnp.asarray(steps.reshape(-1, d)))
    values = values.reshape(2, len(offsets), len(directions))
    levi = jnp.einsum("iod,o->d", values, shares) / (4 * _STEP**2)
    diagonal = jnp.diag(levi[:d]).astype(complex)
    for (a, b), re, im in zip(pairs, levi[d : d + len(pairs)], levi[d + len(pairs) :], strict=True):
        mixed = 0.5 * (re - levi[a] - levi[b]) + 0.5j * (im - levi[a] - levi[b])
        diagonal = diagonal.at[a, b].set(mixed).at[b, a].set(mixed.conj())
    return diagonal


def relative_distance(a: Hermitian, g: Hermitian) -> Scalar:
    """|a - g|/|g| in the norm of g."""
    endomorphism = (a - g) @ forms.inverse(g)
    return jnp.sqrt(jnp.abs(jnp.sum(endomorphism * endomorphism.T)) / len(g))
