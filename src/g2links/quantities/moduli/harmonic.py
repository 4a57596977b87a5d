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
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int

from g2links.calculus.map_points import Progress
from g2links.errors import InputError
from g2links.potentials.metric import Potential
from g2links.quantities.moduli.estimates import THREEFOLD, Measured, Triple
from g2links.quantities.moduli.representatives import Representatives, in_blocks
from g2links.quantities.moduli.vector_fields import VectorFields
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.sampling import Points, independent_groups
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.symmetry import equations_lattice, residues

_GROUPS = 8
"""Of independent points, for standard errors."""


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
    found = Representatives(VectorFields(variety, degree), potential, tuple(directions))
    allowed = [triple for triple in triples if is_allowed(variety, directions, triple)]
    coefficients = found.coefficients(points, lambda done, _: progress(done, 2 * points.n))
    measured = _measured(found, coefficients, points, allowed, lambda done, _: progress(points.n + done, 2 * points.n))
    zeros = {triple: Measured(0.0, 0.0) for triple in triples}
    return measured._replace(couplings={**zeros, **measured.couplings})


def is_allowed(variety: WeightedHypersurface, directions: Sequence[Polynomial], triple: Triple) -> bool:
    """Whether the phases that preserve f leave the coupling of three directions: that of m_a m_b m_c Ω²/f³, where
    Ω turns as z_1···z_N/f does."""
    f = variety.polynomial
    shift = 2 - 5 * f.exponents[0]
    sums = [
        np.sum(rows, axis=0) + shift
        for rows in itertools.product(*([np.array(e) for _, e in directions[a].terms] for a in triple))
    ]
    return bool((~residues(equations_lattice(variety), np.array(sums)).any(axis=1)).any())


def _measured(
    found: Representatives,
    coefficients: list[Complex[np.ndarray, "_n _a"]],
    points: Points,
    triples: Sequence[Triple],
    progress: Progress,
) -> HarmonicModuli:
    """Averages over points."""
    count, done = len(found.directions), 0
    places = np.array(triples, dtype=np.int64).reshape(-1, 3)
    sums = []
    for group in independent_groups(points, _GROUPS):
        own = points.rows(group)
        weight, metric, coupling = 0.0, np.zeros((count, count), complex), np.zeros(len(places), complex)
        skew = np.zeros(count)
        for rows in in_blocks(own):
            at, w = found.unitary(own.rows(rows), points.n), own.weights[rows]
            mu = np.zeros((count, len(w), *at.shape.shape[1:]), dtype=complex)
            for group_of, c in zip(found.groups, coefficients, strict=True):
                part = group_of.directions
                mu[part] = at.of_directions(part) + at.of_fields(group_of.products, c)
            weighted = np.sqrt(w)[None, :, None, None] * mu
            for part, *_ in found.groups:
                flat = weighted[part].reshape(len(part), -1)
                metric[np.ix_(part, part)] += flat @ flat.conj().T
            skew += np.sum(np.abs(weighted - np.swapaxes(weighted, 2, 3)) ** 2, axis=(1, 2, 3)) / 4
            coupling += _couplings(mu, places) @ (w * at.at.phase)
            weight += float(w.sum())
            done += len(w)
            progress(done, points.n)
        sums.append((weight, metric, coupling, skew))
    return _results([np.array(column) for column in zip(*sums, strict=True)], places)


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
