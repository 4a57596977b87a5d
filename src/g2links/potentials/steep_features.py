"""Features that are steep where V is nearly singular, for its Kähler potentials there.

A steepness ρ is a positive function on V, invariant under the symmetries of f like all features, which is small where
the Ricci-flat metric varies over distances that polynomials of bidegree (k, k) see from k of some hundreds on. With r
the reference norm and d the degree of f there are two of them.

- `gradient`: ρ = Σ |∂f/∂z_i|² r^{-2(d - w_i)}, small near singular points of other f, as on Dwork's quintic at ψ = 0.99
  near the nodes of ψ = 1. On the conifold itself the potential is the power 2/3 of the radius squared (Candelas and de
  la Ossa, Nucl. Phys. B342, 1990, 246), which ρ is near a node up to a factor; on its smoothing it is a smooth function
  of ρ that is ρ^{2/3} far away. With features of degree 8 at ψ = 0.99, σ is 3.4e-4 and the supremum 0.010 with powers
  of ρ, and 5.9e-3 and 10 without.
- `terms`: ρ = Σ |c_m z^m|² r^{-2d} over the terms of f, where f has a power of every coordinate, so that ρ is nowhere
  0. Where weights are large, powers like z^18 are tiny over most of V, and V is made of nearly flat pieces that meet
  where the two largest terms are equal. On P(1,1,1,6,9)[18] ρ varies over eight orders of magnitude; σ is 1.0e-2 with
  250 unknowns, and without powers of ρ 2.8e-2 with 240 and 1.2e-2 with 599. On P(1,1,2,8,12)[24] it is 4.4e-2 with
  229, and without them 6.5e-2 with 362; with larger powers and 259 unknowns 2.5e-2, and 0.10 with the gradient.
"""

from dataclasses import dataclass
from functools import cache, cached_property, partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, JetOrValues, Values, real_function_jet
from g2links.errors import InputError
from g2links.potentials.features import FewFunctions, InvariantFeatures
from g2links.potentials.reference import reference_potential
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import monomials

STEEPNESSES = ("gradient", "terms")

POWERS_NEAR_NODES = (2 / 3, -2 / 3, -1.0)
"""Of ρ, for weights 1. The first is the potential far from where V would be singular, the others correct it nearby. Two
more, ±1/3, are worth less than more factors: with features of degree 8 on Dwork's quintic at ψ = 0.99, 49 parameters
with all five give σ 1.3e-3 and a supremum of 0.038, 58 with these three 9.3e-4 and 0.024, and 136 with these 3.4e-4 and
0.010."""

_SPREAD, _MOST_POWER = 4.0, 0.5
"""By what factor the first of `powers_for` falls from the mean of ρ to its smallest value, and the greatest power."""
_POINTS, _SEED = 1000, 0x53544545
"""That these are taken at: logarithms, for which few are enough."""


def steepness_for(variety: WeightedHypersurface) -> str:
    """Which ρ to take for weights above 1: that of the terms where f has a power of every coordinate."""
    exponents = variety.polynomial.exponents
    powers = exponents[np.count_nonzero(exponents, axis=1) == 1]
    return "terms" if np.all(np.any(powers > 0, axis=0)) else "gradient"


@cache
def powers_for(variety: WeightedHypersurface) -> tuple[float, float, float]:
    """(p, -p, -2p) of the ρ of `steepness_for`, for weights above 1, where ρ may vary over many orders of magnitude: p
    is such that ρ^p falls to a quarter. On P(1,1,1,6,9)[18] it is 0.10, on P(1,1,12,28,42)[84] 0.03. Twice as large
    powers are a little better on the first, and worse on P(1,1,2,8,12)[24]: σ 9.4e-3 and 6.5e-2 instead of 1.0e-2 and
    4.2e-2."""
    points, steepness = variety.sample(_POINTS, _SEED), steepness_for(variety)
    logarithms = np.asarray(jax.jit(jax.vmap(partial(log_steepness, variety, steepness)))(points.z))
    mean = np.log(np.average(np.exp(logarithms), weights=points.weights))
    p = min(_MOST_POWER, float(np.log(_SPREAD) / (mean - np.min(logarithms))))
    return p, -p, -2 * p


