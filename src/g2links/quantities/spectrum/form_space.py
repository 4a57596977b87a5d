"""The forms of type (p, q) on V: products of holomorphic forms and complex conjugates of such.

With values in O(m), the holomorphic p-forms A on V are spanned by monomials times the contractions of dz_I,
|I| = p + r, with the r vector fields along the orbits of (C*)^r: z_i dz_j - z_j dz_i for p = 1 and one factor. A form
of type (p, q) is a combination of A∧conj(B) r^{-2m} with a p-form A and a q-form B of the same m; those of m up to a
degree k are here.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from g2links.errors import InputError
from g2links.potentials.section_basis import degrees_down, monomials_of_charges
from g2links.quantities.spectrum.exchanges import Element
from g2links.quantities.spectrum.function_space import section_count
from g2links.quantities.spectrum.product_space import ProductSpace, SignedPlaces, Symmetry, places_of
from g2links.varieties.polynomial import exponents_of_degree
from g2links.varieties.variety import AbstractVariety

HodgeType = tuple[int, int]
"""(p, q)."""
TYPES: tuple[HodgeType, ...] = ((1, 0), (2, 0), (1, 1))
"""Those of 1- and 2-forms, but for complex conjugates."""


@dataclass(frozen=True)
class HolomorphicForms:
    """Monomials times contracted dz_I, with values in O(m) for some m.

    Attributes:
        exponents: (A, N) of the monomials.
        subsets: (S, p + r) the I, ascending; (1, 0) for p = 0.
        places: (A,) which of them goes with each monomial.
        degrees: (A,) m.
    """

    exponents: Int[np.ndarray, "A variables"]
    subsets: Int[np.ndarray, "S size"]
    places: Int[np.ndarray, " A"]
    degrees: Int[np.ndarray, " A"]

    @cached_property
    def indicators(self) -> Int[np.ndarray, "S variables"]:
        """1 at the members of each I."""
        return np.asarray((self.subsets[:, :, None] == np.arange(self.exponents.shape[1])).sum(axis=1))

    @cached_property
    def weights(self) -> Int[np.ndarray, "A variables"]:
        """Under the phases of the coordinates."""
        return self.exponents + self.indicators[self.places]

    def moved(self, g: Element) -> SignedPlaces:
        """Where a permutation sends them: dz_I to dz_{σ(I)}, which changes sign with the order of its members."""
        images = np.array(g.sigma)[self.subsets]
        signs = np.ones(len(images), dtype=np.int64)
        for a, b in itertools.combinations(range(images.shape[1]), 2):
            signs *= np.where(images[:, a] > images[:, b], -1, 1)
        own = np.concatenate([self.exponents, self.indicators[self.places]], axis=1)
        image = np.concatenate([g.moved(self.exponents), g.moved(self.indicators)[self.places]], axis=1)
        return SignedPlaces(places_of(own, image), signs[self.places])


@dataclass(frozen=True)
class FormSpace(ProductSpace):
    """All forms of a type up to a degree.

    Args:
        variety: V.
        hodge_type: (p, q), one of `TYPES` with p at most the dimension of V.
        degree: k, the highest m, in units of the polarisation.
        symmetry: what divides them.

    Raises:
        InputError: for another type, a Kähler class that is not integral, or a degree below that of the first forms.
    """

    variety: AbstractVariety
    hodge_type: HodgeType
    degree: int
    symmetry: Symmetry = "all"

    def __post_init__(self) -> None:
        if self.hodge_type not in TYPES or self.hodge_type[0] > self.variety.dimension:
            raise InputError("type", self.hodge_type, f"one of {TYPES}, p at most {self.variety.dimension}")
        if not self.variety.is_integral:
            raise InputError("polarisation", self.variety.polarisation, "whole numbers, for spectra of forms")
        lowest = self.hodge_type[0] + 1
        if self.degree < lowest:
            raise InputError("degree", self.degree, f"at least {lowest} for forms of type {self.hodge_type}")

    @cached_property
    def left(self) -> HolomorphicForms:
        """The A."""
        return holomorphic_forms(self.variety, self.hodge_type[0], degrees_down(self.variety, self.degree))

    @cached_property
    def right(self) -> HolomorphicForms:
        """The B."""
        return holomorphic_forms(self.variety, self.hodge_type[1], degrees_down(self.variety, self.degree))

    @property
    def alphas(self) -> Int[np.ndarray, "A variables"]:
        """The weights of the A."""
        return self.left.weights

    @property
    def betas(self) -> Int[np.ndarray, "B variables"]:
        """The weights of the B."""
        return self.right.weights

    @cached_property
    def pairs(self) -> Int[np.ndarray, "n 2"]:
        """The places of A and B of all products, ascending."""
        return np.argwhere(self.left.degrees[:, None] == self.right.degrees[None])

    @property
    def holds_conjugates(self) -> bool:
        """Those of type (p, q) are of type (q, p)."""
        return self.hodge_type[0] == self.hodge_type[1]

    def moved_alphas(self, g: Element) -> SignedPlaces:
        """Forms to forms."""
        return self.left.moved(g)

    def moved_betas(self, g: Element) -> SignedPlaces:
        """The same."""
        return self.right.moved(g)

    @property
    def components(self) -> int:
        """Of a form of type (p, q) at a point."""
        return math.prod(math.comb(self.variety.dimension, k) for k in self.hodge_type)

    def products(self) -> int:
        """A bound for the number of products, without listing them: as if all were of one degree."""
        degrees, sizes = degrees_down(self.variety, self.degree), []
        for k in self.hodge_type:
            subsets = math.comb(self.variety.variables, k + len(self.variety.charges)) if k else 1
            sizes.append(subsets * sum(section_count(self.variety, max(m - k - (k > 0), 0)) for m in degrees))
        return sizes[0] * sizes[1] // len(degrees)

    @property
    def in_degree(self) -> int:
        """How many types of forms of degree p + q have these eigenvalues: two with the complex conjugates."""
        return 1 if self.holds_conjugates else 2


def holomorphic_forms(variety: AbstractVariety, p: int, degrees: range) -> HolomorphicForms:
    """The p-forms with values in O(m), for each m in `degrees`."""
    size = p + len(variety.charges) if p else 0
    charges = np.array(variety.charges)
    exponents, places, of_degree = [], [], []
    subsets: list[tuple[int, ...]] = []
    for subset in itertools.combinations(range(variety.variables), size):
        for m in degrees:
            left = np.array(variety.polarisation) * m - charges[:, list(subset)].sum(axis=1)
            rows = _monomials(variety, tuple(map(int, left)))
            exponents.append(rows)
            places.append(np.full(len(rows), len(subsets)))
            of_degree.append(np.full(len(rows), m))
        subsets.append(subset)
    return HolomorphicForms(
        np.concatenate(exponents),
        np.array(subsets, dtype=np.int64).reshape(len(subsets), size),
        np.concatenate(places),
        np.concatenate(of_degree),
    )


def _monomials(variety: AbstractVariety, charges: tuple[int, ...]) -> np.ndarray:
    if min(charges) < 0:
        return np.zeros((0, variety.variables), dtype=np.int64)
    if variety.heaviest > 1:
        return exponents_of_degree(variety.charges[0], charges[0])
    return monomials_of_charges(variety, charges)
