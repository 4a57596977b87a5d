"""Curvature and Chern forms of a Kähler metric at a point.

R_{a b̄ c d̄} = -∂_c∂_d̄ g_{a b̄} + g^{e f̄} ∂_c g_{a f̄} ∂_d̄ g_{e b̄}, so that the Fubini-Study metric of K = log(1+|z|²) has
R_{a b̄ c d̄} = g_{a b̄} g_{c d̄} + g_{a d̄} g_{c b̄}. Scalars and norms are those of the Riemannian metric g_T = 2 Re g.
"""

import functools
import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexScalar, Hermitian, Scalar
from g2links.calculus.power_series import Series
from g2links.forms.linear import small_inverse
from g2links.potentials.metric import Potential
from g2links.potentials.series import point_series, potential_series
from g2links.varieties.charts import ChartPoint
from g2links.varieties.variety import AbstractVariety

Tensor = Complex[Array, "d d d d"]
_EACH, _TOTAL = 2, 4
"""Orders of the series of K in z and in z̄: curvature has two derivatives of g in all, one of each kind."""


class Curvature(NamedTuple):
    """The metric and its curvature in one chart.

    Attributes:
        metric: (d, d) g_{a b̄}.
        inverse: (d, d) g^{a b̄}, with g^{a b̄} g_{c b̄} = δ^a_c.
        riemann: (d, d, d, d) R_{a b̄ c d̄}, indexed [a, b, c, d]; symmetric in a, c and in b, d.
    """

    metric: Hermitian
    inverse: Hermitian
    riemann: Tensor

    @property
    def ricci(self) -> Hermitian:
        """R_{c d̄} = g^{a b̄} R_{a b̄ c d̄} = -∂_c∂_d̄ log det g."""
        return jnp.einsum("ab,abcd->cd", self.inverse, self.riemann)

    @property
    def scalar(self) -> Scalar:
        """The scalar curvature of g_T, 2 g^{a b̄} R_{a b̄}."""
        return 2 * jnp.sum(self.inverse * self.ricci).real

    @property
    def ricci_norm(self) -> Scalar:
        """|Ric|, (2 R_{a b̄} R^{a b̄})^{1/2}."""
        endomorphism = self.ricci @ self.inverse.T
        return jnp.sqrt(2 * jnp.sum(endomorphism * endomorphism.T).real)

    @property
    def riemann_norm(self) -> Scalar:
        """|Rm|, (4 R_{a b̄ c d̄} R^{a b̄ c d̄})^{1/2}."""
        up = self.inverse
        raised = jnp.einsum("abcd,ae,fb,cg,hd->efgh", self.riemann, up, up, up, up)
        return jnp.sqrt(4 * jnp.sum(raised * self.riemann.conj()).real)


def curvature(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> Curvature:
    """The curvature of i∂∂̄(K_ref + u) at a point in a slice chart."""

    return curvature_of(potential_series(variety, potential, point_series(variety, at, _EACH, _TOTAL)))


def curvature_of(potential: Series) -> Curvature:
    """The curvature of i∂∂̄K from the series of K, to second order in δ and in conj(δ), in any holomorphic
    coordinates."""
    d = potential.indices.dimension
    g = potential.derivatives(2)[:d, d:]
    third = potential.derivatives(3)[:d, :d, d:]
    fourth = potential.derivatives(4)[:d, :d, d:, d:]
    inverse = small_inverse(g).T
    squares = jnp.einsum("acf,ef,bde->abcd", third, inverse, third.conj())
    return Curvature(g, inverse, squares - jnp.swapaxes(fourth, 1, 2))


def chern_densities(curvature: Curvature, h: Complex[Array, ""]) -> dict[str, Scalar]:
    """c_k∧H^{n-k}, H = [ω/2π], for k = 1, ..., n, by the names of `chern_names`, as densities with respect to
    |h|² d^{2n}x at one point, where Ω = h dz1∧...∧dzn: the elementary symmetric polynomials of the curvature form.

    With Θ_a^e = R_{a b̄ c d̄} g^{e b̄} dz^c∧dz̄^d, c(V) = det(1 + iΘ/2π).
    """
    n = len(curvature.metric)
    theta = jnp.einsum("abcd,eb->aecd", curvature.riemann, curvature.inverse).reshape(n * n, n, n)
    factors = jnp.concatenate([theta, curvature.metric[None]])
    volume = jnp.pi**n * (h.real**2 + h.imag**2)
    densities = {}
    for k, name in enumerate(chern_names(n), start=1):
        places, signs = _symmetric_products(n, k)
        tops = jax.vmap(top_product)(factors[places])
        densities[name] = jnp.real(signs @ tops) / volume
    return densities


def chern_names(n: int) -> tuple[str, ...]:
    """c1_h2, c2_h, c3 for n = 3: the Chern numbers c_k∧H^{n-k}, k = 1, ..., n. The last is the Euler number."""
    return tuple(f"c{k}" + ("" if k == n else "_h" if k == n - 1 else f"_h{n - k}") for k in range(1, n + 1))


def top_product(factors: Complex[Array, "d d d"]) -> ComplexScalar:
    """A_1∧...∧A_n for n forms A = A_{cd} dz^c∧dz̄^d, as a multiple of dz1∧dz̄1∧...∧dzn∧dz̄n = (2/i)^n d^{2n}x; n! det A
    where all are equal."""
    orders, signs = _permutations(len(factors))
    terms = jnp.ones((len(orders),) * 2, dtype=complex)
    for factor, order in zip(factors, orders.T, strict=True):
        terms = terms * factor[order[:, None], order[None, :]]
    return signs @ terms @ signs


@functools.cache
def _permutations(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All permutations of range(n), and their signs."""
    orders = np.array(list(itertools.permutations(range(n))))
    signs = np.array([round(np.linalg.det(np.eye(n)[order])) for order in orders], dtype=float)
    return orders, signs


@functools.cache
def _symmetric_products(n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(places, signs) of the products that add up to e_k(Θ)∧g^{n-k}: each row of `places` (products, n) names n forms,
    Θ_a^e by a n + e, and g by n²."""
    places, signs = [], []
    orders, order_signs = _permutations(k)
    for chosen in itertools.combinations(range(n), k):
        for order, sign in zip(orders, order_signs, strict=True):
            entries = [a * n + chosen[e] for a, e in zip(chosen, order, strict=True)]
            places.append(entries + (n - k) * [n * n])
            signs.append(sign)
    return np.array(places), np.array(signs)
