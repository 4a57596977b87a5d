"""What is known of V and of the link from the weights alone.

The Hodge numbers are those of a crepant resolution of V, by Vafa's formula (Mod. Phys. Lett. A 4 (1989) 1169): the
Poincaré polynomial of the (c, c) ring of the Landau-Ginzburg orbifold by the group of order d has h^{2,1} at t t̄ and
h^{1,1} at t² t̄. The Betti numbers of the link come from the monodromy of the singularity (Milnor): it is 2-connected,
and b_3 counts the monomials of the Milnor algebra of degrees 0, d, 2d, 3d.
"""

import math
from fractions import Fraction
from typing import NamedTuple

from g2links.varieties.smooth.criteria import reachable

THREEFOLD = 3
"""The complex dimension of V where its link has a G2-structure."""

_Poincare = dict[tuple[int, int], int]


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


class Topology(NamedTuple):
    """Numbers of a quasi-smooth f with given weights.

    Attributes:
        h11, h21, euler: of a crepant resolution of V, 2(h11 - h21).
        polynomial_deformations: the part of h21 that deforms f; the rest comes from twisted sectors.
        milnor_number: Π (d - w_i)/w_i.
        betti: (b_0, ..., b_7) of the link.
        strata: where V is an orbifold, upstairs on the link all is smooth.
    """

    h11: int
    h21: int
    euler: int
    polynomial_deformations: int
    milnor_number: int
    betti: tuple[int, ...]
    strata: tuple[Stratum, ...]


def topology(weights: tuple[int, ...]) -> Topology:
    """The numbers for a quasi-smooth f in five variables, of degree Σ w (which the weights must admit)."""
    degree = sum(weights)
    ring = vafa_polynomial(weights)
    milnor = milnor_series(weights, degree)
    b3 = sum(milnor[k * degree] for k in range(4))
    h11, h21 = ring.get((2, 1), 0), ring.get((1, 1), 0)
    return Topology(
        h11,
        h21,
        2 * (h11 - h21),
        milnor[degree],
        math.prod(degree - w for w in weights) // math.prod(weights),
        (1, 0, 0, b3, b3, 0, 0, 1),
        orbifold_strata(weights),
    )


def vafa_polynomial(weights: tuple[int, ...]) -> _Poincare:
    """The coefficients of t^i t̄^j, over all twisted sectors l = 0, ..., d - 1.

    With q_i = w_i/d and θ_i = l q_i, a sector contributes the part of integral charge of
    Π_{θ_i ∈ Z} (1 - (t t̄)^{1-q_i})/(1 - (t t̄)^{q_i}) · Π_{θ_i ∉ Z} (t t̄)^{1/2-q_i} (t/t̄)^{θ_i-[θ_i]-1/2}.
    """
    degree = sum(weights)
    total: _Poincare = {}
    for l in range(degree):
        fixed = tuple(w for w in weights if l * w % degree == 0)
        left = right = Fraction(0)
        for w in weights:
            if l * w % degree:
                size, turn = Fraction(1, 2) - Fraction(w, degree), Fraction(l * w % degree, degree) - Fraction(1, 2)
                left, right = left + size + turn, right + size - turn
        for k, count in enumerate(milnor_series(fixed, degree)):
            i, j = left + Fraction(k, degree), right + Fraction(k, degree)
            if count and i.denominator == j.denominator == 1:
                total[int(i), int(j)] = total.get((int(i), int(j)), 0) + count
    return total


def milnor_series(weights: tuple[int, ...], degree: int) -> list[int]:
    """Π (1 - x^{d-w_i})/(1 - x^{w_i}): how many monomials of each degree the Milnor algebra has."""
    top = sum(degree - 2 * w for w in weights)
    series = [1] + [0] * top
    for w in weights:
        for k in range(top, degree - w - 1, -1):
            series[k] -= series[k - degree + w]
    for w in weights:
        for k in range(w, top + 1):
            series[k] += series[k - w]
    return series


def orbifold_strata(weights: tuple[int, ...]) -> tuple[Stratum, ...]:
    """The maximal sets of variables whose weights have a common divisor > 1, where V meets them."""
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
