"""Systems of equations on a product of projective spaces, as tables of coefficients."""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from g2links._typing import Array
from g2links.varieties.polynomial import exponents_of_degree


class Derivative(NamedTuple):
    """The gradient of equations with the same monomials, Σ_u factors[i, u] c[places[i, u]] x^exponents[u].

    Attributes:
        exponents: (U, k).
        places: (k, U) the monomial whose derivative along x_i is that one.
        factors: (k, U) its power of x_i, 0 where there is none.
        degree: of the equations, by which Euler's identity gives their values.
    """

    exponents: np.ndarray
    places: np.ndarray
    factors: np.ndarray
    degree: int


Systems = tuple[np.ndarray, ...]
"""(n, M_j) the coefficients of each equation j of n systems, in the monomials of their `Shape`."""
Gradients = tuple[Array | np.ndarray, ...]
"""(n, k, U_j) those of the gradient of each equation, in the monomials of its `Derivative`."""


@dataclass(frozen=True)
class Shape:
    """What systems have in common.

    Args:
        sizes: (r,) homogeneous coordinates of each projective space.
        degrees: (m, r) of each equation in each of them; m = Σ (sizes - 1).
    """

    sizes: tuple[int, ...]
    degrees: tuple[tuple[int, ...], ...]

    @cached_property
    def exponents(self) -> tuple[np.ndarray, ...]:
        """For each equation its monomials (M, Σ sizes)."""
        return tuple(monomials_of_multidegree(self.sizes, q) for q in self.degrees)

    @cached_property
    def slots(self) -> np.ndarray:
        """(r, Σ sizes) 1 at the coordinates of each space."""
        return np.repeat(np.eye(len(self.sizes)), self.sizes, axis=1)

    @cached_property
    def choices(self) -> list[tuple[int, ...]]:
        """The ways to give each equation one of the spaces, so that each space gets as many as its dimension."""
        every = itertools.product(*(np.flatnonzero(q).tolist() for q in self.degrees))
        return [c for c in every if all(c.count(a) == size - 1 for a, size in enumerate(self.sizes))]

    @cached_property
    def solutions(self) -> int:
        """How many a generic system has: as many as one whose equations are products of linear forms."""
        return sum(math.prod(q[a] for q, a in zip(self.degrees, choice, strict=True)) for choice in self.choices)

    @cached_property
    def derivatives(self) -> tuple["Derivative", ...]:
        """The gradient of each equation."""
        return tuple(_derivative(e) for e in self.exponents)

    def gradients(self, systems: Systems) -> Gradients:
        """The gradients of n systems."""
        pairs = zip(self.derivatives, systems, strict=True)
        return tuple(d.factors * np.where(d.factors > 0, c[:, d.places], 0) for d, c in pairs)

    def split(self, x: np.ndarray) -> list[np.ndarray]:
        """The coordinates (..., Σ sizes) of each space."""
        return np.split(x, np.cumsum(self.sizes)[:-1], axis=-1)


def monomials_of_multidegree(sizes: tuple[int, ...], degrees: tuple[int, ...]) -> np.ndarray:
    """(M, Σ sizes) exponents of the monomials that have a degree in each group of variables."""
    tables = [exponents_of_degree((1,) * size, d) for size, d in zip(sizes, degrees, strict=True)]
    return np.array([np.concatenate(rows) for rows in itertools.product(*tables)])


def _derivative(exponents: np.ndarray) -> Derivative:
    place = {tuple(row): i for i, row in enumerate(exponents.tolist())}
    steps = np.eye(exponents.shape[1], dtype=int)
    lower = np.unique((exponents[:, None] - steps[None]).reshape(-1, len(steps)), axis=0)
    lower = lower[(lower >= 0).all(axis=1)]
    places = np.array([[place.get(tuple(row), -1) for row in (lower + step).tolist()] for step in steps])
    factors = np.where(places < 0, 0, lower.T + 1)
    return Derivative(lower, places, factors, int(exponents[0].sum()))
