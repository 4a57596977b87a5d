"""Which family of potentials to search, for the variety at hand."""

import itertools
import math
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures, default_degree
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.potentials.sizes import require_features, require_sections
from g2links.potentials.steep_features import SteepFeatures, powers_for, steepness_for
from g2links.records import AnsatzData
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.points.nearly_singular import flattest
from g2links.varieties.variety import AbstractVariety

ANSATZE = ("auto", "neural", "algebraic")
WIDTHS, ACTIVATION = (16, 16), "tanh"
_HERMITIAN_DEGREE, _MOST_SECTIONS = 5, 126
"""15,876 unknowns: σ of about 1e-2 on a quintic without symmetry in a minute and a half of one core."""
_MOST_FEATURES_AND_DEGREE = {"neural": (40, 10), "algebraic": (250, 14)}
"""So many features of such a degree take less than a minute on two cores; higher degrees have to be asked for."""
_MOST_BESIDE_POWERS, _MOST_FACTORS = (200, 12), (40, 8)
"""The same where powers of the gradient join them, and for the features that these are multiplied by. On Dwork's
quintic at ψ = 0.99 degrees 12 and 8, 271 unknowns, end at σ 6.7e-5; 13 and 5, 262 unknowns, at 1.6e-4; 13 and 7, 301,
at 6.2e-5. At -100 13 and 5 end at 1.8e-3, 11 and 7 with 176 unknowns at 9.3e-4."""
_SHARE_OF_FACTORS, _FACTORS_APART = 0.45, 4
"""Powers of a steepness are multiplied by so many invariants at most, relative to the features without them, where
weights are above 1; and so many degrees of them are told apart at most. On P(1,1,1,6,9)[18] 152 unknowns of degree 9
with factors of degree 9 are as good as 163 of degrees 12 and 8."""
_STEEP_FUNCTIONS = {
    "gradient": "|df|^2, which is small near some points of V",
    "terms": "the sum of |terms of f|^2, which is small on much of V",
}
_STEEP = 0.23
"""The power by which ρ, of the terms of f, falls to a quarter, below which powers of it are features where weights
are above 1: it is 0.10 on P(1,1,1,6,9)[18]. On P(1,1,2,2,6)[12] near its conifold, where it is 0.34, σ is 8e-3 with
them, and 5e-3 with as many invariants. Powers of the gradient were better than more invariants on all four varieties
that were tried: on the chain P(1,1,1,1,3)[7] they bring the supremum from 2.2 to 0.15, on P(1,3,5,5,11)[25] σ from
5.9e-2 to 3.7e-2; the others are a [9] and P(1,6,14,14,21)[56]."""
_GROWTH = 1.5
"""Where weights are large, one degree has few more features than the one before; a search in as many is hardly better,
and takes its time to compile."""


class Family(NamedTuple):
    """A family of potentials, and in words why it was taken."""

    ansatz: Ansatz
    reason: str

    @property
    def kind(self) -> str:
        """neural, algebraic or hermitian."""
        return str(self.ansatz.to_config()["kind"])


def described_ansatz(config: AnsatzData) -> str:
    """`to_config` of an ansatz in words."""
    if "degree" in config:
        return f"{config['kind']} potential of degree {config['degree']}"
    return f"potential {config['name']}"


def choose_family(
    variety: AbstractVariety,
    ansatz: str = "auto",
    *,
    degree: int | None = None,
    widths: tuple[int, ...] | None = None,
    activation: str | None = None,
    optimiser: str = "lm",
) -> Family:
    """The potentials of an ansatz, on the features invariant under the symmetry group of f; for `algebraic`, where f
    has `little_symmetry`, a full Hermitian matrix.

    `auto` takes the algebraic one: on every polynomial of the benchmarks it ends at a smaller σ than the network, in
    less time. It takes the network where that cannot be: where widths, an activation or Adam are asked for, or where a
    coordinate is too heavy to occur in features of the degrees in question.

    Raises:
        InputError: for an unknown ansatz, another family of varieties than hypersurfaces, an optimiser that the ansatz
            does not have, or a degree with too many features (`potentials.sizes`).
    """
    if ansatz not in ANSATZE:
        raise InputError("ansatz", ansatz, f"choose one of {', '.join(ANSATZE)}")
    hypersurface = require_hypersurface(variety, "ansatz")
    reason = "asked for"
    if ansatz == "auto":
        ansatz, reason = _best(hypersurface, degree, network_wanted=bool(widths or activation or optimiser == "adam"))
    if ansatz == "algebraic" and little_symmetry(hypersurface):
        if optimiser != "lm":
            raise InputError("optimiser", optimiser, "lm for a Hermitian matrix in all monomials")
        if degree is not None:
            require_sections(hypersurface, degree)
        return Family(HermitianAnsatz(Sections(hypersurface, degree or _hermitian_degree(hypersurface))), reason)
    if degree is not None:
        require_features(hypersurface, degree, degree)
    if ansatz == "algebraic":
        features = _algebraic_features(hypersurface, degree)
        if isinstance(features, SteepFeatures):
            reason = f"{reason}; with powers of {_STEEP_FUNCTIONS[features.steepness]}"
        return Family(AlgebraicAnsatz(features), reason)
    features = InvariantFeatures(hypersurface, degree or _degree(hypersurface, ansatz), symmetric=True)
    return Family(NeuralAnsatz(features, widths or WIDTHS, activation or ACTIVATION), reason)


