"""Harmonic (2, 1)-forms, and special geometry from them: what a Ricci-flat metric is needed for.

The class of the deformation f + t m is that of μ = -m ∂̄U, with values in the tangent vectors (`kodaira_spencer`). Its
harmonic representative is the μ + ∂̄v of least norm, with v any vector field on V. Here v = P q, where P projects along
U onto the tangent space, and the components q_j are combinations of s_α conj(s_β) r^{-2|β|}, |α| - |β| = w_j. As
∂̄(P q) = P ∂̄q - (q·∂f) ∂̄U,

    μ + ∂̄v = P ∂̄q - (m + q·∂f) ∂̄U,

and the coefficients of q solve a linear least-squares problem. Phases that preserve f leave only the products of the
character of m. On a Ricci-flat V, with averages < > against |Ω|² and harmonic μ_a,

    -∂_a ∂̄_b log ∫|Ω|² = <μ_a, μ_b>,    ∫ Ω∧∂_a∂_b∂_cΩ / ∫ Ω∧Ω̄ = 6 <D(μ_a, μ_b, μ_c) h/h̄>   up to a sign

(Candelas and de la Ossa, Nucl. Phys. B 355 (1991) 455); ι_μ Ω is the harmonic (2, 1)-form, and it is primitive. Its
real and imaginary part are harmonic on the link too, and all harmonic 3-forms of the link but Re Υ and Im Υ are such.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float, Int

from g2links._typing import Array, ComplexPoint, Hermitian
from g2links.calculus.map_points import AtRows, Progress, compiled
from g2links.errors import InputError
from g2links.potentials.metric import Potential, hermitian_metric
from g2links.potentials.reference import reference_jet
from g2links.quantities.moduli.estimates import THREEFOLD, Measured, Triple
from g2links.quantities.moduli.kodaira_spencer import Directions, lifted_field
from g2links.quantities.moduli.vector_fields import VectorFields, permutation_between
from g2links.varieties.charts import ChartPoint, selector, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.sampling import Points, independent_groups
from g2links.varieties.polynomial import Polynomial, monomials
from g2links.varieties.residue import residue
from g2links.varieties.symmetry import equations_lattice, residues

_TOGETHER, _BLOCK = 20, 500
_GROUPS = 8
"""Of independent points, for standard errors."""
_DEPENDENT = 1e-12
"""Combinations of normalised fields with a smaller square are taken for 0."""


class HarmonicModuli(NamedTuple):
    """Special geometry by harmonic representatives.

    Attributes:
        metric: (A, A) <μ_a, μ_b>, Hermitian: the Weil-Petersson metric, in which directions that only change
            coordinates have length 0.
        metric_errors: (A, A) standard errors.
        couplings: Y_abc for each triple that was asked for; 0 without an error where the phases of f say so.
        asymmetry: (A,) the share of |μ_a|² in the part that is not symmetric, which vanishes for harmonic μ_a.
    """

    metric: Complex[np.ndarray, "A A"]
    metric_errors: Float[np.ndarray, "A A"]
    couplings: dict[Triple, Measured]
    asymmetry: Float[np.ndarray, " A"]


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


def harmonic_moduli(
    variety: WeightedHypersurface,
    potential: Potential,
    directions: Sequence[Polynomial],
    points: Points,
    degree: int,
    *,
    triples: Sequence[Triple] = (),
    progress: Progress = lambda *_: None,
) -> HarmonicModuli:
    """Metric and couplings by harmonic representatives.

    Args:
        variety: V.
        potential: u of its Ricci-flat metric.
        directions: m_a.
        points: of V. The same find the representatives and measure: least squares makes all ⟨μ, ∂̄v⟩ vanish in their
            averages, too, which takes the noise of these away.
        degree: of the vector fields.
        triples: whose couplings are asked for.
        progress: called with the points done.

    Raises:
        InputError: for less than 100 points.
    """
    if points.n < 100:
        raise InputError("n_points", points.n, "at least 100 points")
    found = _Fit(VectorFields(variety, degree), potential, tuple(directions))
    allowed = [triple for triple in triples if found.is_allowed(triple)]
    coefficients = found.coefficients(points, lambda done, _: progress(done, 2 * points.n))
    measured = found.measure(coefficients, points, allowed, lambda done, _: progress(points.n + done, 2 * points.n))
    zeros = {triple: Measured(0.0, 0.0) for triple in triples}
    return measured._replace(couplings={**zeros, **measured.couplings})


class _Group(NamedTuple):
    """Directions, the products of their character, and where in these each orbit of permutations begins."""

    directions: list[int]
    products: Int[np.ndarray, "n 3"]
    starts: Int[np.ndarray, " orbits"]

    @property
    def sizes(self) -> Int[np.ndarray, " orbits"]:
        """How many products each orbit has."""
        return np.diff(self.starts, append=len(self.products))


@dataclass(frozen=True)
class _Fit:
    fields: VectorFields
    potential: Potential
    directions: tuple[Polynomial, ...]

    @cached_property
    def groups(self) -> "list[_Group]":
        """Directions of one character, with the products of it."""
        found = []
        for part in self.fields.characters(self.directions):
            chosen = [self.directions[a] for a in part]
            products = self.fields.of_characters(chosen)
            orbits = self.fields.orbits(products, chosen)
            starts = np.cumsum([0, *map(len, orbits[:-1])])[: len(products)]
            found.append(_Group(part, products[np.concatenate(orbits)], starts))
        return found

    def at_point(self, at: ChartPoint) -> _AtPoint:
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
        scale = jnp.exp(-degrees * reference.value[0])
        beta = monomials(fields.betas, z)
        first = jax.vmap(along)(frame) - reference.complex_first()[0][:, None] * degrees[None] * beta[None]
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

    def unitary(self, points: Points, in_all: int) -> "_Unitary":
        """What fields are made of, in frames that are unitary for g."""
        at: _AtPoint = self._at_rows(points.at, in_all)
        lower = np.linalg.cholesky(at.metric)
        left, right = np.swapaxes(lower, 1, 2), np.linalg.inv(np.swapaxes(lower, 1, 2).conj())
        return _Unitary(at, left @ at.projector, left @ at.shape @ right, np.swapaxes(at.along_beta, 1, 2) @ right)

    @cached_property
    def _at_rows(self) -> AtRows:
        return compiled(self.at_point, _TOGETHER, _BLOCK)

    def coefficients(self, points: Points, progress: Progress) -> list[Complex[np.ndarray, "_n _a"]]:
        """For each group of directions the coefficients of v, by least squares over points: once for those that
        permutations of the coordinates exchange."""
        origins = [self._origin(place) for place in range(len(self.groups))]
        own = [group for group, origin in zip(self.groups, origins, strict=True) if origin is None]
        sizes = [len(group.starts) + len(group.directions) for group in own]
        grams = [np.zeros((size, size), dtype=complex) for size in sizes]
        for rows in _in_blocks(points):
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

    def is_allowed(self, triple: Triple) -> bool:
        """Whether the phases that preserve f leave the coupling of three directions: that of m_a m_b m_c Ω²/f³, where
        Ω turns as z_1···z_N/f does."""
        f = self.fields.variety.polynomial
        shift = 2 - 5 * f.exponents[0]
        sums = [
            np.sum(rows, axis=0) + shift
            for rows in itertools.product(*([np.array(e) for _, e in self.directions[a].terms] for a in triple))
        ]
        return bool((~residues(equations_lattice(self.fields.variety), np.array(sums)).any(axis=1)).any())

    def measure(
        self,
        coefficients: list[Complex[np.ndarray, "_n _a"]],
        points: Points,
        triples: Sequence[Triple],
        progress: Progress,
    ) -> HarmonicModuli:
        """Averages over other points."""
        count, done = len(self.directions), 0
        places = np.array(triples, dtype=np.int64).reshape(-1, 3)
        sums = []
        for group in independent_groups(points, _GROUPS):
            own = points.rows(group)
            weight, metric, coupling = 0.0, np.zeros((count, count), complex), np.zeros(len(places), complex)
            skew = np.zeros(count)
            for rows in _in_blocks(own):
                at, w = self.unitary(own.rows(rows), points.n), own.weights[rows]
                mu = np.zeros((count, len(w), *at.shape.shape[1:]), dtype=complex)
                for group_of, c in zip(self.groups, coefficients, strict=True):
                    part = group_of.directions
                    mu[part] = at.of_directions(part) + at.of_fields(group_of.products, c)
                weighted = np.sqrt(w)[None, :, None, None] * mu
                for part, *_ in self.groups:
                    flat = weighted[part].reshape(len(part), -1)
                    metric[np.ix_(part, part)] += flat @ flat.conj().T
                skew += np.sum(np.abs(weighted - np.swapaxes(weighted, 2, 3)) ** 2, axis=(1, 2, 3)) / 4
                coupling += _couplings(mu, places) @ (w * at.at.phase)
                weight += float(w.sum())
                done += len(w)
                progress(done, points.n)
            sums.append((weight, metric, coupling, skew))
        return _results([np.array(column) for column in zip(*sums, strict=True)], places)


class _Unitary(NamedTuple):
    """`at` beside P, ∂̄U and conj(D s_β) in unitary frames: (p, d, N), (p, d, d) and (p, betas, d)."""

    at: _AtPoint
    projector: np.ndarray
    shape: np.ndarray
    along_beta: np.ndarray

    def of_orbits(self, group: _Group) -> Complex[np.ndarray, "n p d d"]:
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


def _in_blocks(points: Points) -> list[slice]:
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


def _couplings(mu: Complex[np.ndarray, "a p d d"], triples: Int[np.ndarray, "t 3"]) -> Complex[np.ndarray, "t p"]:
    """6 D(μ_a, μ_b, μ_c) at each point, D the polarised determinant: by inclusion and exclusion."""
    if mu.shape[-1] != THREEFOLD or not len(triples):
        return np.zeros((len(triples), mu.shape[1]), dtype=complex)
    a, b, c = (mu[places] for places in triples.T)
    pairs = _determinant(a + b) + _determinant(a + c) + _determinant(b + c)
    return _determinant(a + b + c) - pairs + _determinant(a) + _determinant(b) + _determinant(c)


def _determinant(matrix: Complex[np.ndarray, "t p d d"]) -> Complex[np.ndarray, "t p"]:
    first, second, third = np.moveaxis(matrix, 2, 0)
    return np.asarray(np.sum(first * np.cross(second, third), axis=-1))


def _results(sums: list[np.ndarray], triples: Int[np.ndarray, "t 3"]) -> HarmonicModuli:
    """From sums over groups of points: values of all, and errors by leaving out one group each."""

    def values(weight: np.floating, metric: np.ndarray, coupling: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        g = metric / weight
        lengths = np.sqrt(np.maximum(np.diagonal(g).real, np.finfo(float).tiny))
        return g, np.abs(coupling / weight) / np.prod(lengths[triples], axis=1)

    total = [column.sum(axis=0) for column in sums]
    metric, coupling = values(*total[:3])
    groups = len(sums[0])
    left = [
        values(*(all_ - one for all_, one in zip(total[:3], each, strict=True))) for each in zip(*sums[:3], strict=True)
    ]
    spread = [
        np.sqrt((groups - 1) / groups * np.sum(np.abs(np.array(column) - np.mean(column, axis=0)) ** 2, axis=0))
        for column in zip(*left, strict=True)
    ]
    measured = [Measured(float(v), float(e)) for v, e in zip(coupling, spread[1], strict=True)]
    couplings = {(int(a), int(b), int(c)): y for (a, b, c), y in zip(triples, measured, strict=True)}
    lengths = np.maximum(np.diagonal(total[1]).real, np.finfo(float).tiny)
    return HarmonicModuli(metric, spread[0], couplings, total[3] / lengths)
