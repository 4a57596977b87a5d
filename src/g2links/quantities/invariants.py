"""The invariants of V and of its link that the weights determine, for one system of weights or for many."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from g2links.quantities.hodge_numbers import resolution_hodge_numbers
from g2links.quantities.milnor_algebra import (
    basic_h21,
    milnor_dimensions,
    milnor_number,
    milnor_signature,
    nu_invariant,
    third_betti_number,
)

VARIABLES = 5
"""Of f where the link has dimension 7."""


class Invariants(NamedTuple):
    """What is the same for all quasi-smooth f of the Calabi-Yau degree with given weights.

    Attributes:
        weights: w, five of them.
        degree: d = Σ w.
        milnor_number: μ = Π (d - w_i)/w_i.
        signature: of the Milnor fibre, μ₊ - μ₋.
        h11, h21: Hodge numbers of a crepant resolution of the orbifold V, which are its orbifold Hodge numbers.
        euler: 2 (h11 - h21), the Euler number of the resolution.
        basic_h21: h^{2,1} of the basic cohomology of the link, the deformations of f; the others are h^{3,0} = 1 and
            h^{1,1} = 1.
        betti: (b_0, ..., b_7) of the link.
        nu: the Crowley-Nordström invariant of its G2-structure, 0 <= ν < 48.
    """

    weights: tuple[int, ...]
    degree: int
    milnor_number: int
    signature: int
    h11: int
    h21: int
    euler: int
    basic_h21: int
    betti: tuple[int, ...]
    nu: int


NUMBERS = tuple(name for name in Invariants._fields if name not in ("weights", "betti"))
"""The invariants that are one number each."""


def invariants_of(weights: tuple[int, ...]) -> Invariants:
    """The invariants for five weights that admit a quasi-smooth f of degree Σ w (which is not asked here).

    Example:
        >>> invariants_of((1, 1, 1, 1, 1)).h21
        101
    """
    dimensions = milnor_dimensions(weights)
    mu, signature, deformations = milnor_number(weights), milnor_signature(dimensions), basic_h21(dimensions)
    h11, h21 = resolution_hodge_numbers(weights, deformations)
    b3 = third_betti_number(dimensions)
    return Invariants(
        weights=weights,
        degree=sum(weights),
        milnor_number=mu,
        signature=signature,
        h11=h11,
        h21=h21,
        euler=2 * (h11 - h21),
        basic_h21=deformations,
        betti=(1, 0, 0, b3, b3, 0, 0, 1),
        nu=nu_invariant(mu, signature),
    )


def invariants_table(systems: Iterable[tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The invariants of many systems of weights; 0.25 ms for each.

    Args:
        systems: of five weights each, which admit a quasi-smooth f.

    Returns:
        int64 arrays by the names of `Invariants`: weights (n, 5), betti (n, 8), the others (n,).
    """
    columns = zip(*(invariants_of(weights) for weights in systems), strict=True)
    return {name: np.array(values, dtype=np.int64) for name, values in zip(Invariants._fields, columns, strict=True)}


def flat_columns(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns that are one number each: the weights as w0, ..., w4, the invariants, and b3 of the link."""
    weights = {f"w{i}": table["weights"][:, i] for i in range(VARIABLES)}
    return weights | {name: table[name] for name in NUMBERS} | {"b3": table["betti"][:, 3]}
