"""Closed forms on a complete intersection whose classes its degrees say: reference forms and Chern forms of the normal
bundle."""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array
from g2links.forms.linear import small_inverse
from g2links.potentials.reference import log_radius_jet
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.intersection import intersect
from g2links.varieties.variety import AbstractVariety


class ClosedForms(NamedTuple):
    """At one point, in the frame of its chart.

    Attributes:
        references: (r, d, d) i∂∂̄K_α of each factor, K_α = 2 log r_α, of the class J_α in units of 2π.
        normal: (m, m, d, d) the curvature of the normal bundle, an m × m matrix of forms; its trace has the class
            Σ_j q_j, its determinant Π_j q_j.
    """

    references: Complex[Array, "r d d"]
    normal: Complex[Array, "m m d d"]

    @property
    def determinant(self) -> Complex[Array, "d d"]:
        """Its trace, the curvature of the determinant of the normal bundle."""
        return jnp.trace(self.normal)


def closed_forms(variety: AbstractVariety, at: ChartPoint) -> ClosedForms:
    """The normal bundle has the metric inverse to M_{jk} = Σ_i r^{2Q_i}/t_i ∂_i f_j conj(∂_i f_k), with t_i that of the
    factor of z_i, which grows by λ^{q_j} and conj(λ^{q_k}) under the action of λ. Its curvature is large where V bends
    fast, where gradients are small or nearly parallel, and there that of the reference metric is close to a polynomial
    in it.

    At a point it is taken along horizontal vectors, on which ∂K_α = 0, so that with J the Jacobian, S the diagonal of
    r^{2Q_i}/t_i, and M_a the derivative of M by that of J alone

        ∂_b̄(∂_aM M^{-1}) = (M_{ab̄} - M_a M^{-1} M_b̄) M^{-1},   M_{ab̄} = ∂_aJ S ∂_bJ* + J S (Q·∂_a∂_b̄K) J*.

    Args:
        variety: V.
        at: the point.
    """
    frame, d = tangent_frame(variety, at), variety.dimension
    z, scales, parts = at.z, jnp.ones(len(at.z)), []
    for factor in variety.factors:
        jet = log_radius_jet(factor.charges, factor.of(z), factor.of(frame))
        own, charges = factor.coordinates, jnp.asarray(factor.charges, dtype=float)
        first = jet.first[0, :d] + 1j * jet.first[0, d:]
        scales = scales.at[own].set(jnp.exp(charges * jet.value[0]) / factor.polarisation)
        frame = frame.at[:, own].add(-jnp.outer(first, charges * factor.of(z)))
        parts.append(jet.hermitian()[0])
    rows, references = variety.jacobian(z), jnp.stack(parts)
    moved = jax.vmap(lambda v: jax.jvp(variety.jacobian, (z,), (v,))[1])(frame)
    inverse = small_inverse((rows * scales[None]) @ rows.conj().T)
    turned = jnp.einsum("ji,ai,ki->ajk", rows * scales[None], jnp.asarray(variety.charges), rows.conj())
    mixed = jnp.einsum("cjk,cab->jkab", turned, references) + jnp.einsum(
        "aji,bki->jkab", moved * scales[None, None], moved.conj()
    )
    along = jnp.einsum("aji,ki->ajk", moved * scales[None, None], rows.conj())
    crossed = jnp.einsum("ajk,kl,bml->jmab", along, inverse, along.conj())
    return ClosedForms(references, jnp.einsum("jkab,kl->jlab", mixed - crossed, inverse))


class Product(NamedTuple):
    """A sum of products of n forms out of those of the normal bundle, entry by entry, the references, and others.

    Attributes:
        places: (terms, n) numbers of the forms.
        signs: (terms,) of the products.
        number: its integral, in units of (2π)^n.
    """

    places: np.ndarray
    signs: np.ndarray
    number: float


def products(variety: AbstractVariety, others: list[tuple[int | float, ...]]) -> list[Product]:
    """All c_k(N)∧A_1∧...∧A_{n-k} with an integral above 0, where c_k, k ≠ 1, are Chern forms of the normal bundle, and
    the A_i are references, its trace, or others, of given classes; the trace is the first form after the references."""
    m, n, rows = len(variety.equations), variety.dimension, np.eye(len(variety.charges), dtype=int).tolist()
    total = tuple(map(sum, zip(*variety.degrees, strict=True)))
    classes = [*map(tuple, rows), total, *others]
    found = []
    for k in (0, *range(2, min(m, n) + 1)):
        pairs = [
            ([a * m + s for a, s in zip(chosen, order, strict=True)], _sign(order))
            for chosen in itertools.combinations(range(m), k)
            for order in itertools.permutations(chosen)
        ]
        for rest in itertools.combinations_with_replacement(range(len(classes)), n - k):
            own = [classes[i] for i in rest]
            number = sum(
                intersect(variety, [*(variety.degrees[j] for j in chosen), *own])
                for chosen in itertools.combinations(range(m), k)
            )
            if number > 0:
                places = np.array([[*first, *(m * m + i for i in rest)] for first, _ in pairs])
                found.append(Product(places, np.array([float(sign) for _, sign in pairs]), float(number)))
    return found


def _sign(order: tuple[int, ...]) -> int:
    inversions = sum(a > b for a, b in itertools.combinations(order, 2))
    return -1 if inversions % 2 else 1
