"""Pieces of V that can be looked at: a complex curve cut out by fixed coordinates, as a surface with triangles, and a
rational curve on which all the terms of f cancel."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.roots import all_roots
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety

_FIXED = (0.3, 0.2j)
"""The values of the other coordinates, in turn, where f without them is no sum with pure powers."""
_FARTHEST = 1.5
"""|z| of the coordinate that moves, at most."""
_RADII, _ANGLES = 40, 72
"""Of the grid, at most."""
_LONGEST = 8.0
"""Edges of a triangle in the solved coordinate, over the step of the one that moves, at most: others join sheets."""
_CURVE = ((1, 0), (-1, 0), (1, 1), (0, 0), (-1, 1))
"""(z, -z, tz, 0, -tz): for each coordinate its coefficient and its power of t."""
_CANCELLED = 1e-12
"""Of the sum of the |coefficients|."""


class Slice(NamedTuple):
    """A complex curve in V.

    Attributes:
        z: (n, N) its points.
        triangles: (m, 3) numbers of points, that make it a surface.
        moving, solved: the coordinates that vary on it; the others are those of `z[0]`.
    """

    z: Complex[np.ndarray, "n variables"]
    triangles: Int[np.ndarray, "m 3"]
    moving: int
    solved: int

    @property
    def in_space(self) -> Float[np.ndarray, "n 3"]:
        """Where the points are drawn: the real parts of the coordinates that vary, and the sum of their imaginary parts
        over √2."""
        a, b = self.z[:, self.moving], self.z[:, self.solved]
        return np.stack([a.real, b.real, (a.imag + b.imag) / math.sqrt(2)], axis=1)


def slice_of(variety: AbstractVariety, most: int) -> Slice | None:
    """At most so many points of V where the first coordinate is 1 and all others but two are fixed, over a polar grid
    of one of the two; None for other varieties than hypersurfaces, and where f has no pure power of another one."""
    if not isinstance(variety, WeightedHypersurface):
        return None
    f = variety.polynomial
    pure = [i for i in range(1, f.variables) if _has_pure_power(f, i)]
    if not pure:
        return None
    solved = min(pure, key=lambda i: (f.weights[i], i))
    moving = next((i for i in pure if i != solved), 1 if solved != 1 else 2)
    simple = len(pure) > 1 and _has_pure_power(f, 0)
    start = np.ones(f.variables, dtype=complex)
    rest = [i for i in range(1, f.variables) if i not in (moving, solved)]
    start[rest] = 0 if simple else [_FIXED[k % len(_FIXED)] for k in range(len(rest))]
    cells = most // int(f.exponents[:, solved].max())
    angles = min(_ANGLES, math.isqrt(2 * cells))
    radii = min(_RADII, cells // angles)
    radius = _FARTHEST * np.linspace(0.02, 1, radii)
    grid = radius[:, None] * np.exp(2j * np.pi * np.arange(angles) / angles)
    z = np.repeat(start[None], radii * angles, axis=0)
    z[:, moving] = grid.ravel()
    roots = _roots(f, solved, z)
    sheets = roots.shape[1]
    points = np.repeat(z, sheets, axis=0)
    points[:, solved] = roots.ravel()
    step = _FARTHEST * max(1 / radii, 2 * np.pi / angles)
    return Slice(points, _triangles(roots.reshape(radii, angles, sheets), _LONGEST * step), moving, solved)


def _has_pure_power(f: Polynomial, i: int) -> bool:
    return any(e[i] and np.count_nonzero(e) == 1 for _, e in f.terms)


def _roots(f: Polynomial, solved: int, z: np.ndarray) -> np.ndarray:
    """(n, sheets) the values of one coordinate for which f vanishes; f has a pure power of it, of the highest order."""
    own = f.exponents[:, solved]
    powers = np.arange(own.max() + 1)
    others = np.delete(np.arange(f.variables), solved)
    terms = f.coefficients * np.prod(z[:, None, others] ** f.exponents[None][:, :, others], axis=2)
    coefficients = np.stack([terms[:, own == power].sum(axis=1) for power in powers], axis=1)
    coefficients[:, 0] += np.where(coefficients[:, 0] == 0, np.finfo(float).tiny, 0)
    return all_roots(powers, coefficients)


def _triangles(roots: np.ndarray, longest: float) -> Int[np.ndarray, "m 3"]:
    """Two for each cell of the grid and each sheet, whose corners are the nearest roots; those with long edges would
    join sheets that are not one, near a branch point."""
    radii, angles = roots.shape[:2]
    number = np.arange(roots.size).reshape(roots.shape)
    rows, columns = np.arange(radii - 1)[:, None], np.arange(angles)[None]
    here = (rows, columns)
    cell = [(rows + 1, columns), (rows + 1, (columns + 1) % angles), (rows, (columns + 1) % angles)]
    nearest = [np.argmin(np.abs(roots[here][..., None] - roots[corner][..., None, :]), axis=-1) for corner in cell]
    values = [np.take_along_axis(roots[corner], near, -1) for corner, near in zip(cell, nearest, strict=True)]
    numbers = [np.take_along_axis(number[corner], near, -1) for corner, near in zip(cell, nearest, strict=True)]
    found = []
    for i, j in ((0, 1), (1, 2)):
        edges = np.abs([values[i] - roots[here], values[j] - roots[here], values[i] - values[j]])
        short = edges.max(axis=0) < longest
        found.append(np.stack([number[here][short], numbers[i][short], numbers[j][short]], axis=1))
    return np.concatenate(found).astype(np.int64)


def rational_curve(variety: AbstractVariety, t: Complex[np.ndarray, " n"]) -> Complex[np.ndarray, "n 5"] | None:
    """The points (1, -1, t, 0, -t), or None where the curve (z, -z, tz, 0, -tz) does not lie on V."""
    if not isinstance(variety, WeightedHypersurface) or variety.variables != len(_CURVE):
        return None
    totals: dict[int, complex] = {}
    for coefficient, exponents in variety.polynomial.terms:
        signs = [c**e for (c, _), e in zip(_CURVE, exponents, strict=True)]
        power = sum(p * e for (_, p), e in zip(_CURVE, exponents, strict=True))
        totals[power] = totals.get(power, 0) + coefficient * int(np.prod(signs))
    size = float(np.sum(np.abs(variety.polynomial.coefficients)))
    if max(map(abs, totals.values()), default=0.0) > _CANCELLED * size:
        return None
    return np.stack([c * t**p for c, p in _CURVE], axis=1).astype(complex)
