"""The Hodge Laplacian on forms of type (p, q), applied to products of holomorphic forms and conjugates of such.

On a Kähler manifold it preserves the type, and Δ = dd† + d†d is twice that of ∂̄. For F = A∧conj(B) e^{-m K_ref}, with
holomorphic A and B with values in O(m), of types (p, 0) and (q, 0), the formulas of Weitzenböck and Bochner give, for
q = 0 and for p = q = 1 and every Kähler metric, Ricci-flat or not,

    ½ΔF = m g^{cd̄} ∂_c∂_d̄K_ref F - g^{cd̄} D_cA conj(D_dB) - R(F),    D_c = ∇_c - m ∂_cK_ref,

with the Levi-Civita connection ∇ of g; R(F) = 0 for q = 0, and R(F)_{ab̄} = g^{cd̄} g^{ef̄} R_{a f̄ c b̄} F_{e d̄} in the
convention of `measures.curvature` for p = q = 1, where the terms of the Ricci curvature cancel. The codifferential is

    δF = -g^{ab̄} D_aA_{..} conj(B)_b̄ (type (p, q-1)),    -g^{ab̄} A_{a..} conj(D_bB) (type (p-1, q)).

As with functions the operator itself is applied at every point. All is written in frames that are unitary for g.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, Frame, Scalar
from g2links.calculus.map_points import compiled
from g2links.calculus.power_series import Series
from g2links.forms.linear import inverse_cholesky, small_determinant
from g2links.measures.curvature import curvature_of
from g2links.potentials.metric import Potential
from g2links.potentials.reference import reference_jet
from g2links.potentials.series import point_series, potential_series
from g2links.quantities.spectrum.averages import Operator, points_last
from g2links.quantities.spectrum.form_space import FormSpace, HolomorphicForms
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points
from g2links.varieties.polynomial import monomials
from g2links.varieties.variety import AbstractVariety

_TOGETHER, _BLOCK = 10, 500


class FormsAtPoint(NamedTuple):
    """What the operator needs at one point, in a unitary frame; all components of alternating tensors.

    Attributes:
        alpha: (A, n, ...) the A.
        along_alpha: (A, n, n, ...) D_c A, c first.
        beta: (B, n, ...) the B.
        along_beta: (B, n, n, ...) D_d B, d first.
        trace: g^{ab̄} ∂_a∂_b̄ K_ref.
        riemann: (n, n, n, n) R_{a b̄ c d̄}; (1, 1, 1, 1) and 0 where it is not needed.
    """

    alpha: Complex[Array, "A ..."]
    along_alpha: Complex[Array, "A n ..."]
    beta: Complex[Array, "B ..."]
    along_beta: Complex[Array, "B n ..."]
    trace: Scalar
    riemann: Complex[Array, "k k k k"]


class _Geometry(NamedTuple):
    """At one point in its chart: z, the frame, its derivatives, Γ_{ca}^e, ∂_cK_ref, e^{-K_ref/2}, a unitary frame."""

    z: Complex[Array, " N"]
    frame: Frame
    turning: Complex[Array, "n n N"]
    christoffel: Complex[Array, "n n n"]
    base: Complex[Array, " n"]
    half: Scalar
    unitary: Complex[Array, "n n"]


@dataclass(frozen=True)
class HodgeOperator(Operator):
    """Δ on the forms of a space, at the points of V.

    Args:
        space: the forms.
        potential: u.
    """

    space: FormSpace
    potential: Potential

    @property
    def block(self) -> int:
        """Points whose sections are in memory at once."""
        return _BLOCK

    def at_point(self, at: ChartPoint) -> FormsAtPoint:
        """All sections at one point."""
        variety, (_, q) = self.space.variety, self.space.hodge_type
        n, curved = variety.dimension, q > 0
        point = point_series(variety, at, 2, 4 if curved else 3)
        kahler = potential_series(variety, self.potential, point)
        g, third = kahler.derivatives(2)[:n, n:], kahler.derivatives(3)[:n, :n, n:]
        unitary = inverse_cholesky(g)
        up = jnp.einsum("ia,ib->ab", unitary, unitary.conj())
        frame = point.derivatives(1)[:n]
        reference = reference_jet(variety, at.z, frame)
        geometry = _Geometry(
            at.z,
            frame,
            point.derivatives(2)[:n, :n],
            jnp.einsum("caf,ef->cae", third, up),
            reference.complex_first()[0],
            jnp.exp(-0.5 * reference.value[0]),
            unitary,
        )
        trace = jnp.einsum("ab,ab->", up, reference.hermitian()[0]).real
        left = _sections(variety, self.space.left, geometry)
        right = _sections(variety, self.space.right, geometry)
        return FormsAtPoint(*left, *right, trace, _riemann(kahler, unitary) if curved else jnp.zeros((1,) * 4, complex))

    def sections_at(self, in_all: int) -> Callable[[Points], FormsAtPoint]:
        """`at_point` at many points, which come last in all arrays, compiled once."""
        at_rows = compiled(partial(_at_point, self), _TOGETHER, _BLOCK)

        def at_points(part: Points) -> FormsAtPoint:
            found: FormsAtPoint = jax.tree.map(points_last, at_rows(part.at, in_all))
            return found

        return at_points

    def products(self, sections: FormsAtPoint, pairs: np.ndarray) -> tuple[np.ndarray, ...]:
        """F, ΔF, δF and (∂̄ + ∂̄†)F for some products, (n, components, points) complex each, from the sections."""
        left, right = pairs.T
        (p, q), n = self.space.hodge_type, self.space.variety.dimension
        alpha, along_alpha = (np.asarray(x)[left] for x in (sections.alpha, sections.along_alpha))
        b, db = (np.asarray(x)[right].conj() for x in (sections.beta, sections.along_beta))
        a, da = _increasing(alpha, p, n), _increasing(along_alpha, p, n, 1)
        if q == 0:
            value, mixed = a * b[:, None], sum(da[:, c] * db[:, c, None] for c in range(n))
            inner = _contracted(alpha, db, p, n)
            slope = a[:, :, None] * db[:, None]
        else:
            value = a[:, :, None] * b[:, None]
            mixed = sum(da[:, c, :, None] * db[:, c, None] for c in range(n))
            mixed = mixed + np.einsum("afcbp,xfcp->xabp", sections.riemann, value)
            adjoint = np.asarray(sum(da[:, c] * b[:, c, None] for c in range(n)))
            inner = np.concatenate([adjoint, sum(a[:, c, None] * db[:, c] for c in range(n))], axis=1)
            turned = a[:, :, None] * _increasing(db - np.swapaxes(db, 1, 2), 2, n)[:, None]
            slope = np.concatenate([turned.reshape(len(a), -1, a.shape[-1]), adjoint], axis=1)
        degrees = self.space.left.degrees[left].reshape((-1,) + (1,) * (value.ndim - 1))
        laplacian = 2 * (degrees * sections.trace * value - mixed)
        return tuple(x.reshape(len(x), -1, x.shape[-1]) for x in (value, laplacian, inner, slope))


def _at_point(operator: HodgeOperator, at: ChartPoint) -> FormsAtPoint:
    return operator.at_point(at)


def _sections(
    variety: AbstractVariety, forms: HolomorphicForms, at: _Geometry
) -> tuple[Complex[Array, "A ..."], Complex[Array, "A n ..."]]:
    """A and D_cA in the unitary frame, with half of the weight e^{-m K_ref}."""
    n, size = len(at.frame), forms.subsets.shape[1]
    p = size - len(variety.charges) if size else 0
    norms, m = jnp.asarray(_norms(forms)), jnp.asarray(forms.degrees, dtype=float)

    def values(z: Array, frame: Array) -> Array:
        factor = norms * monomials(forms.exponents, z)
        if not p:
            return factor
        forms_at = _contracted_differentials(variety, forms.subsets, p, z, frame)
        return factor.reshape((-1,) + (1,) * p) * forms_at[forms.places]

    def along(c: Array, turning: Array) -> Array:
        return jax.jvp(values, (at.z, at.frame), (c, turning))[1]

    value = values(at.z, at.frame)
    shape = (-1, 1) + (1,) * p
    first = jnp.moveaxis(jax.vmap(along)(at.frame, at.turning), 0, 1)
    first = first - (m[:, None] * at.base[None]).reshape((-1, n) + (1,) * p) * value[:, None]
    for axis in range(p):
        # Γ_{ca}^e A_{..e..}, its index a where e was
        turned = jnp.tensordot(value, at.christoffel, axes=[[1 + axis], [2]])
        turned = jnp.moveaxis(turned, -2, 1)
        first = first - jnp.moveaxis(turned, -1, 2 + axis)
    weight = at.half**m
    for axis in range(p):
        value = _applied(at.unitary, value, 1 + axis)
    for axis in range(1 + p):
        first = _applied(at.unitary, first, 1 + axis)
    return weight.reshape((-1,) + (1,) * p) * value, weight.reshape(shape) * first


def _applied(matrix: Array, tensor: Array, axis: int) -> Array:
    return jnp.moveaxis(jnp.tensordot(tensor, matrix, axes=[[axis], [1]]), -1, axis)


def _contracted_differentials(
    variety: AbstractVariety, subsets: np.ndarray, p: int, z: Array, frame: Array
) -> Complex[Array, "S ..."]:
    """The contractions of dz_I with the fields along the orbits, at all p vectors of the frame: minors of the matrix of
    these fields and vectors."""
    n, orbits = len(frame), jnp.asarray(variety.charges) * z[None]
    components = jnp.zeros((len(subsets),) + (n,) * p, dtype=complex)
    for chosen in itertools.combinations(range(n), p):
        rows = jnp.concatenate([orbits, frame[np.array(chosen)]])
        minors = jax.vmap(small_determinant)(jnp.moveaxis(rows[:, subsets], 1, 0))
        for order in itertools.permutations(range(p)):
            sign = round(float(np.linalg.det(np.eye(p)[list(order)])))
            components = components.at[:, *(chosen[i] for i in order)].set(sign * minors)
    return components


def _norms(forms: HolomorphicForms) -> np.ndarray:
    """The square roots of multinomial coefficients, with which all are of comparable size."""
    logs = [math.lgamma(sum(row) + 1) - sum(math.lgamma(k + 1) for k in row) for row in forms.exponents.tolist()]
    return np.exp(0.5 * np.array(logs))


def _riemann(kahler: Series, unitary: Array) -> Complex[Array, "n n n n"]:
    """R_{a b̄ c d̄} in a unitary frame."""
    riemann: Array = curvature_of(kahler).riemann
    for axis, matrix in enumerate((unitary, unitary.conj(), unitary, unitary.conj())):
        riemann = _applied(matrix, riemann, axis)
    return riemann


def _increasing(tensors: np.ndarray, p: int, n: int, before: int = 0) -> np.ndarray:
    """The components at increasing indices, as one axis, after so many others; one component for p = 0."""
    axis = 1 + before
    if p == 0:
        return np.expand_dims(tensors, axis)
    if p == 1:
        return tensors
    rows, columns = np.array(list(itertools.combinations(range(n), p))).T
    return np.asarray(tensors[(slice(None),) * axis + (rows, columns)])


def _contracted(alpha: np.ndarray, along: np.ndarray, p: int, n: int) -> np.ndarray:
    """Σ_c A_{c..} conj(D_c B), for the increasing indices that are left."""
    total = sum(alpha[:, c] * along[:, c].reshape((len(along),) + (1,) * (p - 1) + along.shape[2:]) for c in range(n))
    return _increasing(np.asarray(total), p - 1, n)
