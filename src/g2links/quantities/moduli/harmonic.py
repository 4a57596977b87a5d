"""Harmonic (2, 1)-forms, and special geometry from them: what a Ricci-flat metric is needed for.

The class of the deformation f + t m is that of μ = -m ∂̄U, with values in the tangent vectors (`kodaira_spencer`). Its
harmonic representative is the μ + ∂̄v of least norm, with v any vector field on V. Here v = P q, where P projects along
U onto the tangent space, and the components q_j are combinations of s_α conj(s_β) r^{-2|β|}, |α| - |β| = w_j. As
∂̄(P q) = P ∂̄q - (q·∂f) ∂̄U,

    μ + ∂̄v = P ∂̄q - (m + q·∂f) ∂̄U,

and the coefficients of q solve a linear least-squares problem. Phases that preserve f leave only the products of the
character of m. On a Ricci-flat V, with averages < > against |Ω|² and harmonic μ_a,

    -∂_a ∂̄_b log ∫|Ω|² = <μ_a, μ_b>,    ∫ Ω∧∂_a∂_b∂_cΩ / ∫ Ω∧Ω̄ = 6 <D(μ_a, μ_b, μ_c) h/h̄>   up to a sign

(Candelas and de la Ossa, Nucl. Phys. B 355 (1991) 455), measured as without a metric (`estimates`): at points that are
dense where deformations are large, and with functions of mean 0 beside. ι_μ Ω is the harmonic (2, 1)-form, and it is
primitive. Its real and imaginary part are harmonic on the link too, and all harmonic 3-forms of the link but Re Υ and
Im Υ are such.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int

from g2links.calculus.map_points import Progress, compiled
from g2links.errors import InputError
from g2links.potentials.metric import Potential
from g2links.quantities.moduli.candidates import Kept, kept_points
from g2links.quantities.moduli.estimates import BLOCK, THREEFOLD, TOGETHER, Measured, Pair, Triple, averaged
from g2links.quantities.moduli.kodaira_spencer import Directions
from g2links.quantities.moduli.null_functions import null_functions
from g2links.quantities.moduli.representatives import Representatives, in_blocks
from g2links.quantities.moduli.vector_fields import VectorFields
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.sampling import Points, in_charts
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.symmetry import equations_lattice, residues

_FEWEST_POINTS = 100
_CANDIDATES = 20
"""For each point that is kept, so that there are enough where V is nearly singular."""


class HarmonicModuli(NamedTuple):
    """Special geometry by harmonic representatives.

    Attributes:
        metric: |⟨μ_a, μ_b⟩|, the Weil-Petersson metric, for each (a, a) and each pair that was asked for; 0 without an
            error where the phases of f say so.
        couplings: Y_abc for each triple that was asked for, and 0 likewise.
        gram: (A, A) ⟨μ_a, μ_b⟩, Hermitian, by plain sums over the points; directions that only change coordinates have
            length 0 in it.
        asymmetry: (A,) the share of |μ_a|² in the part that is not symmetric, which vanishes for harmonic μ_a.
    """

    metric: dict[Pair, Measured]
    couplings: dict[Triple, Measured]
    gram: Complex[np.ndarray, "A A"]
    asymmetry: Float[np.ndarray, " A"]


def harmonic_moduli(
    fields: VectorFields,
    potential: Potential,
    directions: Sequence[Polynomial],
    n: int,
    seed: int,
    *,
    pairs: Sequence[Pair] = (),
    triples: Sequence[Triple] = (),
    progress: Progress = lambda *_: None,
) -> HarmonicModuli:
    """Metric and couplings by harmonic representatives.

    Args:
        fields: the vector fields on V among which v is sought.
        potential: u of the Ricci-flat metric of V.
        directions: m_a.
        n: about how many points. The same find the representatives and measure: least squares makes all ⟨μ, ∂̄v⟩ vanish
            in their averages, too, which takes the noise of these away.
        seed: of the random points.
        pairs: (a, b), a < b, whose ⟨μ_a, μ_b⟩ are asked for besides all ⟨μ_a, μ_a⟩.
        triples: whose couplings are asked for.
        progress: called with the points done.

    Raises:
        InputError: for less than 100 points.
    """
    if n < _FEWEST_POINTS:
        raise InputError("n_points", n, f"at least {_FEWEST_POINTS} points")
    variety, chosen = fields.variety, Directions(tuple(directions))
    found = Representatives(fields, potential, tuple(directions))
    group_of = {a: i for i, group in enumerate(found.groups) for a in group.directions}
    every = [*((a, a) for a in range(len(directions))), *pairs]
    together = [pair for pair in every if group_of[pair[0]] == group_of[pair[1]]]
    allowed = [triple for triple in triples if is_allowed(variety, directions, triple)]
    blocks = list(kept_points(variety, chosen, n, seed, _CANDIDATES))
    z, weights = (np.concatenate(column) for column in zip(*((kept.z, kept.weights) for kept in blocks), strict=True))
    points = Points(in_charts(variety, z), weights, np.arange(len(z)))
    coefficients = found.coefficients(points, lambda done, _: progress(done, 2 * points.n))
    measuring = _Measuring(found, coefficients, np.array(together), np.array(allowed, dtype=np.int64).reshape(-1, 3))
    measured = measuring.of(blocks, points, lambda done: progress(points.n + done, 2 * points.n))
    zero = Measured(0.0, 0.0)
    return measured._replace(
        metric={pair: measured.metric.get(pair, zero) for pair in every},
        couplings={triple: measured.couplings.get(triple, zero) for triple in triples},
    )


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


class _Measuring:
    """Averages with the representatives that were found.

    Args:
        found: the search.
        coefficients: of its groups.
        pairs, triples: whose averages are asked for.
    """

    def __init__(
        self,
        found: Representatives,
        coefficients: list[Complex[np.ndarray, "_n _a"]],
        pairs: Int[np.ndarray, "p 2"],
        triples: Int[np.ndarray, "t 3"],
    ) -> None:
        self._found, self._coefficients, self._pairs, self._triples = found, coefficients, pairs, triples
        count = len(found.directions)
        self._gram, self._skew = np.zeros((count, count), complex), np.zeros(count)

    def of(self, blocks: Sequence[Kept], points: Points, progress: Callable[[int], None]) -> HarmonicModuli:
        """All of them over blocks, whose points are these, in this order."""
        directions = Directions(self._found.directions)
        controls = compiled(null_functions(self._found.fields.variety, directions), TOGETHER, BLOCK)
        ends = np.cumsum([len(kept.z) for kept in blocks])

        def evaluated() -> Iterator[tuple[Kept, np.ndarray, np.ndarray]]:
            for kept, end in zip(blocks, ends, strict=True):
                own = points.rows(slice(end - len(kept.z), end))
                values = [self._integrands(own.rows(rows), points.n) for rows in in_blocks(own)]
                yield kept, np.concatenate(values), controls(kept.z, points.n)

        measured = averaged(evaluated(), len(directions), self._pairs, self._triples, progress)
        lengths = np.maximum(np.diagonal(self._gram).real, np.finfo(float).tiny)
        gram = self._gram / np.sum(points.weights)
        return HarmonicModuli(measured.metric, measured.couplings, gram, self._skew / lengths)

    def _integrands(self, points: Points, drawn: int) -> Float[np.ndarray, "n _values"]:
        """As `estimates.integrands`; the divergences k_a are constants for harmonic μ_a, and drop out."""
        count, at = len(self._found.directions), self._found.unitary(points, drawn)
        mu = np.zeros((count, points.n, *at.shape.shape[1:]), dtype=complex)
        for group, c in zip(self._found.groups, self._coefficients, strict=True):
            mu[group.directions] = at.of_directions(group.directions) + at.of_fields(group.products, c)
        weighted = np.sqrt(points.weights)[None, :, None, None] * mu
        for part, *_ in self._found.groups:
            flat = weighted[part].reshape(len(part), -1)
            self._gram[np.ix_(part, part)] += flat @ flat.conj().T
        self._skew += np.sum(np.abs(weighted - np.swapaxes(weighted, 2, 3)) ** 2, axis=(1, 2, 3)) / 4
        first, second = self._pairs.T
        metric = np.sum(mu[first] * mu[second].conj(), axis=(2, 3))
        coupling = _couplings(mu, self._triples) * at.at.phase[None]
        values = np.concatenate([metric, np.zeros((count, points.n)), coupling]).T
        return np.concatenate([values.real, values.imag], axis=1)


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
