"""Weyl's law with its next term: how many eigenvalues there must be, from topology alone."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from g2links.quantities.spectrum.levels import Level
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.intersection import chern_classes, integrate, linear, multiply
from g2links.varieties.residue import kahler_volume
from g2links.varieties.topology import orbifold_strata
from g2links.varieties.variety import AbstractVariety

_TAIL = 0.02
_EXPONENT = 8.0
"""t λ of the first eigenvalue that is left out of the heat trace: what follows it is some per cent of the sum."""


class HeatTrace(NamedTuple):
    """Σ e^{-tλ} over all eigenvalues of V.

    Attributes:
        time: t.
        value: the sum over the levels that are known.
        tail: what Weyl's law adds for those above them.
        expected: (4πt)^{-n} (Vol + t²/180 ∫|Riem|²), the first terms of its expansion where Ric = 0.
        curvature: the second of them over the first.
    """

    time: float
    value: float
    tail: float
    expected: float
    curvature: float

    @property
    def deviation(self) -> float:
        """By what share the sum is off."""
        return (self.value + self.tail) / self.expected - 1

    @property
    def allowed(self) -> float:
        """What it may be: two per cent for the tail, and the square of the second term for those that follow it."""
        return _TAIL + self.curvature**2


def heat_trace(variety: AbstractVariety, levels: Sequence[Level]) -> HeatTrace | None:
    """The heat trace at a time at which the levels suffice for it; None for an orbifold, whose expansion has terms of
    its singular points, and for no levels above 0.

    Args:
        variety: V, smooth.
        levels: all of charge 0 up to the last of them.

    The curvature is ∫|Riem|² = 32π² ∫c_2∧ω^{n-2}/(n-2)! of a Ricci-flat Kähler metric (Besse, Einstein Manifolds,
    2.80); the expansion is that of McKean and Singer (J. Differential Geom. 1 (1967) 43).
    """
    n = variety.dimension
    if isinstance(variety, WeightedHypersurface) and orbifold_strata(variety.weights):
        return None
    values = np.array([level.eigenvalue for level in levels])
    multiplicities = np.array([level.multiplicity for level in levels])
    if not len(values) or values[-1] <= 0:
        return None
    highest = values[-1]
    t = _EXPONENT / highest
    leading = kahler_volume(variety) / (4 * math.pi * t) ** n
    tail = leading * sum(math.exp(-_EXPONENT) * _EXPONENT**j / math.factorial(j) for j in range(n))
    second = t**2 / 180 * curvature_squared(variety) / kahler_volume(variety)
    return HeatTrace(t, float(np.sum(multiplicities * np.exp(-t * values))), tail, (1 + second) * leading, second)


def curvature_squared(variety: AbstractVariety) -> float:
    """∫|Riem|² of the Ricci-flat metric, exact: 3200π³ on a quintic; 0 on a torus."""
    n = variety.dimension
    if n < 2:
        return 0.0
    class_ = chern_classes(variety)[2]
    for _ in range(n - 2):
        class_ = multiply(class_, linear(variety.polarisation))
    return 32 * math.pi**2 * (2 * math.pi) ** (n - 2) / math.factorial(n - 2) * float(integrate(variety, class_))
