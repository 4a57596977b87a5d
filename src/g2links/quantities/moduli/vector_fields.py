"""Vector fields on V as combinations of products of monomials, in the characters of the phases of f.

Where V is near to having nodes, harmonic forms vary there over distances that polynomials do not see, and half of their
norm comes from there. Near a node x·x = ε the components of all fields with its symmetry are functions of |x|² times x
and x̄. With ρ = |∂f|² r^{-2(d - 1)} (`potentials.steep_features`), which is |x|² there up to a factor, products are
multiplied by powers of it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from g2links.potentials.section_basis import degrees_down
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.nearly_singular import flattest
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomial_count
from g2links.varieties.symmetry import coordinate_permutations, equations_lattice, residues

_MOST_UNKNOWNS, _MOST_PRODUCTS = 400, 4000
"""Of one direction, orbits of products and products: seconds for some ten thousand points."""
_MOST_IN_ALL = 40_000
"""Products of all directions together."""
_HIGHEST = 6
_POWERS, _STEEP_DEGREE = (-1.0, -2.0), 4
"""Of ρ, and the degree of what it is multiplied by. At ψ = 0.9, with fields of degree 4 and 10,000 points, G and Y are
4.5 and 6.5 % off without powers of ρ, and with degree 6 2.6 and 3.9 %; with degree 5, both powers and 30,000 points 0.1
and 0.5 %. Of higher degrees the products with ρ fit the noise of few points near the nodes."""


@dataclass(frozen=True)
class VectorFields:
    """The products of which the components q_j are made.

    Args:
        variety: V.
        degree: the highest degree of the s_β.
        powers: of ρ, that products are multiplied by beside the power 0.
        steep_degree: the highest degree of the s_β of these products.
    """

    variety: WeightedHypersurface
    degree: int
    powers: tuple[float, ...] = ()
    steep_degree: int = 0

    @cached_property
    def degrees(self) -> range:
        """Those of the s_β."""
        return degrees_down(self.variety, self.degree)

    @cached_property
    def betas(self) -> Int[np.ndarray, "B N"]:
        """Exponents of the s_β, once for each power of ρ."""
        return np.concatenate([self._up_to(self.degree)] + len(self.powers) * [self._up_to(self.steep_degree)])

    @cached_property
    def powers_of_betas(self) -> Float[np.ndarray, " B"]:
        """The power of ρ that each of the s_β goes with."""
        sizes = [len(self._up_to(self.degree))] + len(self.powers) * [len(self._up_to(self.steep_degree))]
        return np.repeat([0.0, *self.powers], sizes)

    def _up_to(self, degree: int) -> Int[np.ndarray, "B N"]:
        degrees = degrees_down(self.variety, degree)
        return np.concatenate([exponents_of_degree(self.variety.weights, m) for m in degrees])

    @cached_property
    def alphas(self) -> Int[np.ndarray, "A N"]:
        """Exponents of the s_α, of all components."""
        w = self.variety.weights
        degrees = sorted({int(m) + own for m in set(self.betas @ np.array(w)) for own in w})
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

    def orbits(self, products: Int[np.ndarray, "n 3"], directions: Sequence[Polynomial]) -> list[np.ndarray]:
        """The places of products that permutations of coordinates exchange which preserve f and all directions: in the
        harmonic representatives they have one coefficient."""
        sigmas = [
            sigma
            for sigma in coordinate_permutations(self.variety.polynomial)
            if all(_is_preserved(m, sigma) for m in directions)
        ]
        smallest = np.arange(len(products))
        for sigma in sigmas:
            smallest = np.minimum(smallest, self.places_after(sigma, products, products))
        together = np.argsort(smallest, kind="stable")
        return np.split(together, np.flatnonzero(np.diff(smallest[together])) + 1)

    def places_after(
        self, sigma: tuple[int, ...], products: Int[np.ndarray, "n 3"], among: Int[np.ndarray, "n 3"]
    ) -> Int[np.ndarray, " n"]:
        """Where products go under z_i → z_{σ(i)}, among others, of which they are a permutation."""
        keys = self._keys(among, tuple(range(len(sigma))))
        order = np.argsort(keys)
        return np.asarray(order[np.searchsorted(keys[order], self._keys(products, sigma))])

    def _keys(self, products: Int[np.ndarray, "n 3"], sigma: tuple[int, ...]) -> np.ndarray:
        """A whole number for each product after a permutation."""
        columns = list(sigma)
        alpha, beta = self.alphas[products[:, 1]][:, columns], self.betas[products[:, 2]][:, columns]
        component = np.argsort(columns)[products[:, 0]]
        kinds, kind = np.unique(self.powers_of_betas, return_inverse=True)
        base = int(max(self.alphas.max(), self.betas.max(initial=0), len(sigma), len(kinds))) + 1
        power = kind[products[:, 2]]
        digits = np.concatenate([component[:, None], power[:, None], alpha, beta], axis=1).astype(object)
        return np.asarray(digits @ np.array([base**i for i in range(digits.shape[1])][::-1], dtype=object))


def permutation_between(f: Polynomial, m: Polynomial, other: Polynomial) -> tuple[int, ...] | None:
    """One that preserves f and takes m to another direction, by exponents e_i → e_{σ(i)}; None if there is none."""
    wanted = {e: c for c, e in other.terms}
    if len(wanted) != len(m.terms):
        return None
    for sigma in coordinate_permutations(f):
        if all(wanted.get(tuple(e[i] for i in sigma)) == c for c, e in m.terms):
            return sigma
    return None


def _is_preserved(m: Polynomial, sigma: tuple[int, ...]) -> bool:
    terms = {e: c for c, e in m.terms}
    return all(terms.get(tuple(e[i] for i in sigma)) == c for e, c in terms.items())


def fields_for(
    variety: WeightedHypersurface, directions: Sequence[Polynomial], degree: int | None = None
) -> VectorFields:
    """The fields of a degree, by default of `default_degree`; where V is near to having nodes with powers of ρ."""
    degree = default_degree(variety, directions) if degree is None else degree
    flat = flattest(variety)
    if flat is None or not flat.nearly_singular:
        return VectorFields(variety, degree)
    return VectorFields(variety, degree, _POWERS, min(degree, _STEEP_DEGREE))


def default_degree(variety: WeightedHypersurface, directions: Sequence[Polynomial]) -> int:
    """The highest degree up to 6, in units of the largest weight, that takes seconds for each direction."""
    best = variety.heaviest
    for degree in range(variety.heaviest, _HIGHEST * variety.heaviest + 1):
        fields = VectorFields(variety, degree)
        pairs = sum(
            monomial_count(variety.weights, m + w) * monomial_count(variety.weights, m)
            for m in fields.degrees
            for w in variety.weights
        )
        if pairs > _MOST_PRODUCTS * _MOST_UNKNOWNS:
            break
        chosen = [[directions[a] for a in group] for group in fields.characters(directions)]
        products = [fields.of_characters(group) for group in chosen]
        if max(map(len, products)) > _MOST_PRODUCTS or sum(map(len, products)) > _MOST_IN_ALL:
            break
        if max(len(fields.orbits(p, g)) for p, g in zip(products, chosen, strict=True)) > _MOST_UNKNOWNS:
            break
        best = degree
    return best
