"""Spaces that are spanned by products of one holomorphic and one antiholomorphic section, and their symmetries."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Int

from g2links.quantities.spectrum.exchanges import Element
from g2links.varieties.symmetry import equations_lattice, equations_permutations, is_real, residues
from g2links.varieties.variety import AbstractVariety

Symmetry = Literal["all", "phases", "none"]
"""What of the symmetry of V divides a space: phases, permutations and conjugation; phases alone; nothing."""

_LARGEST_GROUP = 1500
"""Permutations, with conjugation: the table of a group is a matrix of this size."""


class SignedPlaces(NamedTuple):
    """Where an element sends the sections of a table: to ±1 times one of them.

    Attributes:
        places: (n,) to which.
        signs: (n,) ±1.
    """

    places: Int[np.ndarray, " n"]
    signs: Int[np.ndarray, " n"]


class ProductSpace(ABC):
    """Products of a section A of one table with the complex conjugate of a section B of another.

    Attributes:
        variety: V.
        symmetry: what of its symmetry divides the space.
        degree: the highest degree of the sections, in units of the polarisation.
    """

    variety: AbstractVariety
    symmetry: Symmetry
    degree: int

    @property
    def components(self) -> int:
        """How many each product has at a point."""
        return 1

    @abstractmethod
    def products(self) -> int:
        """A bound for the number of products, without listing them."""

    @property
    @abstractmethod
    def alphas(self) -> Int[np.ndarray, "A variables"]:
        """The weights of the A under the phases of the coordinates; of monomials their exponents."""

    @property
    @abstractmethod
    def betas(self) -> Int[np.ndarray, "B variables"]:
        """Those of the B."""

    @property
    @abstractmethod
    def pairs(self) -> Int[np.ndarray, "n 2"]:
        """The places of A and B of all products, ascending."""

    @property
    @abstractmethod
    def holds_conjugates(self) -> bool:
        """Whether complex conjugates of what is in the space are in it."""

    @abstractmethod
    def moved_alphas(self, g: Element) -> SignedPlaces:
        """Where the permutation of an element sends the A."""

    @abstractmethod
    def moved_betas(self, g: Element) -> SignedPlaces:
        """Where it sends the B."""

    @cached_property
    def elements(self) -> list[Element]:
        """The group that exchanges characters, the unit first."""
        identity = tuple(range(self.variety.variables))
        if self.symmetry != "all":
            return [Element(identity, False)]
        sigmas = sorted(equations_permutations(self.variety))
        real = self.holds_conjugates and all(is_real(f) for f in self.variety.equations)
        kept = 0
        while len(sigmas) * (1 + real) > _LARGEST_GROUP:
            kept += 1
            sigmas = [sigma for sigma in sigmas if sigma[:kept] == identity[:kept]]
        return [Element(sigma, bool(c)) for c in range(1 + real) for sigma in sigmas]

    @cached_property
    def _lattice(self) -> np.ndarray:
        if self.symmetry == "none":
            return np.eye(self.variety.variables, dtype=np.int64)
        return equations_lattice(self.variety)

    def classes(self, differences: Int[np.ndarray, "n variables"]) -> Int[np.ndarray, "n variables"]:
        """The characters of differences of weights, as their smallest representatives."""
        return residues(self._lattice, differences.astype(np.int64))

    def block_sizes(self) -> Int[np.ndarray, " characters"]:
        """How many products each character has."""
        differences = self.alphas[self.pairs[:, 0]] - self.betas[self.pairs[:, 1]]
        return np.asarray(np.unique(self.classes(differences), axis=0, return_counts=True)[1])


def places_of(rows: Int[np.ndarray, "n k"], moved: Int[np.ndarray, "n k"]) -> Int[np.ndarray, " n"]:
    """Where each of the moved rows is among the rows of a table of non-negative integers."""
    bases = np.maximum(rows.max(axis=0, initial=0), moved.max(axis=0, initial=0)) + 1
    powers = np.concatenate([[1], np.cumprod(bases[:-1])])
    keys = rows @ powers
    order = np.argsort(keys)
    return np.asarray(order[np.searchsorted(keys[order], moved @ powers)])
