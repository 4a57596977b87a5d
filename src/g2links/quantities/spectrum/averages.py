"""Averages over V of products and of what an operator makes of them, sector by sector."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from g2links.quantities.spectrum.sectors import Sector
from g2links.varieties.points.sampling import Points, independent_groups

BLOCK = 1000
"""Points whose sections are in memory at once."""
_GROUPS = 8
"""Of independent points, for standard errors."""

Progress = Callable[[int, int], None]


class Moments(NamedTuple):
    """Averages over the volume form of V for the functions, or the forms, of one sector, one for each group of points.

    Attributes:
        gram: (groups, m, m) ⟨F_i, F_j⟩, antilinear in the first.
        operator: (groups, m, m) ⟨F_i, ΔF_j⟩.
        square: (m, m) ⟨ΔF_i, ΔF_j⟩.
        adjoint: (m, m) ⟨δF_i, δF_j⟩ of forms with their codifferentials δ; (0, 0) of functions.
        energy: (m, m) of forms 2⟨∂̄F_i, ∂̄F_j⟩ + 2⟨∂̄†F_i, ∂̄†F_j⟩, the Laplacian once more but never below 0, whatever
            the points.
    """

    gram: Complex[np.ndarray, "groups m m"]
    operator: Complex[np.ndarray, "groups m m"]
    square: Complex[np.ndarray, "m m"]
    adjoint: Complex[np.ndarray, "k k"]
    energy: Complex[np.ndarray, "k k"]


class Operator(ABC):
    """A Laplacian on products of sections."""

    @property
    @abstractmethod
    def block(self) -> int:
        """Points whose sections are in memory at once."""

    @abstractmethod
    def sections_at(self, in_all: int) -> Callable[[Points], Any]:
        """All sections at many points, which come last in all arrays, compiled once; `in_all` points follow."""

    @abstractmethod
    def products(self, sections: Any, pairs: np.ndarray) -> tuple[np.ndarray, ...]:
        """F, ΔF and, of forms, δF and (∂̄ + ∂̄†)F for some products, from the sections at the points: (n, points), or
        (n, components, points), complex each."""

    def moments(
        self, sectors: list[list[Sector]], points: Points, weights: Float[np.ndarray, " points"], progress: Progress
    ) -> list[list[Moments]]:
        """The averages for every sector.

        Args:
            sectors: together those that share their products.
            points: of V.
            weights: (points,) positive, those of averages over V.
            progress: called with the points that are done, and all.
        """
        evaluate = self.sections_at(points.n)
        totals: list[list[Moments | None]] = [[None for _ in orbit] for orbit in sectors]
        weights = weights / np.sum(weights)
        done = 0
        for group, rows in enumerate(independent_groups(points, _GROUPS)):
            for start in range(rows.start, rows.stop, self.block):
                part = slice(start, min(start + self.block, rows.stop))
                at = evaluate(points.rows(part))
                roots = np.sqrt(weights[part])
                for orbit, found in zip(sectors, totals, strict=True):
                    if orbit:
                        fields = [roots * values for values in self.products(at, orbit[0].pairs)]
                        for i, sector in enumerate(orbit):
                            found[i] = _added(found[i], group, [_combined(sector, values) for values in fields])
                done += part.stop - part.start
                progress(done, points.n)
        return [[total for total in orbit if total is not None] for orbit in totals]


def points_last(column: np.ndarray) -> np.ndarray:
    """The first axis last."""
    return np.ascontiguousarray(np.moveaxis(column, 0, -1))


def _combined(sector: Sector, values: np.ndarray) -> Complex[np.ndarray, "m _"]:
    """The functions of a sector from its products: all their components at all points."""
    return sector.combine(values.reshape(len(values), -1))


def _added(total: Moments | None, group: int, fields: list[np.ndarray]) -> Moments:
    value, laplacian, *of_forms = fields
    m = len(value)
    if total is None:
        k = m if of_forms else 0
        gram, operator = (np.zeros((_GROUPS, m, m), complex) for _ in range(2))
        total = Moments(gram, operator, np.zeros((m, m), complex), *(np.zeros((k, k), complex) for _ in range(2)))
    total.gram[group] += value.conj() @ value.T
    total.operator[group] += value.conj() @ laplacian.T
    total.square[...] += laplacian.conj() @ laplacian.T
    if of_forms:
        adjoint, slope = of_forms
        total.adjoint[...] += adjoint.conj() @ adjoint.T
        total.energy[...] += 2 * slope.conj() @ slope.T
    return total
