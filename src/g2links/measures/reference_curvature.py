"""Curvature of the reference metric on a variety in a product of projective spaces, by the equation of Gauss.

It needs no more than the second derivatives of the equations at a point, a hundredth of what the curvature of a
potential costs (`curvature.curvature`), so that it can be known at every point of a large sample.
"""

import jax
import jax.numpy as jnp

from g2links._typing import Frame
from g2links.forms.linear import small_inverse
from g2links.measures.curvature import Curvature
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.variety import AbstractVariety


def reference_curvature(variety: AbstractVariety, at: ChartPoint) -> Curvature:
    """That of i∂∂̄K_ref, K_ref = Σ t_α log|z^(α)|², in the slice chart of a point.

    In coordinates of norm 1 in each factor, and along vectors orthogonal to z in each of them, the metric is
    Σ t_α <·, ·>_α, and the second fundamental form of V has the components ∂_a∂_b f_j, of which the products are taken
    in (J J*)^{-1}, J the Jacobian: R_V = R_A - <II, II>, and R_A = Σ t_α (h_{ab̄} h_{cd̄} + h_{ad̄} h_{cb̄}) with the
    Fubini-Study metrics h.

    Args:
        variety: V, with charges 1.
        at: the point.
    """
    frame, z, d = tangent_frame(variety, at), at.z, variety.dimension
    metric, ambient = jnp.zeros((d, d), dtype=complex), jnp.zeros((d,) * 4, dtype=complex)
    across: Frame = jnp.zeros_like(frame)
    lengths = jnp.zeros(len(z))
    for factor in variety.factors:
        own, t = factor.coordinates, factor.polarisation
        part, rows = z[own], frame[:, own]
        norm = jnp.sum(part.real**2 + part.imag**2)
        rows = rows - jnp.outer(rows @ part.conj() / norm, part)
        h = rows @ rows.conj().T / norm
        metric = metric + t * h
        ambient = ambient + t * (jnp.einsum("ab,cd->abcd", h, h) + jnp.einsum("ad,cb->abcd", h, h))
        across, lengths = across.at[:, own].set(rows), lengths.at[own].set(norm / t)
    gradients = variety.jacobian(z)
    seconds = jax.vmap(lambda v: across @ jax.jvp(variety.jacobian, (z,), (v,))[1].T)(across)
    normal = small_inverse((gradients * lengths[None]) @ gradients.conj().T)
    bent = jnp.einsum("acj,kj,bdk->abcd", seconds, normal, seconds.conj())
    return Curvature(metric, small_inverse(metric).T, ambient - bent)
