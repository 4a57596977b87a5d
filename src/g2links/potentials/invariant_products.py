"""Invariants of high degree as products of invariants of low degree.

The Hermitian forms of degree k that are invariant under the symmetry group of f have too many terms to be evaluated one
by one when k is large (188,000 on the Fermat quintic at k = 16). Products of invariants are invariant, and nearly all
invariants of a high degree are combinations of such products. A plan chooses, once, a few generators of low degree and
products of these that are linearly independent as functions on {f = 0}; the choice is made in a finite field, so it is
the same on every machine.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.smooth.finite_field import PRIME, first_independent_rows, points_with_conjugates

_FIRST_POINTS = 64
"""Of the finite field, with which a search begins; they are doubled until they are enough."""
_SPARE_POINTS = 20
"""More than functions, so that functions that are independent look dependent with a probability below 1e-100."""
_SEED = 1
"""Of these points: the plan is the same in every process."""
FieldValues = Callable[[int, np.ndarray], np.ndarray]
"""(degree, points (n, 2N) in the finite field: z, then conj(z)) -> all invariants of that degree, (features, n)."""
_Factors = tuple[int, ...]


Same = TypeVar("Same")
"""The type of the object itself: `typing.Self` cannot be checked function by function."""


@runtime_checkable
class Calculus(Protocol):
    """m functions together with some of their derivatives: `jets.Jet`, `jets.Values`, `series.Series`."""

    def minus(self: Same, constants: np.ndarray) -> Same:
        """The functions minus constants (m,)."""

    def take(self: Same, places: np.ndarray) -> Same:
        """Some of the functions."""

    def times(self: Same, other: Same) -> Same:
        """The products, one by one."""

    def join(self: Same, other: Same) -> Same:
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


def product_plan(variety: WeightedHypersurface, degrees: range, base: int, invariants: FieldValues) -> ProductPlan:
    """Choose generators of degree at most `base`, and independent products for all of `degrees`."""
    columns = _FIRST_POINTS
    while True:
        points = points_with_conjugates(variety.polynomial, columns, _SEED)
        search = _Search(base, invariants, points)
        for degree in range(min(1, degrees.start), degrees.stop):
            search.extend(degree)
        if max(map(len, search.values.values())) + _SPARE_POINTS <= columns:
            return search.plan(degrees, unit=variety.heaviest == 1)
        columns *= 2


def independent_counts(variety: WeightedHypersurface, base: int, invariants: FieldValues) -> Iterator[int]:
    """How many independent invariants there are of degree 0, 1, 2, ..., as `product_plan` finds them: without end."""
    columns, search, degrees = 0, None, 0
    while True:
        while search is None or max(map(len, search.values.values()), default=0) + _SPARE_POINTS > columns:
            columns = max(_FIRST_POINTS, 2 * columns)
            search = _Search(base, invariants, points_with_conjugates(variety.polynomial, columns, _SEED))
            for degree in range(degrees + 1):
                search.extend(degree)
        yield len(search.values.get(degrees, ()))
        degrees += 1
        search.extend(degrees)


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

    def plan(self, degrees: range, *, unit: bool) -> ProductPlan:
        """Generators and products; with `unit`, the first generator is the function 1 and left out of products."""
        factors: dict[int, list[_Factors]] = {}
        for degree, origins in self.origins.items():
            factors[degree] = [
                (g,) if other < 0 else (g, *factors[degree - self.generators[g][0]][other]) for g, other in origins
            ]
        wanted = [f for degree in degrees for f in factors.get(degree, ())]
        if unit:
            wanted = [tuple(g for g in f if g != 0) or (0,) for f in wanted]
        steps, position = _products([tuple(sorted(f)) for f in wanted], len(self.generators))
        return ProductPlan(tuple(self.generators), steps, np.array([position[tuple(sorted(f))] for f in wanted]))


def _products(
    wanted: list[_Factors], generators: int
) -> tuple[tuple[tuple[np.ndarray, np.ndarray], ...], dict[_Factors, int]]:
    """How to multiply up all the wanted products of generators by halves, so in few steps; and where they end."""
    needed: set[_Factors] = set()

    def require(factors: _Factors) -> None:
        if len(factors) > 1 and factors not in needed:
            needed.add(factors)
            for half in _halves(factors):
                require(half)

    for factors in wanted:
        require(factors)
    position: dict[_Factors, int] = {(g,): g for g in range(generators)}
    steps = []
    while needed:
        ready = sorted(f for f in needed if all(half in position for half in _halves(f)))
        left, right = np.array([[position[half] for half in _halves(f)] for f in ready]).T
        steps.append((left, right))
        position |= {f: len(position) + i for i, f in enumerate(ready)}
        needed -= set(ready)
    return tuple(steps), position


def _halves(factors: _Factors) -> tuple[_Factors, _Factors]:
    middle = len(factors) // 2
    return factors[:middle], factors[middle:]
