"""Vector fields on V as combinations of products of monomials, in the characters of the phases of f."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomial_count
from g2links.varieties.symmetry import equations_lattice, residues

_MOST_UNKNOWNS = 600
"""Of one direction: seconds for some ten thousand points."""
_HIGHEST = 6


@dataclass(frozen=True)
class VectorFields:
    """The products of which the components q_j are made.

    Args:
        variety: V.
        degree: the highest degree of the s_β.
    """

    variety: WeightedHypersurface
    degree: int

    @cached_property
    def degrees(self) -> range:
        """Those of the s_β."""
        return range(max(0, self.degree - self.variety.heaviest + 1), self.degree + 1)

    @cached_property
    def betas(self) -> Int[np.ndarray, "B N"]:
        """Exponents of the s_β."""
        return np.concatenate([exponents_of_degree(self.variety.weights, m) for m in self.degrees])

    @cached_property
    def alphas(self) -> Int[np.ndarray, "A N"]:
        """Exponents of the s_α, of all components."""
        degrees = sorted({m + w for m in self.degrees for w in self.variety.weights})
        return np.concatenate([exponents_of_degree(self.variety.weights, k) for k in degrees])

    @cached_property
    def _products(self) -> tuple[Int[np.ndarray, "n 3"], Int[np.ndarray, "n N"]]:
        """The component and the places of α and of β of every product, and its character."""
        w = np.array(self.variety.weights)
        excess = (self.alphas @ w)[:, None] - (self.betas @ w)[None]
        rows = [np.insert(np.argwhere(excess == w[j]), 0, j, axis=1) for j in range(len(w))]
        products = np.concatenate(rows)
        unit = np.eye(len(w), dtype=np.int64)
        shifts = self.alphas[products[:, 1]] - self.betas[products[:, 2]] - unit[products[:, 0]]
        return products, self._classes(shifts)

    def _classes(self, shifts: Int[np.ndarray, "n N"]) -> Int[np.ndarray, "n N"]:
        return residues(equations_lattice(self.variety), shifts.astype(np.int64))

    def characters(self, directions: Sequence[Polynomial]) -> list[list[int]]:
        """The directions in groups of one character; one whose terms differ in it stands with all."""
        first = self.variety.polynomial.exponents[0]
        keys = []
        for m in directions:
            rows = {tuple(row) for row in self._classes(np.array([e for _, e in m.terms]) - first).tolist()}
            keys.append(rows)
        groups: list[tuple[set[tuple[int, ...]], list[int]]] = []
        for a, key in enumerate(keys):
            joined = [group for group in groups if group[0] & key]
            groups = [group for group in groups if not group[0] & key]
            groups.append((key.union(*(g[0] for g in joined)), sorted([a, *(b for g in joined for b in g[1])])))
        return [members for _, members in sorted(groups, key=lambda group: group[1])]

    def of_characters(self, directions: Sequence[Polynomial]) -> Int[np.ndarray, "n 3"]:
        """The products with the characters of some directions."""
        products, classes = self._products
        first = self.variety.polynomial.exponents[0]
        wanted = self._classes(np.array([e for m in directions for _, e in m.terms]) - first)
        keep = (classes[:, None] == wanted[None]).all(axis=2).any(axis=1)
        return products[keep]


def default_degree(variety: WeightedHypersurface, directions: Sequence[Polynomial]) -> int:
    """The highest degree with at most some hundred unknowns for each direction."""
    best = variety.heaviest
    for degree in range(variety.heaviest, _HIGHEST * variety.heaviest + 1):
        fields = VectorFields(variety, degree)
        pairs = sum(
            monomial_count(variety.weights, m + w) * monomial_count(variety.weights, m)
            for m in fields.degrees
            for w in variety.weights
        )
        if pairs > _MOST_UNKNOWNS**2:
            break
        groups = fields.characters(directions)
        if max(len(fields.of_characters([directions[a] for a in group])) for group in groups) > _MOST_UNKNOWNS:
            break
        best = degree
    return best
