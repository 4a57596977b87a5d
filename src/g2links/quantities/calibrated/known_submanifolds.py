"""Calibrated submanifolds that are known in closed form: the real locus, and rational curves, with their lifts."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from g2links.errors import InputError
from g2links.quantities.calibrated.submanifolds import Moved, Patch
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.rational_curves import RationalCurve, conic, line
from g2links.varieties.real_locus import Cell, RealLocus, cell_points, real_locus, real_period
from g2links.varieties.residue import kahler_volume
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import AbstractVariety


class Known(NamedTuple):
    """A calibrated submanifold of V, and one of the link over it.

    Attributes:
        name: of it.
        on_v, on_link: pieces that cover it, and what lies over it in the link.
        sheets: how many times the pieces on the link are covered.
        phase: α, for which e^{-iα}Υ calibrates it; None for a complex curve.
        period: ∫|Ω| over it, where it is known.
        exact: its volume on the Ricci-flat metric, where it is known.
        exact_lift: that of what lies over it.
    """

    name: str
    on_v: Sequence[Patch]
    on_link: Sequence[Patch]
    sheets: int
    phase: float | None
    period: float | None
    exact: float | None
    exact_lift: float | None


def known_submanifold(variety: AbstractVariety, name: str, turns: tuple[int, ...] | None = None) -> Known:
    """One of `KNOWN` in V.

    Args:
        variety: V, a hypersurface of dimension 3.
        name: which.
        turns: of the real locus (`real_locus.real_locus`).

    Raises:
        InputError: for another name or variety, or where there is none.
    """
    require_known(name)
    given = require_hypersurface(variety, name)
    if given.dimension != THREEFOLD:
        raise InputError(name, f"{given.name}, of complex dimension {given.dimension}", "a threefold is needed")
    if turns is not None and name != "real-locus":
        raise InputError("turns", turns, "for the real locus only")
    return KNOWN[name](given) if turns is None else _real_locus(given, turns)


def require_known(name: str) -> None:
    """Refuse a name that no submanifold has.

    Raises:
        InputError: with those that there are.
    """
    if name not in KNOWN:
        raise InputError("submanifold", name, f"one of {', '.join(KNOWN)}")


def _real_locus(variety: WeightedHypersurface, turns: tuple[int, ...] | None = None) -> Known:
    """The fixed points of complex conjugation: special Lagrangian, as it takes ω to -ω and Ω to its conjugate. On X,
    Im ∂K vanishes at them, so that both ±x of a real point are on a horizontal lift, which is associative."""
    locus = real_locus(variety, turns)
    box = [(0.0, 1.0)] * variety.dimension
    patches = [Patch(partial(_in_cell, locus, cell), box) for cell in locus.cells]
    period, volume = real_period(locus), holomorphic_volume(variety)
    exact = None if period is None or volume is None else period * math.sqrt(kahler_volume(variety) / volume)
    twice = None if exact is None else 2 * exact
    return Known("real-locus", patches, patches, 2, locus.phase, period, exact, twice)


def _in_cell(locus: RealLocus, cell: Cell, t: np.ndarray) -> Moved:
    return cell_points(locus, cell, t)


def _curve(name: str, find: Callable[[WeightedHypersurface], RationalCurve], variety: WeightedHypersurface) -> Known:
    """A rational curve of degree e: of area 2πe, as [ω] = 2πH; its circle bundle is of volume 4π²e and associative, as
    ξ, v and Jv span an associative plane."""
    curve = find(variety)
    sphere = [(0.0, math.pi), (0.0, 2 * math.pi)]
    orders = (1, 2)
    bundle = [*sphere, (0.0, 2 * math.pi)]
    on_v = Patch(partial(_on_curve, curve), sphere, orders)
    on_link = Patch(partial(_over_curve, curve), bundle, (*orders, 0))
    area = 2 * math.pi * curve.degree
    return Known(name, [on_v], [on_link], 1, None, None, area, 2 * math.pi * area)


def _on_curve(curve: RationalCurve, t: np.ndarray) -> Moved:
    """At (s, t) = (cos χ/2, e^{iα} sin χ/2), for the angles χ, α of the sphere."""
    half, turn = t[:, 0] / 2, np.exp(1j * t[:, 1])
    s, r = np.cos(half) + 0j, np.sin(half) * turn
    ds = np.stack([-np.sin(half) / 2, 0 * half], axis=1)
    dr = np.stack([np.cos(half) * turn / 2, 1j * r], axis=1)
    e, coefficients = curve.degree, np.array(curve.coefficients)
    z, moved = np.zeros((len(t), coefficients.shape[1]), complex), np.zeros((len(t), 2, coefficients.shape[1]), complex)
    for k, c in enumerate(coefficients):
        z += (s ** (e - k) * r**k)[:, None] * c
        by_s = (e - k) * s ** max(e - k - 1, 0) * r**k
        by_r = k * s ** (e - k) * r ** max(k - 1, 0)
        moved += (by_s[:, None] * ds + by_r[:, None] * dr)[:, :, None] * c
    return z, moved


def _over_curve(curve: RationalCurve, t: np.ndarray) -> Moved:
    """The same, turned by the angle θ of the circle, which the third parameter is."""
    z, moved = _on_curve(curve, t[:, :2])
    turn = np.exp(1j * t[:, 2])
    z = z * turn[:, None]
    return z, np.concatenate([moved * turn[:, None, None], 1j * z[:, None]], axis=1)


KNOWN: Mapping[str, Callable[[WeightedHypersurface], Known]] = {
    "real-locus": _real_locus,
    "line": partial(_curve, "line", line),
    "conic": partial(_curve, "conic", conic),
}
"""By their names; each refuses varieties that have none."""