@dataclass(frozen=True)
class SteepFeatures(InvariantFeatures):
    """The features of `InvariantFeatures`, then the products of each of the powers of ρ with other invariants.

    Args:
        powers: of ρ.
        steepness: which ρ, "gradient" or "terms".
        factors: the degree of the invariants that the powers are multiplied by.
        factor_degrees: their `degrees`.

    Raises:
        InputError: for an unknown steepness.
    """

    powers: tuple[float, ...] = POWERS_NEAR_NODES
    steepness: str = "gradient"
    factors: int = 5
    factor_degrees: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.steepness not in STEEPNESSES:
            raise InputError("steepness", self.steepness, f"choose one of {', '.join(STEEPNESSES)}")

    @property
    def count(self) -> int:
        """How many features there are."""
        return super().count + len(self.powers) * self._factors.count

    def __call__(self, z: ComplexPoint) -> Float[Array, " features"]:
        """Values at one point of X, in any gauge."""
        steepness = Values(log_steepness(self.variety, self.steepness, z)[None])
        products = [Values(self._factors(z))] * len(self.powers)
        return _joined(self.powers, Values(super().__call__(z)), steepness, products).value

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        steepness = real_function_jet(partial(log_steepness, self.variety, self.steepness), z, frame)
        products = [self._factors.jet(z, frame)] * len(self.powers)
        return _joined(self.powers, super().jet(z, frame), steepness, products)

    def reference_coefficients(self) -> np.ndarray | None:
        """c with Σ c_i X_i = 1: that of `InvariantFeatures`, and 0 for the others."""
        plain = super().reference_coefficients()
        return None if plain is None else np.pad(plain, (0, self.count - len(plain)))

    def combined(self, coefficients: Float[Array, " features"]) -> FewFunctions | None:
        """Σ c_i X_i as a few functions, whose sum it is; None where features are products."""
        plain = super().count
        first = super().combined(coefficients[:plain])
        if first is None:
            return None
        each = jnp.split(coefficients[plain:], len(self.powers))
        others = [combined for c in each if (combined := self._factors.combined(c)) is not None]
        return SteepForms(self.variety, self.steepness, self.powers, first, others)

    @cached_property
    def _factors(self) -> InvariantFeatures:
        return InvariantFeatures(self.variety, self.factors, self.symmetric, self.factor_degrees)


@dataclass(frozen=True, eq=False)
class SteepForms:
    """Forms, and for each power of ρ its products with others.

    Attributes:
        variety, steepness: whose ρ it is, and which.
        powers: of ρ.
        plain: forms without a power of ρ.
        products: for each power those that it is multiplied by.
    """

    variety: WeightedHypersurface
    steepness: str
    powers: tuple[float, ...]
    plain: FewFunctions
    products: list[FewFunctions]

    @property
    def count(self) -> int:
        """How many functions there are."""
        return self.plain.count + sum(forms.count for forms in self.products)

    def __call__(self, z: ComplexPoint) -> Float[Array, " functions"]:
        """Values at one point of X, in any gauge."""
        steepness = Values(log_steepness(self.variety, self.steepness, z)[None])
        products = [Values(forms(z)) for forms in self.products]
        return _joined(self.powers, Values(self.plain(z)), steepness, products).value

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        steepness = real_function_jet(partial(log_steepness, self.variety, self.steepness), z, frame)
        products = [forms.jet(z, frame) for forms in self.products]
        return _joined(self.powers, self.plain.jet(z, frame), steepness, products)


def log_steepness(variety: WeightedHypersurface, steepness: str, z: ComplexPoint) -> Scalar:
    """log ρ at one point of X, in any gauge."""
    scaled = jnp.exp(-0.5 * jnp.array(variety.weights) * reference_potential(variety, z)) * z
    if steepness == "terms":
        parts = variety.polynomial.coefficients * monomials(variety.polynomial.exponents, scaled)
    else:
        (parts,) = variety.jacobian(scaled)
    return jnp.log(jnp.sum(parts.real**2 + parts.imag**2))


def _joined(
    powers: tuple[float, ...], plain: JetOrValues, log_rho: JetOrValues, products: list[JetOrValues]
) -> JetOrValues:
    for power, factors in zip(powers, products, strict=True):
        steep = log_rho.map(partial(_exponential, power)).take(np.zeros(len(factors.value), dtype=int))
        plain = plain.join(steep.times(factors))
    return plain


def _exponential(power: float, value: Scalar) -> Scalar:
    return jnp.exp(power * value)
