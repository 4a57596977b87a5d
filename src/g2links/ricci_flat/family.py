"""Which family of potentials to search, for the variety at hand."""

import itertools
import math
from functools import cache
from typing import NamedTuple

from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures, default_degree
from g2links.potentials.intersection_features import IntersectionFeatures, degree_of_invariants, found_quickly
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.potentials.sizes import require_features, require_sections
from g2links.potentials.steep_features import SteepFeatures
from g2links.records import AnsatzData
from g2links.ricci_flat.feature_choice import (
    MOST_FEATURES,
    algebraic_features,
    is_crowded,
    like,
    mixed_features,
    mixed_root,
)
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.symmetry import has_symmetries
from g2links.varieties.variety import AbstractVariety

ANSATZE = ("auto", "neural", "algebraic", "mixed")
WIDTHS, ACTIVATION = (16, 16), "tanh"
_HERMITIAN_DEGREE, _MOST_SECTIONS = 5, 126
"""15,876 unknowns: σ of about 1e-2 on a quintic without symmetry in a minute and a half of one core."""
_MOST_OF_NETWORKS = 40, 10
"""Features and degree: so many take less than a minute on two cores; higher degrees have to be asked for."""
_STEEP_FUNCTIONS = {
    "gradient": "|df|^2, which is small near some points of V",
    "terms": "the sum of |terms of f|^2, which is small on much of V",
}
_GROWTH = 1.5
"""Where weights are large, one degree has few more features than the one before; a search in as many is hardly better,
and takes its time to compile."""


class Family(NamedTuple):
    """A family of potentials, and in words why it was taken."""

    ansatz: Ansatz
    reason: str

    @property
    def kind(self) -> str:
        """neural, algebraic, mixed or hermitian."""
        return str(self.ansatz.to_config()["kind"])


def described_ansatz(config: AnsatzData) -> str:
    """`to_config` of an ansatz in words."""
    if "degree" in config:
        return f"{config['kind']} potential of degree {config['degree']}"
    return f"potential {config['name']}" if "name" in config else f"{config['kind']} potential"


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
    reason = "asked for"
    if not isinstance(variety, WeightedHypersurface) and ansatz in ("auto", "algebraic"):
        reason = reason if ansatz == "algebraic" else "auto: what there is for complete intersections"
        return _on_intersection(variety, degree, optimiser, reason)
    hypersurface = require_hypersurface(variety, "ansatz")
    if ansatz == "auto":
        ansatz, reason = _best(hypersurface, degree, network_wanted=bool(widths or activation or optimiser == "adam"))
    if ansatz == "algebraic" and little_symmetry(hypersurface):
        return _in_all_sections(hypersurface, degree, optimiser, reason)
    if ansatz == "mixed":
        if degree is not None:
            raise InputError("degree", degree, "none for a mixed potential, which has several; or ansatz algebraic")
        return Family(MixedAnsatz(mixed_features(hypersurface), mixed_root(hypersurface)), reason)
    if degree is not None:
        require_features(hypersurface, degree, (degree,))
    if ansatz == "algebraic":
        features = algebraic_features(hypersurface, degree)
        if isinstance(features, SteepFeatures):
            reason = f"{reason}; with powers of {_STEEP_FUNCTIONS[features.steepness]}"
        return Family(AlgebraicAnsatz(features), reason)
    degree = degree or default_degree(hypersurface, *_MOST_OF_NETWORKS)
    features = InvariantFeatures(hypersurface, degree, symmetric=True)
    return Family(NeuralAnsatz(features, widths or WIDTHS, activation or ACTIVATION), reason)


@cache
def little_symmetry(variety: AbstractVariety) -> bool:
    """Whether f has weights 1 and a symmetry group so small that the most features that are fitted quickly have a
    lower degree than the full Hermitian matrix, which contains every invariant one of its degree. Of other varieties
    than hypersurfaces the matrix is all that there is."""
    if not isinstance(variety, WeightedHypersurface):
        return True
    if variety.heaviest > 1:
        return False
    if InvariantFeatures(variety, 1, symmetric=True).count >= math.comb(variety.variables + 1, 2):
        return True  # complex conjugation alone leaves the Re z_i conj(z_j); higher degrees take long to count
    degree = _hermitian_degree(variety)
    return default_degree(variety, MOST_FEATURES, degree) < degree


def _on_intersection(variety: AbstractVariety, degree: int | None, optimiser: str, reason: str) -> Family:
    """Invariants of the symmetries of V where these bring a higher degree than a full Hermitian matrix has."""
    if degree is not None:
        require_sections(variety, degree)
    if variety.heaviest == 1 and has_symmetries(variety):
        highest = degree_of_invariants(variety, MOST_FEATURES) if degree is None else degree
        if degree is not None or highest > _hermitian_degree(variety):
            return Family(AlgebraicAnsatz(IntersectionFeatures(variety, highest)), f"{reason}, with its symmetries")
    return _in_all_sections(variety, degree, optimiser, reason)


def _in_all_sections(variety: AbstractVariety, degree: int | None, optimiser: str, reason: str) -> Family:
    if optimiser != "lm":
        raise InputError("optimiser", optimiser, "lm for a Hermitian matrix in all monomials")
    if degree is not None:
        require_sections(variety, degree)
    return Family(HermitianAnsatz(Sections(variety, _hermitian_degree(variety) if degree is None else degree)), reason)


def _hermitian_degree(variety: AbstractVariety) -> int:
    return degree_of_sections(variety, _MOST_SECTIONS)


def degree_of_sections(variety: AbstractVariety, most: int) -> int:
    """The highest degree up to 5 of which V has at most so many sections; at least the largest weight."""
    lowest = variety.heaviest
    degrees = itertools.takewhile(lambda k: Sections(variety, k).count <= most, range(lowest, _HERMITIAN_DEGREE + 1))
    return max(degrees, default=lowest)


def _best(variety: WeightedHypersurface, degree: int | None, *, network_wanted: bool) -> tuple[str, str]:
    if network_wanted:
        return "neural", "auto: widths, an activation or adam belong to a network"
    if little_symmetry(variety):
        return "algebraic", "auto: f has little or no symmetry; a full Hermitian matrix was better there than all else"
    if degree is None and is_crowded(variety):
        return "mixed", "auto: weights differ so much that sections of one degree are not enough"
    reached, heaviest = degree or algebraic_features(variety, None).degree, max(variety.weights)
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
    features = old.features
    if isinstance(features, IntersectionFeatures) and not found_quickly(features.variety, features.degree + 1):
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
    return family._replace(ansatz=AlgebraicAnsatz(like(old.features, degree)))


def mixed_instead(family: Family) -> Family | None:
    """A mixed potential, which is positive by construction, where that of an algebraic family is not positive
    somewhere; None for weights 1 and other families."""
    old = family.ansatz
    if not isinstance(old, AlgebraicAnsatz) or old.features.degrees is None:
        return None
    variety = old.features.variety
    reason = f"{family.reason}; mixed, as that of degree {old.features.degree} was no metric somewhere"
    return Family(MixedAnsatz(mixed_features(variety), mixed_root(variety)), reason)


def degree_of(family: Family) -> int | None:
    """The degree of its potentials; None where they have none."""
    return family.ansatz.to_config().get("degree")
