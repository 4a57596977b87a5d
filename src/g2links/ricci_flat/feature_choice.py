"""Which features an algebraic potential is made of: of what degrees, and whether powers of a steepness join them."""

import itertools
from dataclasses import replace
from functools import cache, lru_cache

from g2links.potentials.covering_degrees import covering_up_to
from g2links.potentials.features import InvariantFeatures, default_degree
from g2links.potentials.mixed import NormedFeatures
from g2links.potentials.steep_features import SteepFeatures, powers_for, steepness_for
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.nearly_singular import flattest

MOST_FEATURES, _MOST_DEGREE = 250, 14
"""So many features of such a degree take less than a minute on two cores; higher degrees have to be asked for."""
_MOST_BESIDE_POWERS, _MOST_FACTORS = (200, 12), (40, 8)
"""The same where powers of the gradient join them, and for the features that these are multiplied by. On Dwork's
quintic at ψ = 0.99 degrees 12 and 8, 271 unknowns, end at σ 6.7e-5; 13 and 5, 262 unknowns, at 1.6e-4; 13 and 7, 301,
at 6.2e-5. At -100 13 and 5 end at 1.8e-3, 11 and 7 with 176 unknowns at 9.3e-4."""
_SHARE_OF_FACTORS, _FACTORS_APART = 0.45, 4
"""Powers of a steepness are multiplied by so many invariants at most, relative to the features without them, where
weights are above 1; and so many degrees of them are told apart at most. On P(1,1,1,6,9)[18] 152 unknowns of degree 9
with factors of degree 9 are as good as 163 of degrees 12 and 8."""
_STEEP = 0.23
"""The power by which ρ, of the terms of f, falls to a quarter, below which powers of it are features where weights
are above 1: it is 0.10 on P(1,1,1,6,9)[18]. On P(1,1,2,2,6)[12] near its conifold, where it is 0.34, σ is 8e-3 with
them, and 5e-3 with as many invariants. Powers of the gradient were better than more invariants on all four varieties
that were tried: on the chain P(1,1,1,1,3)[7] they bring the supremum from 2.2 to 0.15, on P(1,3,5,5,11)[25] σ from
5.9e-2 to 3.7e-2; the others are a [9] and P(1,6,14,14,21)[56]."""


_LOW = (1, 2, 4, 6)
"""Multiples of the smallest weight among the degrees of a mixed potential."""


@cache
def algebraic_features(variety: WeightedHypersurface, degree: int | None) -> InvariantFeatures:
    """For weights 1 the invariants of the highest degree that is fitted quickly; for others those of so many degrees k,
    k - 1, ... as the isotropy of V tells apart, or where these are too many the `covering_degrees`. With powers of a
    steepness beside them where that varies much: for weights 1 where V is nearly singular."""
    if variety.heaviest > 1:
        return _with_powers(_of_most_degrees(variety) if degree is None else _graded(variety, degree))
    flat = flattest(variety)
    if flat is None or not flat.nearly_singular:
        degree = degree or default_degree(variety, MOST_FEATURES, _MOST_DEGREE)
        return InvariantFeatures(variety, degree, symmetric=True)
    degree, (most, highest) = degree or default_degree(variety, *_MOST_BESIDE_POWERS), _MOST_FACTORS
    factors = default_degree(variety, most, min(highest, degree))
    return SteepFeatures(variety, degree, symmetric=True, factors=factors)


def mixed_features(variety: WeightedHypersurface, most: int = MOST_FEATURES) -> NormedFeatures:
    """Those of a mixed potential: of degrees that see every coordinate, and of low ones for the lightest."""
    degrees: tuple[int, ...] = ()
    for degree in _seen_first(variety):
        more = tuple(sorted({*degrees, degree}))
        if not degrees or _of_degrees(variety, more).count <= most:
            degrees = more
    return NormedFeatures(variety, degrees[-1], symmetric=True, degrees=degrees)


def mixed_root(variety: WeightedHypersurface) -> float:
    """κ of a mixed potential. On P(1,1,12,28,42)[84] σ is 0.040 with 6, and 0.072 where the logarithm is replaced by
    its first term."""
    return float(_LOW[-1] * min(variety.weights))


