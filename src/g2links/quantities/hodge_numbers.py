"""Hodge numbers of a crepant resolution of V, from the weights: Vafa's formula (Mod. Phys. Lett. A 4 (1989) 1169).

The formula adds up sectors l = 0, ..., d - 1 with the angles l w_i/d. Let m coordinates, F, have a whole angle, and let
the fractional parts of the others add up to a. Then a sector has a part in h^{2,1} only if m = 5, which is l = 0, or
m = 3 and a = 1, and one in h^{1,1} only if m = 2 and a = 2, or m = 0 and a = 3: the monomials of degree d - Σ_F w in
the coordinates F, so positive exponents a_i with Σ_F a_i w_i = d. The formula with all its powers is in the tests.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Int64

_Sectors: TypeAlias = Int64[np.ndarray, "32 5"]

_TWISTED_H21 = (3, 1)
_H11_OF_PAIRS, _H11_OF_POINTS = (2, 2), (0, 3)
"""How many angles are whole in a sector, and what the others add up to."""


def resolution_hodge_numbers(weights: tuple[int, ...], deformations: int) -> tuple[int, int]:
    """h^{1,1} and h^{2,1} of a crepant resolution of V.

    Args:
        weights: five w, which admit a quasi-smooth f of degree d = Σ w.
        deformations: those of f, the part of h^{2,1} that comes from l = 0 (`milnor_algebra.basic_h21`).

    Example:
        >>> resolution_hodge_numbers((1, 1, 2, 2, 2), 83)
        (2, 86)
    """
    sectors = _sectors(weights)
    h11 = _count(sectors, _H11_OF_POINTS, weights) + _count(sectors, _H11_OF_PAIRS, weights)
    return h11, deformations + _count(sectors, _TWISTED_H21, weights)


def _sectors(weights: tuple[int, ...]) -> _Sectors:
    """How often each kind of sector occurs, l = 0 left out: the sets F as the bits of the first index, the sum of
    the fractional parts as the second, (32, 5)."""
    degree = sum(weights)
    angles = np.arange(1, degree)[:, None] * np.array(weights) % degree
    subsets = (angles == 0) @ (1 << np.arange(len(weights)))
    kinds = subsets * len(weights) + angles.sum(axis=1) // degree
    return np.bincount(kinds, minlength=len(weights) << len(weights)).reshape(-1, len(weights))


def _count(sectors: _Sectors, kind: tuple[int, int], weights: tuple[int, ...]) -> int:
    """The monomials of all sectors with so many whole angles and such a sum of the others."""
    whole, others = kind
    found = 0
    for subset in np.flatnonzero(sectors[:, others]).tolist():
        inside = [w for i, w in enumerate(weights) if subset >> i & 1]
        if len(inside) == whole:
            found += int(sectors[subset, others]) * _positive_solutions(inside, sum(weights))
    return found


def _positive_solutions(weights: list[int], total: int) -> int:
    """How many positive integers a have Σ a_i w_i = total; one where there is nothing to solve for."""
    if not weights:
        return 1
    first, *rest = weights
    sums = np.arange(first, total + 1, first)
    for w in rest[:-1]:
        sums = (sums[:, None] + np.arange(w, total + 1, w)).reshape(-1)
    left = total - sums
    last = rest[-1]
    return int(np.count_nonzero((left > 0) & (left % last == 0)))
