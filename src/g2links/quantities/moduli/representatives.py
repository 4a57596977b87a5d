"""Harmonic representatives of Kodaira-Spencer classes, by least squares in vector fields (`harmonic` says what they are
for)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Int

from g2links._typing import Array, ComplexPoint, Hermitian
from g2links.calculus.jets import real_function_jet
from g2links.calculus.map_points import AtRows, Progress, compiled
from g2links.potentials.metric import Potential, hermitian_metric
from g2links.potentials.reference import reference_jet
from g2links.potentials.steep_features import log_steepness
from g2links.quantities.moduli.kodaira_spencer import Directions, lifted_field
from g2links.quantities.moduli.vector_fields import VectorFields, permutation_between
from g2links.varieties.charts import ChartPoint, selector, tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.polynomial import Polynomial, monomials
from g2links.varieties.residue import residue

_TOGETHER, _BLOCK = 20, 500
_DEPENDENT = 1e-12
"""Combinations of normalised fields with a smaller square are taken for 0."""


class _AtPoint(NamedTuple):
    """At one point in its chart: m_a, ∂f, the monomials, conj(D_b s_β), P in the chart (d, N), ∂̄U in the chart (d, d),
    g, and h/h̄."""

    m: Complex[Array, " A"]
    slopes: ComplexPoint
    alpha: Complex[Array, " alphas"]
    beta: Complex[Array, " betas"]
    along_beta: Complex[Array, "d betas"]
    projector: Complex[Array, "d N"]
    shape: Complex[Array, "d d"]
    metric: Hermitian
    phase: Complex[Array, ""]


class FieldGroup(NamedTuple):
    """Directions, the products of their character, and where in these each orbit of permutations begins."""

    directions: list[int]
    products: Int[np.ndarray, "n 3"]
    starts: Int[np.ndarray, " orbits"]

    @property
    def sizes(self) -> Int[np.ndarray, " orbits"]:
        """How many products each orbit has."""
        return np.diff(self.starts, append=len(self.products))


@dataclass(frozen=True)
class Representatives:
    """The search for the μ + ∂̄v of least norm.

    Args:
        fields: v.
        potential: u of the Ricci-flat metric.
        directions: m_a.
    """

    fields: VectorFields
    potential: Potential
    directions: tuple[Polynomial, ...]

    @cached_property
    def groups(self) -> "list[FieldGroup]":
        """Directions of one character, with the products of it."""
        found = []
        for part in self.fields.characters(self.directions):
            chosen = [self.directions[a] for a in part]
            products = self.fields.of_characters(chosen)
            orbits = self.fields.orbits(products, chosen)
            starts = np.cumsum([0, *map(len, orbits[:-1])])[: len(products)]
            found.append(FieldGroup(part, products[np.concatenate(orbits)], starts))
        return found

    def _at_point(self, at: ChartPoint) -> _AtPoint:
        variety, fields = self.fields.variety, self.fields
        z, zb, w = at.z, jnp.conj(at.z), jnp.asarray(variety.weights, dtype=float)
        frame = tangent_frame(variety, at)
        reference = reference_jet(variety, z, frame)
        slopes, field = variety.polynomial.gradient(z), lifted_field(variety, z, zb)
        unit = jnp.eye(len(z), dtype=complex)
        fixed = unit[at.fixed[0]]
        euler = w * z
        # components of a vector of C^N in the chart: along the orbit nothing counts
        chart = selector(at) @ (unit - jnp.outer(euler, fixed) / (fixed @ euler))
        projector = chart @ (unit - jnp.outer(field, slopes))

        def turning(v: ComplexPoint) -> ComplexPoint:
            return jax.jvp(lambda y: lifted_field(variety, z, y), (zb,), (jnp.conj(v),))[1]

        def along(v: ComplexPoint) -> Array:
            return jax.jvp(partial(monomials, fields.betas), (z,), (v,))[1]

        degrees = jnp.asarray(fields.betas @ np.array(variety.weights), dtype=float)
        powers = jnp.asarray(fields.powers_of_betas)
        rho = real_function_jet(partial(log_steepness, variety, "gradient"), z, frame)
        scale = jnp.exp(powers * rho.value[0] - degrees * reference.value[0])
        beta = monomials(fields.betas, z)
        turned = rho.complex_first()[0][:, None] * powers[None] - reference.complex_first()[0][:, None] * degrees[None]
        first = jax.vmap(along)(frame) + turned * beta[None]
        h = residue(variety, at)
        return _AtPoint(
            Directions(self.directions)(z),
            slopes,
            monomials(fields.alphas, z),
            scale * jnp.conj(beta),
            scale[None] * jnp.conj(first),
            projector,
            chart @ jax.vmap(turning)(frame).T,
            hermitian_metric(variety, self.potential, at),
            h / jnp.conj(h),
        )

    def unitary(self, points: Points, in_all: int) -> "UnitaryFields":
        """What fields are made of, in frames that are unitary for g."""
        at: _AtPoint = self._at_rows(points.at, in_all)
        lower = np.linalg.cholesky(at.metric)
        left, right = np.swapaxes(lower, 1, 2), np.linalg.inv(np.swapaxes(lower, 1, 2).conj())
        return UnitaryFields(at, left @ at.projector, left @ at.shape @ right, np.swapaxes(at.along_beta, 1, 2) @ right)

    @cached_property
    def _at_rows(self) -> AtRows:
        return compiled(self._at_point, _TOGETHER, _BLOCK)

    def coefficients(self, points: Points, progress: Progress) -> list[Complex[np.ndarray, "_n _a"]]:
        """For each group of directions the coefficients of v, by least squares over points: once for those that
        permutations of the coordinates exchange."""
        origins = [self._origin(place) for place in range(len(self.groups))]
        own = [group for group, origin in zip(self.groups, origins, strict=True) if origin is None]
        sizes = [len(group.starts) + len(group.directions) for group in own]
        grams = [np.zeros((size, size), dtype=complex) for size in sizes]
        for rows in in_blocks(points):
            at = self.unitary(points.rows(rows), points.n)
            roots = np.sqrt(points.weights[rows])[None, :, None, None]
            for gram, group in zip(grams, own, strict=True):
                both = roots * np.concatenate([at.of_orbits(group), at.of_directions(group.directions)])
                flat = both.reshape(len(both), -1)
                gram += flat.conj() @ flat.T
            progress(rows.stop, points.n)
        solved = iter([_least_squares(gram, len(group.starts)) for gram, group in zip(grams, own, strict=True)])
        found: list[Complex[np.ndarray, "_n _a"]] = []
        for group, origin in zip(self.groups, origins, strict=True):
            if origin is None:
                found.append(np.repeat(next(solved), group.sizes, axis=0))
            else:
                first, sigma = origin
                carried = np.zeros_like(found[first])
                carried[self.fields.places_after(sigma, self.groups[first].products, group.products)] = found[first]
                found.append(carried)
        return found

    def _origin(self, place: int) -> tuple[int, tuple[int, ...]] | None:
        """An earlier group of one direction from which this one comes by a permutation."""
        group, f = self.groups[place], self.fields.variety.polynomial
        if len(group.directions) == 1:
            for earlier in range(place):
                other = self.groups[earlier]
                if len(other.directions) == 1 and len(other.products) == len(group.products):
                    pair = (self.directions[other.directions[0]], self.directions[group.directions[0]])
                    sigma = permutation_between(f, *pair)
                    if sigma is not None:
                        return earlier, sigma
        return None


class UnitaryFields(NamedTuple):
    """`at` beside P, ∂̄U and conj(D s_β) in unitary frames: (p, d, N), (p, d, d) and (p, betas, d)."""

    at: _AtPoint
    projector: np.ndarray
    shape: np.ndarray
    along_beta: np.ndarray

    def of_orbits(self, group: FieldGroup) -> Complex[np.ndarray, "n p d d"]:
        """P ∂̄q - (q·∂f) ∂̄U for the sum of each orbit of products."""
        values = self._of_products(group.products)
        return values if not len(group.starts) else np.asarray(np.add.reduceat(values, group.starts, axis=0))

    def of_fields(
        self, products: Int[np.ndarray, "n 3"], coefficients: Complex[np.ndarray, "n a"]
    ) -> Complex[np.ndarray, "a p d d"]:
        """P ∂̄q - (q·∂f) ∂̄U for some combinations of products."""
        found = []
        for column in coefficients.T:
            total = np.zeros(self.shape.shape, dtype=complex)
            for j in np.unique(products[:, 0]):
                mine = products[:, 0] == j
                _, alpha, beta = products[mine].T
                factor = column[mine][None] * self.at.alpha[:, alpha]
                along = np.einsum("pn,pnb->pb", factor, self.along_beta[:, beta])
                q = np.einsum("pn,pn->p", factor, self.at.beta[:, beta])
                slope = (q * self.at.slopes[:, j])[:, None, None]
                total = total + self.projector[:, :, j, None] * along[:, None, :] - slope * self.shape
            found.append(total)
        return np.array(found)

    def _of_products(self, products: Int[np.ndarray, "n 3"]) -> Complex[np.ndarray, "n p d d"]:
        j, alpha, beta = products.T
        factor = self.at.alpha[:, alpha].T
        turning = self.projector[:, :, j].transpose(2, 0, 1)[:, :, :, None]
        along = self.along_beta[:, beta].transpose(1, 0, 2)[:, :, None, :]
        slope = (self.at.beta[:, beta] * self.at.slopes[:, j]).T
        return np.asarray(factor[:, :, None, None] * (turning * along - slope[:, :, None, None] * self.shape[None]))

    def of_directions(self, places: Sequence[int]) -> Complex[np.ndarray, "a p d d"]:
        """-m ∂̄U for some of the directions."""
        return np.asarray(-self.at.m[:, list(places)].T[:, :, None, None] * self.shape[None])


def in_blocks(points: Points) -> list[slice]:
    """Rows that are evaluated at once."""
    return [slice(i, min(i + _BLOCK, points.n)) for i in range(0, points.n, _BLOCK)]


def _least_squares(gram: Complex[np.ndarray, "s s"], unknowns: int) -> Complex[np.ndarray, "n a"]:
    """The coefficients of the first functions that leave least of each of the others."""
    sizes = np.sqrt(np.maximum(np.diagonal(gram).real, np.finfo(float).tiny))
    scaled = gram / sizes[:, None] / sizes[None]
    squares, axes = np.linalg.eigh(scaled[:unknowns, :unknowns])
    kept = squares > _DEPENDENT * max(1.0, squares[-1]) if unknowns else np.zeros(0, dtype=bool)
    inner = axes[:, kept]
    solution = -inner @ ((inner.conj().T @ scaled[:unknowns, unknowns:]) / squares[kept][:, None])
    return np.asarray(solution * sizes[unknowns:][None] / sizes[:unknowns][:, None])