def _seen_first(variety: WeightedHypersurface) -> list[int]:
    """Degrees, those first without which a coordinate is not seen: the weights; then low ones; those of a product with
    the lightest coordinate; and those of two heavy ones."""
    weights = sorted(set(variety.weights))
    low = [k * weights[0] for k in _LOW if k * weights[0] <= weights[-1]]
    pairs = [a + b for a, b in itertools.combinations(weights[1:], 2)]
    return [*weights, *low, *(w + weights[0] for w in weights[1:]), *pairs]


def like(features: InvariantFeatures, degree: int) -> InvariantFeatures:
    """Those of another degree that are chosen in the same way."""
    if features.degrees is None:
        return replace(features, degree=degree)
    return algebraic_features(features.variety, degree)


def small_degree(variety: WeightedHypersurface, most: int) -> int:
    """The highest degree of algebraic features on a variety with weights above 1 of which there are at most `most`; the
    lowest with every variable where even that has more."""
    best = _highest(variety, _beside_powers(variety, most)) or _highest(variety, most)
    return variety.heaviest if best is None else best.degree


def _of_most_degrees(variety: WeightedHypersurface) -> InvariantFeatures:
    """What the isotropy of V tells apart comes before powers of a steepness: without the one a potential is singular at
    fixed points, without the other it is rough. On a chain in P(1,1,2,8,12)[24] one degree with powers is no metric
    near (0, 0, 1, 0, 0) after any search."""
    trials = (_beside_powers(variety, MOST_FEATURES), MOST_FEATURES)
    found = (_highest(variety, most) for most in trials)
    return next((best for best in found if best is not None), _graded(variety, variety.heaviest))


def _highest(variety: WeightedHypersurface, most: int) -> InvariantFeatures | None:
    """Of the highest degree of which there are at most `most`, without powers."""
    best = None
    for k in itertools.count(variety.heaviest):
        features = _graded(variety, k)
        if features.count > most:
            return best
        best = features
    raise AssertionError("there are more features of higher degrees")


def _graded(variety: WeightedHypersurface, degree: int) -> InvariantFeatures:
    """Of as many degrees as isotropy tells apart, or of those that cover it where the former are too many from the
    first degree on that has every variable."""
    if is_crowded(variety):
        return _of_degrees(variety, covering_up_to(variety, degree))
    return _in_a_row(variety, degree, variety.largest_isotropy)


@cache
def is_crowded(variety: WeightedHypersurface) -> bool:
    """Whether the degrees that the isotropy of V tells apart have too many features from the first one on that has
    every variable."""
    return _in_a_row(variety, variety.heaviest, variety.largest_isotropy).count > MOST_FEATURES


def _in_a_row(variety: WeightedHypersurface, degree: int, told_apart: int) -> InvariantFeatures:
    return _of_degrees(variety, tuple(range(max(1, degree - told_apart + 1), degree + 1)))


@lru_cache(256)
def _of_degrees(variety: WeightedHypersurface, degrees: tuple[int, ...]) -> InvariantFeatures:
    return InvariantFeatures(variety, degrees[-1], symmetric=True, degrees=degrees)


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
    factors = max((_in_a_row(variety, k, told_apart) for k in degrees), key=lambda f: (f.count <= most) * f.degree)
    return SteepFeatures(
        variety,
        plain.degree,
        symmetric=True,
        degrees=plain.degrees,
        powers=powers_for(variety),
        steepness=steepness_for(variety),
        factors=factors.degree,
        factor_degrees=factors.degrees,
    )


def _beside_powers(variety: WeightedHypersurface, most: int) -> int:
    """Without powers, of which there are so many that all together are at most `most`, nearly."""
    return round(most / (1 + len(powers_for(variety)) * _SHARE_OF_FACTORS)) if _is_steep(variety) else most


def _most_factors(variety: WeightedHypersurface, count: int) -> int:
    """A share of the features without powers, or what these leave of the features that are fitted quickly."""
    share, left = round(_SHARE_OF_FACTORS * count), (MOST_FEATURES - count) // len(powers_for(variety))
    return max(1, min(share, left) if count <= MOST_FEATURES else share)
