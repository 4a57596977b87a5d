"""The holomorphic volume form Ω as a residue (GEOMETRY, section 2)."""

import math

import jax.numpy as jnp
from jaxtyping import Complex

from g2links._typing import Array, Indices
from g2links.forms.linear import small_determinant
from g2links.varieties.charts import ChartPoint
from g2links.varieties.intersection import intersect
from g2links.varieties.variety import AbstractVariety


def residue(variety: AbstractVariety, at: ChartPoint) -> Complex[Array, ""]:
    """h with Ω = h dz_1∧...∧dz_d in the slice chart of a point.

    h = s Π_α Q_{α,o} z_o / det(∂f_j/∂z_s), where the o are fixed and the s solved for, and s is the sign of the
    permutation (fixed, solved, remaining coordinates): without it the form would change sign from chart to chart, and
    ReΥ and φ would not be defined on the link.
    """
    charges = jnp.asarray(variety.charges)[jnp.arange(len(at.fixed)), at.fixed]
    slope = small_determinant(variety.jacobian(at.z)[:, at.solved])
    return chart_sign(at.fixed, at.solved) * jnp.prod(charges * at.z[at.fixed]) / slope


def chart_sign(fixed: Indices, solved: Indices) -> Array:
    """The sign of the permutation (fixed, solved, the others in ascending order) of (0, ..., N - 1)."""
    taken = jnp.concatenate([fixed, solved])
    greater = taken[:, None] > taken[None]
    return 1.0 - 2.0 * ((jnp.sum(taken) - jnp.sum(greater) + jnp.sum(jnp.triu(greater))) % 2)


def kahler_volume(variety: AbstractVariety) -> float:
    """∫_V ω^n/n!, the same for every Kähler potential (it is cohomological): (2π)^n d / (n! Πw) on a hypersurface."""
    n = variety.dimension
    return (2 * math.pi) ** n / math.factorial(n) * float(intersect(variety, [variety.polarisation] * n))


def volume_factor(dimension: int) -> int:
    """ω^n/n! over det g d^{2n}x, with d^{2n}x the real volume of the chart coordinates: 2^n."""
    return 2**dimension