@cache
def little_symmetry(variety: WeightedHypersurface) -> bool:
    """Whether f has weights 1 and a symmetry group so small that the most features that are fitted quickly have a
    lower degree than the full Hermitian matrix, which contains every invariant one of its degree."""
    if variety.heaviest > 1:
        return False
    if InvariantFeatures(variety, 1, symmetric=True).count >= math.comb(variety.variables + 1, 2):
        return True  # complex conjugation alone leaves the Re z_i conj(z_j); higher degrees take long to count
    most, _ = _MOST_FEATURES_AND_DEGREE["algebraic"]
    degree = _hermitian_degree(variety)
    return default_degree(variety, most, degree) < degree


def _hermitian_degree(variety: WeightedHypersurface) -> int:
    degrees = range(1, _HERMITIAN_DEGREE + 1)
    return max(k for k in degrees if k == 1 or Sections(variety, k).count <= _MOST_SECTIONS)


def _best(variety: WeightedHypersurface, degree: int | None, *, network_wanted: bool) -> tuple[str, str]:
    if network_wanted:
        return "neural", "auto: widths, an activation or adam belong to a network"
    if little_symmetry(variety):
        return "algebraic", "auto: f has little or no symmetry; a full Hermitian matrix was better there than all else"
    reached, heaviest = degree or _algebraic_features(variety, None).degree, max(variety.weights)
    if reached < heaviest:
        return (
            "neural",
            f"auto: features of degree {reached} lack the coordinate of weight {heaviest}; expect a poor metric",
        )
    return "algebraic", "auto: it is better than a network on every polynomial with symmetry that was measured"


def larger(family: Family) -> Family | None:
    """That of the next higher degree with at least `_GROWTH` times as many parameters, of the same kind; None for
    potentials without a degree, and for networks, whose size is not in their features alone."""
    old = family.ansatz
    if isinstance(old, HermitianAnsatz):
        return of_degree(family, old.sections.degree + 1)
    if not isinstance(old, AlgebraicAnsatz):
        return None
    degrees = (of_degree(family, degree) for degree in itertools.count(old.features.degree + 1))
    return next(each for each in degrees if each.ansatz.unknowns >= _GROWTH * old.unknowns)


def smaller(family: Family) -> Family | None:
    """That of the next lower degree with so much fewer parameters; None where there is none with every variable, and
    for potentials that are no combinations of features."""
    old = family.ansatz
    if not isinstance(old, AlgebraicAnsatz):
        return None
    degrees = range(old.features.degree - 1, old.features.variety.heaviest - 1, -1)
    fewer = (
        each for degree in degrees if (each := of_degree(family, degree)).ansatz.unknowns * _GROWTH <= old.unknowns
    )
    return next(fewer, None)


def of_degree(family: Family, degree: int) -> Family:
    """The same kind of potentials, of another degree, for the same reason."""
    old = family.ansatz
    if isinstance(old, HermitianAnsatz):
        return family._replace(ansatz=HermitianAnsatz(Sections(old.sections.variety, degree)))
    if not isinstance(old, AlgebraicAnsatz):
        assert degree == degree_of(family)
        return family
    lowest = old.features.lowest
    if lowest is not None:
        lowest = max(1, lowest + degree - old.features.degree)
        return family._replace(ansatz=AlgebraicAnsatz(_with_powers(_of_degrees(old.features.variety, degree, lowest))))
    return family._replace(ansatz=AlgebraicAnsatz(replace(old.features, degree=degree)))


def degree_of(family: Family) -> int | None:
    """The degree of its potentials; None where they have none."""
    return family.ansatz.to_config().get("degree")


