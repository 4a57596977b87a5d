"""Invariants of high degree as products of invariants of low degree.

The Hermitian forms of degree k that are invariant under the symmetry group of f have too many terms to be evaluated one
by one when k is large (188,000 on the Fermat quintic at k = 16). Products of invariants are invariant, and nearly all
invariants of a high degree are combinations of such products. A plan chooses, once, a few generators of low degree and
products of these that are linearly independent; the choice is made in a finite field, so it is the same on every
machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np

from g2links.kahler.finite_field import PRIME, first_independent_rows

_FIRST_POINTS = 64
_SPARE_POINTS = 20
_SEED = 1
FieldValues = Callable[[int, np.ndarray], np.ndarray]
"""(degree, points (n, 10) in the finite field: z, then conj(z)) -> all invariants of that degree, (features, n)."""


class Calculus(Protocol):
    """m functions together with some of their derivatives: `jets.Jet`, `jets.Values`, `series.Series`."""

    def take(self, places: np.ndarray) -> Self:
        """Some of the functions."""

    def times(self, other: Self) -> Self:
        """The products, one by one."""

    def join(self, other: Self) -> Self:
        """These functions, then the others."""


C = TypeVar("C", bound=Calculus)


@dataclass(frozen=True)
class ProductPlan:
    """How to compute features: generators first, then products, degree by degree.

    Attributes:
        generators: pairs (degree, row): which rows of the tables of all invariants are generators.
        steps: pairs of positions (left, right): the products to append to what is known.
        result: the positions of the features.
    """

    generators: tuple[tuple[int, int], ...]
    steps: tuple[tuple[np.ndarray, np.ndarray], ...]
    result: np.ndarray

    def combine(self, generators: C) -> C:
        """The features from the generators."""
        known = generators
        for left, right in self.steps:
            known = known.join(known.take(left).times(known.take(right)))
        return known.take(self.result)


def product_plan(degrees: range, base: int, invariants: FieldValues) -> ProductPlan:
    """Choose generators of degree at most `base`, and independent products for all of `degrees`."""
    columns = _FIRST_POINTS
    while True:
        points = np.random.default_rng(_SEED).integers(1, PRIME, size=(columns, 10))
        search = _Search(base, invariants, points)
        for degree in range(1, degrees.stop):
            search.extend(degree)
        if max(map(len, search.values.values())) + _SPARE_POINTS <= columns:
            return search.plan(degrees)
        columns *= 2


class _Search:
    """Independent invariants degree by degree: the products of lower ones, then, up to `base`, what these leave out."""

    def __init__(self, base: int, invariants: FieldValues, points: np.ndarray) -> None:
        self.base, self.invariants, self.points = base, invariants, points
        self.values: dict[int, np.ndarray] = {}
        self.origins: dict[int, list[tuple[int, int]]] = {}
        self.generators: list[tuple[int, int]] = []
        self.generator_values: list[np.ndarray] = []

    def extend(self, degree: int) -> None:
        """Find those of the next degree. An origin is (generator, index of the other factor), or (generator, -1)."""
        origins = [
            (g, i) for g, (low, _) in enumerate(self.generators) for i in range(len(self.values.get(degree - low, ())))
        ]
        rows = [
            self.generator_values[g] * self.values[degree - low] % PRIME
            for g, (low, _) in enumerate(self.generators)
            if degree - low in self.values
        ]
        if degree <= self.base:
            first = len(self.generators)
            every = self.invariants(degree, self.points)
            self.generators += [(degree, row) for row in range(len(every))]
            self.generator_values += list(every)
            origins += [(first + row, -1) for row in range(len(every))]
            rows.append(every)
        if not origins:
            return
        table = np.concatenate(rows)
        chosen = first_independent_rows(table)
        self.values[degree] = table[chosen]
        self.origins[degree] = [origins[i] for i in chosen]
        self._forget_dependent_generators(degree)

    def _forget_dependent_generators(self, degree: int) -> None:
        """Keep as generators of this degree only those that the products left out."""
        kept = [g for g, (low, _) in enumerate(self.generators) if low < degree]
        kept += [g for g, other in self.origins[degree] if other < 0]
        place = {g: i for i, g in enumerate(kept)}
        self.generators = [self.generators[g] for g in kept]
        self.generator_values = [self.generator_values[g] for g in kept]
        self.origins[degree] = [(place[g], other) for g, other in self.origins[degree]]

    def plan(self, degrees: range) -> ProductPlan:
        """Positions: the generators, then the products in the order in which they were found."""
        known = len(self.generators)
        position: dict[int, list[int]] = {}
        steps = []
        for degree, origins in self.origins.items():
            products = [(g, position[degree - self.generators[g][0]][other]) for g, other in origins if other >= 0]
            new = iter(range(known, known + len(products)))
            position[degree] = [g if other < 0 else next(new) for g, other in origins]
            known += len(products)
            if products:
                left, right = np.array(products).T
                steps.append((left, right))
        result = [place for degree in degrees for place in position.get(degree, ())]
        return ProductPlan(tuple(self.generators), tuple(steps), np.array(result))
