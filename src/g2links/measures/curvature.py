"""Curvature and Chern forms of a Kähler metric at a point.

R_{a b̄ c d̄} = -∂_c∂_d̄ g_{a b̄} + g^{e f̄} ∂_c g_{a f̄} ∂_d̄ g_{e b̄}, so that the Fubini-Study metric of K = log(1+|z|²) has
R_{a b̄ c d̄} = g_{a b̄} g_{c d̄} + g_{a d̄} g_{c b̄}. Scalars and norms are those of the Riemannian metric g_T = 2 Re g.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex

from g2links._typing import ComplexPoint, Hermitian, Index, Scalar
from g2links.calculus.mixed_jets import Bijet, bijet, holomorphic, mixed_derivatives_of
from g2links.potentials.metric import Potential
from g2links.potentials.reference import reference_potential
from g2links.varieties.charts import tangent_frame
from g2links.varieties.polynomial import Polynomial

Tensor = Complex[Array, "3 3 3 3"]


class Curvature(NamedTuple):
    """The metric and its curvature in one chart.

    Attributes:
        metric: (3, 3) g_{a b̄}.
        inverse: (3, 3) g^{a b̄}, with g^{a b̄} g_{c b̄} = δ^a_c.
        riemann: (3, 3, 3, 3) R_{a b̄ c d̄}, indexed [a, b, c, d]; symmetric in a, c and in b, d.
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


class ChernDensities(NamedTuple):
    """The top forms whose integrals are Chern numbers, as densities on V with respect to |h|² d⁶x, H = [ω/2π].

    Attributes:
        c3: its integral is the Euler number.
        c2_h: c_2∧H.
        c1_h2: c_1∧H²; its integral is 0 on a Calabi-Yau threefold.
    """

    c3: Scalar
    c2_h: Scalar
    c1_h2: Scalar


def curvature(polynomial: Polynomial, potential: Potential, z: ComplexPoint, one: Index, el: Index) -> Curvature:
    """The curvature of i∂∂̄(K_ref + u) in the slice chart (one, el), at a point in its gauge."""

    def kahler(point: ComplexPoint) -> Scalar:
        return reference_potential(polynomial.weights, point) + potential(point)

    return curvature_of(bijet(kahler, embedding_jet(polynomial, z, one, el)))


def embedding_jet(polynomial: Polynomial, z: ComplexPoint, one: Index, el: Index) -> Bijet:
    """The point of X as a holomorphic function of the coordinates of the slice chart around `z`."""

    def frame(point: ComplexPoint) -> Complex[Array, "3 5"]:
        return tangent_frame(polynomial, point, one, el)

    first = frame(z)
    second = jax.vmap(lambda v: jax.jvp(frame, (z,), (v,))[1])(first)
    return holomorphic(z, first, second)


def curvature_of(potential: Bijet) -> Curvature:
    """The curvature of i∂∂̄K from the jet of K in any three holomorphic coordinates."""
    g, third, fourth = mixed_derivatives_of(potential)
    cofactors = jnp.stack([jnp.cross(g[1], g[2]), jnp.cross(g[2], g[0]), jnp.cross(g[0], g[1])])
    inverse = cofactors / jnp.sum(g[0] * cofactors[0])
    squares = jnp.einsum("acf,ef,bde->abcd", third, inverse, third.conj())
    return Curvature(g, inverse, squares - jnp.swapaxes(fourth, 1, 2))


def chern_densities(curvature: Curvature, h: Complex[Array, ""]) -> ChernDensities:
    """Chern forms at one point, where Ω = h dz1∧dz2∧dz3: the elementary symmetric polynomials of the curvature form.

    With Θ_a^e = R_{a b̄ c d̄} g^{e b̄} dz^c∧dz̄^d, c(V) = det(1 + iΘ/2π).
    """
    theta = jnp.einsum("abcd,eb->aecd", curvature.riemann, curvature.inverse)
    g = curvature.metric
    cofactor = [
        _wedge(theta[1, (e + 1) % 3], theta[2, (e + 2) % 3]) - _wedge(theta[1, (e + 2) % 3], theta[2, (e + 1) % 3])
        for e in range(3)
    ]
    c3 = sum(jnp.sum(theta[0, e] * cofactor[e]) for e in range(3))
    minors = [_wedge(theta[a, a], theta[e, e]) - _wedge(theta[a, e], theta[e, a]) for a, e in ((0, 1), (0, 2), (1, 2))]
    c2_h = sum(jnp.sum(minor * g) for minor in minors)
    c1_h2 = jnp.sum(_wedge(g, g) * (theta[0, 0] + theta[1, 1] + theta[2, 2]))
    volume = jnp.pi**3 * (h.real**2 + h.imag**2)
    return ChernDensities(*(jnp.real(top) / volume for top in (c3, c2_h, c1_h2)))


def _wedge(a: Hermitian, b: Hermitian) -> Hermitian:
    """The product of two forms a_{cd} dz^c∧dz̄^d: its sum with a third matrix, entry by entry, is their triple product,
    as a multiple of dz1∧dz̄1∧dz2∧dz̄2∧dz3∧dz̄3 = (2/i)³ d⁶x."""
    next_a, next_b = jnp.roll(a, -1, axis=0), jnp.roll(b, -1, axis=0)
    last_a, last_b = jnp.roll(a, 1, axis=0), jnp.roll(b, 1, axis=0)
    return jnp.cross(next_a, last_b) - jnp.cross(last_a, next_b)
