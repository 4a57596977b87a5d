"""The Kähler metric g, the form ω and the Monge-Ampère ratio of a potential (GEOMETRY, section 2)."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame, Hermitian, Scalar
from g2links.calculus.jets import Jet, real_function_jet
from g2links.forms.linear import small_determinant
from g2links.potentials.reference import reference_jet
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

Potential = Callable[[ComplexPoint], Scalar]
"""u as a function of one point of X, real and C*-invariant. One that has a method `jet(z, frame)` of its own, as
`KahlerPotential` has, is differentiated by that; any other by automatic differentiation."""


def kahler_jet(variety: AbstractVariety, potential: Potential, z: ComplexPoint, frame: Frame) -> Jet:
    """K = K_ref + u with ∂_a K and ∂_a∂_b̄ K along a holomorphic frame at `z`."""
    own = getattr(potential, "jet", None)
    u = real_function_jet(potential, z, frame) if own is None else own(z, frame)
    return jax.tree.map(jnp.add, reference_jet(variety, z, frame), u)


def hermitian_metric(variety: AbstractVariety, potential: Potential, at: ChartPoint) -> Hermitian:
    """g_{ab̄} = ∂_a∂_b̄ (K_ref + u) at a point in a slice chart."""
    return kahler_jet(variety, potential, at.z, tangent_frame(variety, at)).hermitian()[0]


def monge_ampere_ratio(variety: AbstractVariety, g: Hermitian, at: ChartPoint) -> Scalar:
    """det g/|h|², constant exactly where g is Ricci-flat; it does not depend on the chart."""
    h = residue(variety, at)
    return hermitian_determinant(g) / (h.real**2 + h.imag**2)


def hermitian_determinant(g: Hermitian) -> Scalar:
    """det g, real, by expansion along the first row: exact to rounding and cheap to differentiate."""
    return small_determinant(g).real


def leading_minors(g: Hermitian) -> list[Scalar]:
    """The determinants of the upper left 1 × 1, ..., d × d blocks: all positive exactly where g is positive definite
    (Sylvester)."""
    return [hermitian_determinant(g[:k, :k]) for k in range(1, len(g) + 1)]


def real_transverse_metric(g: Hermitian) -> Float[Array, "real real"]:
    """g_T = 2 Re g on (x1, ..., xd, y1, ..., yd): [[2 Re g, 2 Im g], [-2 Im g, 2 Re g]]."""
    re, im = 2 * g.real, 2 * g.imag
    return jnp.block([[re, im], [-im, re]])


def kahler_form_matrix(g: Hermitian) -> Float[Array, "real real"]:
    """The antisymmetric matrix of ω = i g_{ab̄} dz^a∧dz̄^b on (x1, ..., xd, y1, ..., yd); g_T(JX, Y) = ω(X, Y)."""
    re, im = 2 * g.real, 2 * g.imag
    return jnp.block([[-im, re], [-re, -im]])
