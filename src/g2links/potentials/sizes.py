"""How large potentials and networks may be: what is larger is refused before any of it is built.

The bounds are far above all use, so that they stop mistakes, and files that were made to fill the memory, and nothing
else.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from g2links.errors import InputError
from g2links.potentials.section_basis import monomials_before_relations
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial, monomial_counts
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, is_real
from g2links.varieties.variety import AbstractVariety

MOST_LAYERS = 100
"""Hidden layers; two are the default. They are compiled one by one: five thousand take minutes."""
MOST_UNITS = 65_536
"""Of one layer; 256 are the default of the largest networks here."""
MOST_PARAMETERS = 50_000_000
"""Of the layers of a network: 400 MB in float64, of which a training needs several copies. Networks here have up to
200,000."""
MOST_DEGREE = 10_000
"""Of features; where the weights are large, as 1,743, so are degrees."""
MOST_FEATURES = 3_000
"""Of a symmetric family, by the order of the symmetry group: degree 29 on the Fermat quintic. A search takes up to 650
by itself; which of 840 are independent is found in 20 seconds, and that time grows with the cube of their number."""
MOST_PAIRS = 20_000
"""Of monomials, where each pair of one degree is a feature: degree 5 on a quintic."""
MOST_MONOMIALS = 1_400
"""Of a Hermitian matrix in all pairs of them, with 2 million unknowns: degree 12 on a quintic. A search of degree 6
takes half an hour."""


def require_layers(widths: Sequence[int], inputs: int = 1, outputs: int = 1) -> None:
    """Refuse a network without layers, or one that is too large.

    Args:
        widths: units of each hidden layer.
        inputs, outputs: numbers of them.

    Raises:
        InputError: with what is allowed.
    """
    if not widths or min(widths) < 1:
        raise InputError("widths", widths, "positive numbers of units, one for each hidden layer")
    excess = too_large(len(widths), max(widths), parameters_of((inputs, *widths, outputs)))
    if excess:
        raise InputError("widths", widths, excess)


def parameters_of(sizes: Sequence[int]) -> int:
    """How many parameters the matrices and offsets between layers of these sizes have."""
    return sum((m + 1) * k for m, k in pairwise(sizes))


def too_large(layers: int, widest: int, parameters: int) -> str:
    """What is too large about a network, and what is allowed, in words; empty where nothing is."""
    if layers <= MOST_LAYERS and widest <= MOST_UNITS and parameters <= MOST_PARAMETERS:
        return ""
    return (
        f"{layers} hidden layers of up to {widest} units have {parameters:,} parameters; allowed are at most "
        f"{MOST_LAYERS} layers, {MOST_UNITS:,} units and {MOST_PARAMETERS:,} parameters"
    )


def require_features(
    variety: WeightedHypersurface, degree: int, degrees: Sequence[int] | None = None, *, symmetric: bool = True
) -> None:
    """Refuse families of too many features, such as those of a file; a search by itself stays far below.

    Args:
        variety: V.
        degree, degrees, symmetric: of the features (`features.InvariantFeatures`).

    Raises:
        InputError: with what is allowed.
    """
    every = _monomials_on(variety, degree)
    counts = every[max(degree - variety.heaviest + 1, 0) :] if degrees is None else [every[k] for k in degrees]
    order = _symmetries(variety.polynomial) if symmetric else 1
    features, most = sum(count**2 for count in counts) // order, MOST_FEATURES if symmetric else MOST_PAIRS
    if features > most:
        allowed = f"about {features:,} features have such degrees; allowed are at most {most:,}"
        raise InputError("degree", degree, allowed)


def require_sections(variety: AbstractVariety, degree: int) -> None:
    """Refuse too large Hermitian matrices in all monomials of a degree.

    Raises:
        InputError: with what is allowed.
    """
    if isinstance(variety, WeightedHypersurface):
        count = _monomials_on(variety, degree)[-1]
    else:
        count = monomials_before_relations(variety, degree)
    if count > MOST_MONOMIALS:
        allowed = f"{count:,} monomials have that degree, {count**2:,} pairs; allowed are at most {MOST_MONOMIALS:,}"
        raise InputError("degree", degree, allowed)


def _monomials_on(variety: WeightedHypersurface, degree: int) -> list[int]:
    """How many monomials of degree 0, 1, ..., `degree` are independent on {f = 0}."""
    if degree > MOST_DEGREE:
        raise InputError("degree", degree, f"at most {MOST_DEGREE:,}")
    counts, d = monomial_counts(variety.weights, max(degree, 0)), variety.degree
    return [count - (counts[k - d] if k >= d else 0) for k, count in enumerate(counts)]


@lru_cache(64)
def _symmetries(polynomial: Polynomial) -> int:
    """The order of the group of symmetries of f that act on V: phases, permutations and conjugation. As many pairs of
    monomials come down to one invariant, nearly all."""
    pivots = math.prod(int(row[np.flatnonzero(row)[0]]) for row in exponent_lattice(polynomial))
    phases = max(1, pivots * math.gcd(*polynomial.weights) // polynomial.weights[-1])
    return phases * len(coordinate_permutations(polynomial)) * (1 + is_real(polynomial))
