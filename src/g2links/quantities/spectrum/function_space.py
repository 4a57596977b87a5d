"""The functions of one charge on the link: products of holomorphic and antiholomorphic monomials.

On the link of V the functions of charge q, F(e^{iθ}·z) = e^{iqθ} F(z), are sections of O(q) on V. Here they are spanned
by s_α conj(s_β), with monomials s_α of degree m + q and s_β of degree m up to a degree k.
"""

from dataclasses import dataclass
from functools import cached_property

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
from g2links.quantities.spectrum.product_space import ProductSpace, SignedPlaces, Symmetry, places_of
from g2links.varieties.kahler_class import require_circle_bundle
from g2links.varieties.polynomial import monomial_count
from g2links.varieties.variety import AbstractVariety


@dataclass(frozen=True)
class FunctionSpace(ProductSpace):
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
        left, right = (sum(section_count(self.variety, m + q) for m in self.degrees) for q in (self.charge, 0))
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

    @property
    def holds_conjugates(self) -> bool:
        """Those of charge q are of charge -q."""
        return self.charge == 0

    def moved_alphas(self, g: Element) -> SignedPlaces:
        """Monomials to monomials."""
        return _moved(self.alphas, g)

    def moved_betas(self, g: Element) -> SignedPlaces:
        """The same."""
        return _moved(self.betas, g)


def _moved(table: np.ndarray, g: Element) -> SignedPlaces:
    return SignedPlaces(places_of(table, g.moved(table)), np.ones(len(table), dtype=np.int64))


def _monomials(variety: AbstractVariety, degree: int) -> np.ndarray:
    return monomials_of_charges(variety, section_class(variety, degree).multidegree)


def section_count(variety: AbstractVariety, degree: int) -> int:
    """How many monomials of degree k t there are, without listing them."""
    if variety.heaviest == 1:
        return monomials_before_relations(variety, degree)
    return monomial_count(variety.charges[0], section_class(variety, degree).multidegree[0])


def _norms(variety: AbstractVariety, exponents: np.ndarray) -> np.ndarray:
    logs = np.zeros(len(exponents))
    for factor in variety.factors:
        powers = exponents[:, factor.coordinates]
        logs += gammaln(powers.sum(axis=1) + 1) - gammaln(powers + 1).sum(axis=1)
    return np.asarray(np.exp(0.5 * logs))