@cache
def _algebraic_features(variety: WeightedHypersurface, degree: int | None) -> InvariantFeatures:
    """For weights 1 the invariants of the highest degree that is fitted quickly; for others those of so many degrees k,
    k - 1, ... as the isotropy of V tells apart, of fewer where they are too many (see `GradedSections`). With powers of
    a steepness beside them where that varies much: for weights 1 where V is nearly singular."""
    if variety.heaviest == 1:
        flat = flattest(variety)
        if flat is None or not flat.nearly_singular:
            return InvariantFeatures(variety, degree or _degree(variety, "algebraic"), symmetric=True)
        degree, (most, highest) = degree or default_degree(variety, *_MOST_BESIDE_POWERS), _MOST_FACTORS
        factors = default_degree(variety, most, min(highest, degree))
        return SteepFeatures(variety, degree, symmetric=True, factors=factors)
    return _with_powers(_graded(variety, degree, variety.largest_isotropy) if degree else _of_most_degrees(variety))


def _of_most_degrees(variety: WeightedHypersurface) -> InvariantFeatures:
    """What the isotropy of V tells apart comes before powers of a steepness: without the one a potential is singular at
    fixed points, without the other it is rough. On a chain in P(1,1,2,8,12)[24] one degree with powers is no metric
    near (0, 0, 1, 0, 0) after any search."""
    most, _ = _MOST_FEATURES_AND_DEGREE["algebraic"]
    isotropy, fewer = variety.largest_isotropy, _beside_powers(variety, most)
    trials = [(isotropy, fewer), (isotropy, most), *((told_apart, fewer) for told_apart in range(isotropy - 1, 0, -1))]
    found = (_highest(variety, *trial) for trial in trials)
    return next((best for best in found if best is not None), _graded(variety, variety.heaviest, 1))


def _is_steep(variety: WeightedHypersurface) -> bool:
    return steepness_for(variety) == "gradient" or powers_for(variety)[0] < _STEEP


def _with_powers(plain: InvariantFeatures) -> InvariantFeatures:
    """With powers of a steepness, where that varies much, times the invariants of the highest degree that are few."""
    variety = plain.variety
    if not _is_steep(variety):
        return plain
    most = _most_factors(variety, plain.count)
    told_apart = min(_FACTORS_APART, variety.largest_isotropy)
    degrees = range(min(variety.weights), plain.degree + 1)  # lower ones have no monomials
    factors = max((_graded(variety, k, told_apart) for k in degrees), key=lambda f: (f.count <= most) * f.degree)
    assert factors.lowest is not None
    return SteepFeatures(
        variety,
        plain.degree,
        symmetric=True,
        lowest=plain.lowest,
        powers=powers_for(variety),
        steepness=steepness_for(variety),
        factors=factors.degree,
        lowest_factors=factors.lowest,
    )


def _beside_powers(variety: WeightedHypersurface, most: int) -> int:
    """Without powers, of which there are so many that all together are at most `most`, nearly."""
    return round(most / (1 + len(powers_for(variety)) * _SHARE_OF_FACTORS)) if _is_steep(variety) else most


def _most_factors(variety: WeightedHypersurface, count: int) -> int:
    """A share of the features without powers, or what these leave of the features that are fitted quickly."""
    most, _ = _MOST_FEATURES_AND_DEGREE["algebraic"]
    share, left = round(_SHARE_OF_FACTORS * count), (most - count) // len(powers_for(variety))
    return max(1, min(share, left) if count <= most else share)


def small_degree(variety: WeightedHypersurface, most: int) -> int:
    """The highest degree of algebraic features on a variety with weights above 1 of which there are at most `most`; the
    lowest with every variable where even that has more."""
    best = _highest(variety, variety.largest_isotropy, _beside_powers(variety, most))
    return variety.heaviest if best is None else best.degree


def _highest(variety: WeightedHypersurface, told_apart: int, most: int) -> InvariantFeatures | None:
    """Of the highest degree of which there are at most `most`, without powers."""
    best = None
    for k in itertools.count(variety.heaviest):
        features = _graded(variety, k, told_apart)
        if features.count > most:
            return best
        best = features
    raise AssertionError("there are more features of higher degrees")


def _graded(variety: WeightedHypersurface, degree: int, told_apart: int) -> InvariantFeatures:
    return _of_degrees(variety, degree, max(1, degree - told_apart + 1))


@lru_cache(256)
def _of_degrees(variety: WeightedHypersurface, degree: int, lowest: int) -> InvariantFeatures:
    return InvariantFeatures(variety, degree, symmetric=True, lowest=lowest)


def _degree(variety: WeightedHypersurface, ansatz: str) -> int:
    return default_degree(variety, *_MOST_FEATURES_AND_DEGREE[ansatz])
