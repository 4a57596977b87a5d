"""The functions of one charge on the link: products of holomorphic and antiholomorphic monomials.

On the link of V the functions of charge q, F(e^{iθ}·z) = e^{iqθ} F(z), are sections of O(q) on V. Here they are spanned
by s_α conj(s_β), with monomials s_α of degree m + q and s_β of degree m up to a degree k.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from scipy.special import gammaln

from g2links.errors import InputError
from g2links.potentials.section_basis import (
    degrees_down,
    monomials_before_relations,
    monomials_of_charges,
    section_class,
)
from g2links.quantities.spectrum.exchanges import Element
from g2links.varieties.kahler_class import require_circle_bundle
from g2links.varieties.polynomial import monomial_count
from g2links.varieties.symmetry import equations_lattice, equations_permutations, is_real, residues
from g2links.varieties.variety import AbstractVariety

Symmetry = Literal["all", "phases", "none"]
"""What of the symmetry of V divides the functions: phases, permutations and conjugation; phases alone; nothing."""

_LARGEST_GROUP = 1500
"""Permutations, with conjugation: the table of a group is a matrix of this size."""


@dataclass(frozen=True)
class FunctionSpace:
    """All functions of a charge up to a degree.

    Args:
        variety: V.
        charge: q ≥ 0; those of charge -q are the complex conjugates.
        degree: k, the highest degree m of the s_β, in units of the polarisation.
        symmetry: what divides them.

    Raises:
        InputError: for a charge below 0, one above 0 where the Kähler class is not integral, or a degree below that of
            every coordinate.
    """

    variety: AbstractVariety
    charge: int
    degree: int
    symmetry: Symmetry = "all"

    def __post_init__(self) -> None:
        if self.charge < 0:
            raise InputError("charge", self.charge, "from 0 on: those of charge -q are complex conjugates")
        if self.charge:
            require_circle_bundle(self.variety, f"charge {self.charge}")
        if self.degree < 0 or (self.degree == 0 and self.charge == 0):
            raise InputError("degree", self.degree, "at least 1, or 0 for holomorphic sections of a positive charge")

    @cached_property
    def degrees(self) -> range:
        """Those of the s_β: all from k - max(w) + 1 to k, so that those of lower ones are among their combinations."""
        return degrees_down(self.variety, self.degree)

    def products(self) -> int:
        """A bound for the number of products, without listing them: if they were all of one degree."""
        left, right = (sum(_count(self.variety, m + q) for m in self.degrees) for q in (self.charge, 0))
        return left * right // len(self.degrees)

    @cached_property
    def alphas(self) -> Int[np.ndarray, "A variables"]:
        """Exponents of the holomorphic monomials."""
        return np.concatenate([_monomials(self.variety, m) for m in self._with_charge])

    @cached_property
    def betas(self) -> Int[np.ndarray, "B variables"]:
        """Exponents of the antiholomorphic ones."""
        return np.concatenate([_monomials(self.variety, m) for m in self.degrees])

    @cached_property
    def alpha_degrees(self) -> Int[np.ndarray, " A"]:
        """m + q, in units of the polarisation."""
        return np.concatenate([np.full(len(_monomials(self.variety, m)), m) for m in self._with_charge])

    @cached_property
    def beta_degrees(self) -> Int[np.ndarray, " B"]:
        """m, in units of the polarisation."""
        return np.concatenate([np.full(len(_monomials(self.variety, m)), m) for m in self.degrees])

    @property
    def unit(self) -> tuple[float, ...]:
        """(r,) the class of one unit of degree: the polarisation where that is integral."""
        if self.variety.is_integral:
            return self.variety.polarisation
        return tuple(d / self.degree for d in section_class(self.variety, self.degree).multidegree)

    @property
    def _with_charge(self) -> range:
        return range(self.degrees.start + self.charge, self.degrees.stop + self.charge)

    @cached_property
    def alpha_norms(self) -> Float[np.ndarray, " A"]:
        """The square roots of multinomial coefficients, with which all monomials are of comparable size."""
        return _norms(self.variety, self.alphas)

    @cached_property
    def beta_norms(self) -> Float[np.ndarray, " B"]:
        """The same."""
        return _norms(self.variety, self.betas)

    @cached_property
    def pairs(self) -> Int[np.ndarray, "n 2"]:
        """The places of α and β of all products, ascending."""
        return np.argwhere(self.alpha_degrees[:, None] - self.beta_degrees[None] == self.charge)

    @cached_property
    def elements(self) -> list[Element]:
        """The group that exchanges characters, the unit first."""
        identity = tuple(range(self.variety.variables))
        if self.symmetry != "all":
            return [Element(identity, False)]
        sigmas = sorted(equations_permutations(self.variety))
        real = self.charge == 0 and all(is_real(f) for f in self.variety.equations)
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
        """The characters of α - β, as their smallest representatives."""
        return residues(self._lattice, differences.astype(np.int64))

    def block_sizes(self) -> Int[np.ndarray, " characters"]:
        """How many products each character has."""
        differences = self.alphas[self.pairs[:, 0]] - self.betas[self.pairs[:, 1]]
        return np.asarray(np.unique(self.classes(differences), axis=0, return_counts=True)[1])


def _monomials(variety: AbstractVariety, degree: int) -> np.ndarray:
    return monomials_of_charges(variety, section_class(variety, degree).multidegree)


def _count(variety: AbstractVariety, degree: int) -> int:
    if variety.heaviest == 1:
        return monomials_before_relations(variety, degree)
    return monomial_count(variety.charges[0], section_class(variety, degree).multidegree[0])


def _norms(variety: AbstractVariety, exponents: np.ndarray) -> np.ndarray:
    logs = np.zeros(len(exponents))
    for factor in variety.factors:
        powers = exponents[:, factor.coordinates]
        logs += gammaln(powers.sum(axis=1) + 1) - gammaln(powers + 1).sum(axis=1)
    return np.asarray(np.exp(0.5 * logs))
