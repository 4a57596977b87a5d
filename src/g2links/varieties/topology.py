"""Where V is an orbifold. What else the weights say of V and of the link is in `quantities.invariants`."""

import math
from typing import NamedTuple

from g2links.varieties.smooth.criteria import reachable

THREEFOLD = 3
"""The complex dimension of V where its link has a G2-structure."""


class Stratum(NamedTuple):
    """Points of V with non-trivial isotropy.

    Attributes:
        order: of the isotropy group at its generic point.
        variables: those that do not vanish there.
        dimension: complex; 1 for a curve, 0 for points.
    """

    order: int
    variables: tuple[int, ...]
    dimension: int


def orbifold_strata(weights: tuple[int, ...]) -> tuple[Stratum, ...]:
    """The maximal sets of variables whose weights have a common divisor > 1, where V meets them; upstairs on the link
    all is smooth."""
    degree, found = sum(weights), []
    orders = sorted({math.gcd(*(weights[i] for i in subset)) for subset in _with_common_divisor(weights)})
    for order in orders:
        variables = tuple(i for i, w in enumerate(weights) if w % order == 0)
        vanishes = not reachable(tuple(weights[i] for i in variables), degree) >> degree & 1
        dimension = len(variables) - (1 if vanishes else 2)
        if dimension >= 0:
            found.append(Stratum(order, variables, dimension))
    return tuple(found)


def _with_common_divisor(weights: tuple[int, ...]) -> list[tuple[int, ...]]:
    divisors = {q for w in weights for q in range(2, w + 1) if w % q == 0}
    return [tuple(i for i, w in enumerate(weights) if w % q == 0) for q in divisors]
