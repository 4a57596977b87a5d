"""Real, C*-invariant functions on V of bidegree (k, k), the raw material of every Kähler potential here.

A feature is X = Σ h_{αβ} z^α conj(z^β) / exp(j K_ref) with h Hermitian, over monomials of one degree j. At degree 1
on a quintic they are the 25 real and imaginary parts of z_i conj(z_j)/|z|². With `symmetric` set, only combinations
invariant under the symmetry group of f are kept, so that a potential built from them has the symmetry of the Ricci-flat
metric (which is unique, hence invariant).

The features of degree k are those of all j from k - max(w) + 1 to k: on the sphere Σ |ζ_i|² = 1, ζ_i = z_i r^{-w_i},
those of lower j are combinations of these, X = Σ |ζ_i|² X, as is the constant 1. So they are all invariant
polynomials on K up to degree k; for weights 1, j = k. A single j would not do: where V is an orbifold, with isotropy
of order m on coordinates that vanish, monomials of a degree divisible by m see these coordinates through their m-th
powers only. Where weights are large, degrees can be chosen instead: those that every point with isotropy needs
(`covering_degrees`).

Symmetric features are products of a few invariants of low degree, linearly independent on V
(`invariant_products`); for weights other than 1 the invariants are first moved towards 0, which makes products
of many of them less dependent. (Not quite to mean 0: as the |ζ_i|² sum to 1, products would then be linearly
dependent.) Those of a degree with more than 1,820 monomials (k > 12 for weights 1) span nearly all invariants of
their degree, those of lower ones all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame
from g2links.calculus.jets import Jet, Values
from g2links.errors import InputError
from g2links.potentials.graded_sections import GradedSections
from g2links.potentials.hermitian_forms import HermitianForms, all_forms, invariant_forms, norm_form
from g2links.potentials.invariant_products import C, FieldValues, ProductPlan, independent_counts, product_plan
from g2links.potentials.section_basis import degrees_down
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import exponents_of_degree, monomial_count

_MOST_MONOMIALS = 1820
"""C(16, 4), those of degree 12 in five variables: the table of all pairs of these takes seconds."""
_OFF_CENTRE = 1.5
"""Generators are moved by 3/2 of their means: at the mean itself products would be dependent, as Σ |ζ_i|² = 1."""
BASIS = 4
"""Which rule chose the features of a saved model: their coefficients mean nothing in another basis."""


@runtime_checkable
class FewFunctions(Protocol):
    """Functions on V whose sum is a combination of features."""

    @property
    def count(self) -> int:
        """How many there are."""

    def __call__(self, z: ComplexPoint) -> Float[Array, " functions"]:
        """Values at one point of X, in any gauge."""

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""


@dataclass(frozen=True)
class InvariantFeatures:
    """The features of degree `degree` of a hypersurface.

    Args:
        variety: V.
        degree: the highest weighted degree k of the monomials.
        symmetric: keep only the invariants of the symmetry group of f.
        degrees: instead of all from k - max(w) + 1 to k these, of which k is the last, and 0: the invariants as they
            are, without products.

    Raises:
        InputError: when the degree is below that of every variable, or `degrees` are not increasing up to it.
    """

    variety: WeightedHypersurface
    degree: int
    symmetric: bool
    degrees: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.degrees is not None and (
            self.degrees != tuple(sorted({*self.degrees, self.degree})) or self.degrees[0] < 0
        ):
            raise InputError("degrees", self.degrees, f"increasing numbers from 0 on, the last of them {self.degree}")

    @property
    def count(self) -> int:
        """How many features there are."""
        return self.forms.count if self._plan is None else len(self._plan.result)

    @property
    def root(self) -> float:
        """κ with which (1/κ) log Σ c_i X_i has the class of K_ref by itself: the degree."""
        return float(self.degree)

    def __call__(self, z: ComplexPoint) -> Float[Array, " features"]:
        """Values at one point of X, in any gauge."""
        return self.combine(Values(self.forms(z))).value

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        return self.combine(self.forms.jet(z, frame))

    def reference_coefficients(self) -> np.ndarray | None:
        """c with Σ c_i X_i = (Σ |z_i|²)^k / r^{2k} = 1, for weights 1; None for others."""
        if self.variety.heaviest > 1:
            return None
        if self._plan is None:
            return self.forms.norm_power_coefficients()
        return np.eye(self.count)[0]

    def combine(self, forms: C) -> C:
        """The features from `forms`, in any calculus of derivatives."""
        return forms if self._plan is None else self._plan.combine(forms.minus(self._offsets))

    def combined(self, coefficients: Float[Array, " features"]) -> FewFunctions | None:
        """Σ c_i X_i as a few functions, whose sum it is; None where features are products."""
        return self.forms.combined(coefficients) if self._plan is None else None

    @cached_property
    def forms(self) -> HermitianForms:
        """The Hermitian forms that are evaluated: the features themselves, or generators of those of high degree."""
        weights = self.variety.weights
        if self.degrees is not None:
            return invariant_forms(self.variety, self.sections.exponents)
        if self._plan is not None:
            return HermitianForms.join(
                [_invariants(self.variety, degree).form(row) for degree, row in self._plan.generators]
            )
        exponents = np.concatenate([exponents_of_degree(weights, degree) for degree in self._degrees])
        return all_forms(weights, exponents)

    @cached_property
    def sections(self) -> GradedSections:
        """The monomials of all degrees of the features."""
        return GradedSections(self.variety, tuple(sorted({0, *self._degrees})))

    @cached_property
    def _offsets(self) -> np.ndarray:
        """What is subtracted from generators before they are multiplied: nothing for weights 1."""
        plain = self.variety.heaviest == 1
        return np.zeros(self.forms.count) if plain else _OFF_CENTRE * self.forms.means()

    @cached_property
    def _degrees(self) -> Sequence[int]:
        weights = self.variety.weights
        if self.degree < 1:
            raise InputError("degree", self.degree, "a positive integer is needed")
        if self.degree < min(weights):
            raise InputError("degree", self.degree, f"there is no monomial of so low a degree for weights {weights}")
        return self._down_to_the_heaviest if self.degrees is None else self.degrees

    @property
    def _down_to_the_heaviest(self) -> range:
        return degrees_down(self.variety, self.degree)

    @cached_property
    def _plan(self) -> ProductPlan | None:
        if not self.symmetric or self.degrees is not None:
            return None
        base = _base(self.variety, self.degree)
        return product_plan(self.variety, self._down_to_the_heaviest, base, _field_values(self.variety))


def _base(variety: WeightedHypersurface, degree: int) -> int:
    """The highest degree up to `degree` of which all invariants are looked at, and not products alone."""
    return max(k for k in range(degree + 1) if monomial_count(variety.weights, k) <= _MOST_MONOMIALS)


def _field_values(variety: WeightedHypersurface) -> FieldValues:
    return lambda degree, at: _invariants(variety, degree).in_finite_field(at)


@lru_cache(64)
def _invariants(variety: WeightedHypersurface, degree: int) -> HermitianForms:
    """All invariant Hermitian forms of one degree, dependent ones and many terms included; of degree 1, for weights 1,
    Σ |z_i|² comes first, which a plan takes for the function 1."""
    forms = invariant_forms(variety, exponents_of_degree(variety.weights, degree))
    if degree == 1 and variety.heaviest == 1:
        return HermitianForms.join([norm_form(variety.weights), forms])
    return forms


def default_degree(variety: WeightedHypersurface, most_features: int = 40, highest: int = 10) -> int:
    """The degree of features to use where the user does not say: the highest one up to `highest` with at most
    `most_features` invariants under the symmetry group of f; the lowest with every variable where even that has
    more."""
    heaviest = max(variety.weights)
    best = min(heaviest, highest)
    counts = independent_counts(variety, _base(variety, highest), _field_values(variety))
    found: list[int] = []
    for k, count in enumerate(islice(counts, highest + 1)):
        found.append(count)
        if k and sum(found[max(0, k - heaviest + 1) :]) > most_features:
            break
        best = k
    return best
