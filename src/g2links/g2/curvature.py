"""Levi-Civita connection and curvature of a metric in coordinates, on R^n.

R_abcd is such that a unit sphere has R_abcd = g_ac g_bd - g_ad g_bc, and Ric_bd = g^ac R_abcd, n - 1 times g
there. No derivative of an inverse is taken.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from g2links._typing import Array, Matrix, Scalar, Vector
from g2links.forms.laplacian import MetricField
from g2links.forms.linear import inverse
from g2links.forms.taylor import Taylor, expand
from g2links.g2.metric import induced_metric


class Curvature(NamedTuple):
    """Connection and curvature at a point.

    Attributes:
        christoffel: Gamma^a_bc, shape (n, n, n).
        riemann: R_abcd, shape (n, n, n, n).
        ricci: Ric_ab, shape (n, n), symmetric.
        scalar: g^ab Ric_ab.
    """

    christoffel: Float[Array, "n n n"]
    riemann: Float[Array, "n n n n"]
    ricci: Matrix
    scalar: Scalar


def curvature_of(metric: MetricField) -> Callable[[Vector], Curvature]:
    """The curvature of a metric given as a function of coordinates, x (n,) to (n, n), as a function of x.

    For the metric of a 3-form compose it with `induced_metric`.
    """
    return lambda x: curvature_of_expansion(expand(metric, x))


def curvature_of_expansion(metric: Taylor) -> Curvature:
    """The curvature at the centre of an expansion of the metric."""
    raised = inverse(metric.value)
    lowered = lower_christoffel(metric.first)
    christoffel = jnp.einsum("ae,ebc->abc", raised, lowered)
    mixed = metric.second  # mixed[a, b, c, d] = d_a d_b g_cd
    linear = (
        jnp.einsum("bcad->abcd", mixed)
        + jnp.einsum("adbc->abcd", mixed)
        - jnp.einsum("acbd->abcd", mixed)
        - jnp.einsum("bdac->abcd", mixed)
    )
    quadratic = jnp.einsum("ebc,ead->abcd", lowered, christoffel)
    riemann = 0.5 * linear + quadratic - jnp.swapaxes(quadratic, 2, 3)
    ricci = jnp.einsum("ac,abcd->bd", raised, riemann)
    return Curvature(christoffel, riemann, ricci, jnp.sum(raised * ricci))


def christoffel_symbols(metric: MetricField) -> Callable[[Vector], Float[Array, "n n n"]]:
    """Gamma^a_bc of a metric given as a function of coordinates, as a function of x."""

    def symbols(x: Vector) -> Float[Array, "n n n"]:
        expansion = expand(metric, x)
        return jnp.einsum("ae,ebc->abc", inverse(expansion.value), lower_christoffel(expansion.first))

    return symbols


def lower_christoffel(first: Float[Array, "n n n"]) -> Float[Array, "n n n"]:
    """Gamma_abc = (d_b g_ac + d_c g_ab - d_a g_bc) / 2 from first[k] = d_k g."""
    by_b = jnp.einsum("bac->abc", first)
    return 0.5 * (by_b + jnp.einsum("cab->abc", first) - first)


def metric_of_phi(phi: Taylor) -> Taylor:
    """The expansion of the metric g_phi from that of phi."""
    return phi.then(induced_metric)
