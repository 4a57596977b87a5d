"""Deformations of V = {f = 0} in a weighted projective space, without a metric: Kodaira-Spencer at one point.

The deformation f + t m is followed by any vector field -m U of weight 0 with U(f) = 1. Here, with A_i = s^{w_i} and s
a weighted norm,

    U_i = A_i conj(f_i)/S,    S = Σ_j A_j |f_j|².

The Lie derivative of the residue form Ω along -m U is closed, so that its integrals are those of the class of ∂_tΩ. It
is k Ω + ι_μ Ω, where μ = -m ∂̄U has values in the tangent vectors and k is the divergence of -m U in C^N. Whatever U
is, with averages < > against |Ω|²,

    -∂_a ∂̄_b log ∫|Ω|² = <tr μ_a μ̄_b> - <k_a k̄_b> + <k_a><k̄_b>,
    ∫ Ω∧∂_a∂_b∂_cΩ / ∫ Ω∧Ω̄ = 6 <D(μ_a, μ_b, μ_c) h/h̄>   up to a sign, D the polarised determinant,

the second on threefolds, where only the (0, 3)-part of ∂_a∂_b∂_cΩ counts. All μ_a are multiples of M = ∂̄U, so that
tr M M̄ and det M · h/h̄ say all. See Griffiths, Ann. of Math. 90 (1969) 460, and Candelas and de la Ossa, Nucl. Phys. B
355 (1991) 455.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint
from g2links.forms.linear import inverse_and_determinant
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial, monomials


class Lift(NamedTuple):
    """What all directions share at a point of X.

    Attributes:
        trace: tr M M̄ on the tangent space of V; real, of any sign.
        determinant: det M · h/h̄ there, the same in every chart.
        field: (N,) U.
        divergence: ∂_i U_i, with the conjugate coordinates held fixed.
    """

    trace: Float[Array, ""]
    determinant: Complex[Array, ""]
    field: ComplexPoint
    divergence: Complex[Array, ""]


@dataclass(frozen=True)
class Directions:
    """Deformations f + Σ t_a m_a, as functions of one point.

    Args:
        polynomials: m_a, of the degree of f.
    """

    polynomials: tuple[Polynomial, ...]

    def __len__(self) -> int:
        return len(self.polynomials)

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        """The monomials that occur (u, N), and the coefficients (A, u) of each direction in them."""
        present = sorted({e for m in self.polynomials for _, e in m.terms})
        coefficients = np.zeros((len(self), len(present)), dtype=np.complex128)
        for a, m in enumerate(self.polynomials):
            for c, e in m.terms:
                coefficients[a, present.index(e)] += c
        return np.array(present, dtype=np.int64), coefficients

    def __call__(self, z: ComplexPoint) -> Complex[Array, " A"]:
        """m_a at one point."""
        exponents, coefficients = self._table
        return jnp.asarray(coefficients) @ monomials(exponents, z)


def norm_powers(variety: WeightedHypersurface, z: ComplexPoint, zb: ComplexPoint) -> ComplexPoint:
    """A_i = s^{w_i}, with s^l = Σ|z_i|^{2l/w_i} and l the least common multiple of the weights, of z and z̄ as
    independent variables: |z|² each where all weights are 1."""
    common = math.lcm(*variety.weights)
    total = sum((z[i] * zb[i]) ** (common // w) for i, w in enumerate(variety.weights))
    if common == 1:
        return total * jnp.ones_like(z)
    return jnp.exp(jnp.log(total) * (np.array(variety.weights) / common))


def unit_point(variety: WeightedHypersurface, z: ComplexPoint) -> ComplexPoint:
    """The point of the orbit with s = 1."""
    return z / jnp.sqrt(norm_powers(variety, z, jnp.conj(z)).real)


def conjugate_gradient(variety: WeightedHypersurface, zb: ComplexPoint) -> ComplexPoint:
    """conj(f_i) as a function of z̄."""
    return jnp.conj(variety.polynomial.gradient(jnp.conj(zb)))


def lifted_field(variety: WeightedHypersurface, z: ComplexPoint, zb: ComplexPoint) -> ComplexPoint:
    """U, of z and z̄ as independent variables."""
    scaled = norm_powers(variety, z, zb) * conjugate_gradient(variety, zb)
    return scaled / jnp.sum(variety.polynomial.gradient(z) * scaled)


def lift_at(variety: WeightedHypersurface, z: ComplexPoint) -> Lift:
    """U and its derivatives at one point of X with s = 1 (`unit_point`).

    With P = 1 - U ∂f the operator M P̄ on C^N is M on the tangent space of V, and 0 on U and on the Euler field E; with
    1 on these its determinant in the coordinates of C^N is det M · h/h̄.
    """
    zb, weights = jnp.conj(z), np.array(variety.weights)
    slopes = variety.polynomial.gradient(z)
    field = lifted_field(variety, z, zb)
    unit = jnp.eye(len(z), dtype=complex)

    def conjugate_slope(v: ComplexPoint) -> ComplexPoint:
        return jax.jvp(lambda y: lifted_field(variety, z, y), (zb,), (v,))[1]

    def slope(v: ComplexPoint) -> ComplexPoint:
        return jax.jvp(lambda y: lifted_field(variety, y, zb), (z,), (v,))[1]

    projector = unit - jnp.outer(field, slopes)
    shape = jax.vmap(conjugate_slope)(unit).T @ jnp.conj(projector)
    euler = weights * z
    along = (zb @ projector) / jnp.sum(weights * (z * zb).real)
    whole = shape + jnp.outer(euler, jnp.conj(along)) + jnp.outer(field, jnp.conj(slopes))
    determinant = inverse_and_determinant(whole)[1]
    divergence = jnp.trace(jax.vmap(slope)(unit))
    return Lift(jnp.sum(shape * jnp.conj(shape).T).real, determinant, field, divergence)


def divergences(directions: Directions, lift: Lift, z: ComplexPoint) -> Complex[Array, " A"]:
    """k_a at one point, the divergences of -m_a U."""
    slopes = jax.jvp(directions, (z,), (lift.field,))[1]
    return -(slopes + directions(z) * lift.divergence)
