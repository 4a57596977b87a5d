"""The Kähler potential as a power series around a point of V, for the torsion and curvature of its metric.

Ricci curvature takes two derivatives of the metric, so four of K. Nested automatic differentiation needs thousands of
evaluations for them along all real directions; the arithmetic of truncated series gets all in one pass.
"""

import jax
import jax.numpy as jnp

from g2links._typing import ComplexPoint, Index, Scalar
from g2links.calculus.power_series import IndexSet, Series, coordinates
from g2links.calculus.through import through
from g2links.forms.linear import small_inverse
from g2links.potentials.metric import Potential
from g2links.potentials.reference import reference_potential
from g2links.varieties.charts import ChartPoint, selector
from g2links.varieties.variety import AbstractVariety


def point_series(variety: AbstractVariety, at: ChartPoint, each: int, total: int) -> Series:
    """The point of X as a holomorphic function of the coordinates of the slice chart around a point: the fixed
    coordinates constant, those that the equations are solved for order by order.

    Args:
        variety: V.
        at: the centre, in its chart.
        each: the highest degree in δ, and in conj(δ).
        total: the highest degree in both together, of what is made of the point.
    """
    slots = (at.solved[:, None] == jnp.arange(variety.variables)[None]).astype(complex)
    inverse = small_inverse(variety.jacobian(at.z)[:, at.solved])

    def raise_order(_: Index, z: Series) -> Series:
        values = through(variety.values, z).coefficients
        return Series(z.coefficients - values @ inverse.T @ slots, z.indices)

    indices = IndexSet(variety.dimension, each, total, "holomorphic")
    return jax.lax.fori_loop(0, each, raise_order, coordinates(at.z, selector(at), indices))


def potential_series(variety: AbstractVariety, potential: Potential, z: Series) -> Series:
    """K = K_ref + u, real, from `point_series`.

    Raises:
        InputError: when the potential uses an operation of JAX that is not known to `calculus.through`.
    """

    def kahler(point: ComplexPoint) -> Scalar:
        return reference_potential(variety, point) + potential(point)

    return through(kahler, z)
