"""The Laplacian on the functions of a charge, in the sectors of the symmetries, by averages over points of V.

For S = s_α conj(s_β) e^{-m K_ref}, a section of O(q) with the Chern connection of e^{-qK}, K = K_ref + u,

    ∇*∇ S = -2 g^{ab̄} ∇_a ∇_b̄ S + n q S,    n = dim V,
    ∇_a ∇_b̄ S = e^{-m K_ref} (D_a s_α conj(D_b s_β) - m ∂_a∂_b̄K_ref s_α conj(s_β)),
    D_a s_α = (∂_a - m ∂_aK_ref - q ∂_aK) s_α,    D_b s_β = (∂_b - m ∂_bK_ref) s_β.

On V (q = 0) this is the Laplacian of g_T = 2 Re g; on the link the function of S has the eigenvalue of ∇*∇ plus q². The
operator itself is applied at every point, ⟨F_i, Δ F_j⟩, and not ⟨dF_i, dF_j⟩: then a function that is an eigenfunction
has its eigenvalue exactly, whatever the points, and errors of averages enter only with what is left of ΔF - λF.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, Scalar
from g2links.calculus.map_points import compiled
from g2links.forms.linear import small_inverse
from g2links.potentials.metric import Potential, kahler_jet
from g2links.potentials.reference import log_radii_squared, reference_jet
from g2links.quantities.spectrum.averages import BLOCK, Operator, points_last
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.polynomial import monomials
from g2links.varieties.variety import AbstractVariety

_TOGETHER = 20


class SectionValues(NamedTuple):
    """All sections at one point of the link, |·| in the metrics of their bundles.

    Attributes:
        alpha: (A,) s_α r^{-m} e^{-qK/2}.
        beta: (B,) s_β r^{-m}.
    """

    alpha: Complex[Array, " A"]
    beta: Complex[Array, " B"]


class SectionsAtPoint(NamedTuple):
    """What the operator needs at one point.

    Attributes:
        alpha: (A,) s_α e^{-qu/2}, in the gauge where K_ref = 0.
        along_alpha: (n, A) g^{ab̄} D_a s_α e^{-qu/2}.
        beta: (B,) s_β.
        along_beta: (n, B) D_b s_β.
        trace: g^{ab̄} ∂_a∂_b̄ K_ref.
    """

    alpha: Complex[Array, " A"]
    along_alpha: Complex[Array, "n A"]
    beta: Complex[Array, " B"]
    along_beta: Complex[Array, "n B"]
    trace: Scalar


@dataclass(frozen=True)
class LaplaceOperator(Operator):
    """Δ on the functions of a space, at the points of V.

    Args:
        space: the functions.
        potential: u.
    """

    space: FunctionSpace
    potential: Potential

    @property
    def variety(self) -> AbstractVariety:
        """V."""
        return self.space.variety

    def values(self, z: ComplexPoint) -> SectionValues:
        """All sections at one point of the cone, moved to r = 1."""
        space = self.space
        scale, twist = self._scale(z), jnp.exp(-0.5 * space.charge * self.potential(z))
        alpha = jnp.asarray(space.alpha_norms) * monomials(space.alphas, scale * z)
        return SectionValues(twist * alpha, jnp.asarray(space.beta_norms) * monomials(space.betas, scale * z))

    def _scale(self, z: ComplexPoint) -> Float[Array, " variables"]:
        """Of the coordinates, to r = 1 in each factor."""
        radii = jnp.stack(log_radii_squared(self.variety, z))
        return jnp.exp(-0.5 * radii @ jnp.asarray(self.variety.charges, dtype=float))

    def at_point(self, at: ChartPoint) -> SectionsAtPoint:
        """All sections at one point."""
        variety, q = self.variety, self.space.charge
        frame = tangent_frame(variety, at)
        reference = reference_jet(variety, at.z, frame, kahler=self.space.unit)
        whole = kahler_jet(variety, self.potential, at.z, frame)
        inverse = small_inverse(whole.hermitian()[0])
        trace = jnp.trace(inverse @ reference.hermitian()[0]).real
        base, full = reference.complex_first()[0], whole.complex_first()[0]
        scale = self._scale(at.z)
        twist = jnp.exp(-0.5 * q * (whole.value[0] - reference.value[0]))

        def sections(exponents: np.ndarray, norms: np.ndarray, m: np.ndarray, charge: int) -> tuple[Array, Array]:
            factors = jnp.asarray(norms)

            def along(v: Array) -> Array:
                return jax.jvp(partial(monomials, exponents), (scale * at.z,), (scale * v,))[1]

            value = factors * monomials(exponents, scale * at.z)
            first = factors[None] * jax.vmap(along)(frame)
            connection = base[:, None] * m[None] + charge * full[:, None]
            return value, first - connection * value[None]

        space = self.space
        alpha, along_alpha = sections(space.alphas, space.alpha_norms, space.alpha_degrees - q, q)
        beta, along_beta = sections(space.betas, space.beta_norms, space.beta_degrees, 0)
        return SectionsAtPoint(twist * alpha, inverse @ (twist * along_alpha), beta, along_beta, trace)

    def products(self, sections: SectionsAtPoint, pairs: np.ndarray) -> tuple[np.ndarray, ...]:
        """F and ΔF for some products, (n, points) complex each, from the sections at the points, which come last."""
        left, right = pairs.T
        q, dimension = self.space.charge, self.variety.dimension
        value = np.asarray(sections.alpha[left] * sections.beta[right].conj())
        laplacian = (2 * self.space.beta_degrees[right][:, None] * sections.trace[None] + q * (dimension + q)) * value
        for along_alpha, along_beta in zip(sections.along_alpha, sections.along_beta, strict=True):
            laplacian -= 2 * along_alpha[left] * along_beta[right].conj()
        return value, laplacian

    @property
    def block(self) -> int:
        """Points whose sections are in memory at once."""
        return BLOCK

    def sections_at(self, in_all: int) -> Callable[[Points], SectionsAtPoint]:
        """`at_point` at many points, which come last in all arrays, compiled once."""
        at_rows = compiled(partial(_at_point, self), _TOGETHER, BLOCK)

        def at_points(part: Points) -> SectionsAtPoint:
            found: SectionsAtPoint = jax.tree.map(points_last, at_rows(part.at, in_all))
            return found

        return at_points


def _at_point(operator: LaplaceOperator, at: ChartPoint) -> SectionsAtPoint:
    return operator.at_point(at)
