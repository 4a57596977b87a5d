"""Features that are steep where V is nearly singular, for its Kähler potentials there.

Where the gradient of f is small on V, as on Dwork's quintic at ψ = 0.99 near the nodes of ψ = 1, the Ricci-flat metric
varies over a distance that polynomials of bidegree (k, k) see from k of some hundreds on. On the conifold itself its
potential is the power 2/3 of the radius squared (Candelas and de la Ossa, Nucl. Phys. B342, 1990, 246), which
ρ = |∇f|²/|z|^{2(d-1)} is near a node up to a factor; on its smoothing it is a smooth function of ρ that is ρ^{2/3} far
away. ρ is invariant under the symmetries of f, like all features, and a few powers of it times invariants of low
degree are what polynomials lack: with features of degree 8 at ψ = 0.99, σ is 9.3e-4 and the supremum 0.024 with them,
and 5.9e-3 and 10 without.
"""

from dataclasses import dataclass
from functools import cached_property, partial

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet, JetOrValues, Values, real_function_jet
from g2links.errors import InputError
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.reference import reference_potential

POWERS = (2 / 3, -2 / 3, -1.0)
"""Of ρ. The first is the potential far from where V would be singular, the others correct it nearby. Two more, ±1/3,
are worth less than more factors: with features of degree 8 on Dwork's quintic at ψ = 0.99, 49 parameters with all five
give σ 1.3e-3 and a supremum of 0.038, 58 with these three 9.3e-4 and 0.024."""


@dataclass(frozen=True)
class SteepFeatures(InvariantFeatures):
    """The features of `InvariantFeatures`, then the products of each of `POWERS` of ρ with those of degree `factors`.

    Args:
        factors: the degree of the invariants that the powers are multiplied by.

    Raises:
        InputError: for weights above 1, where the gradient of f has no norm that belongs to it.
    """

    factors: int = 5

    def __post_init__(self) -> None:
        if self.variety.heaviest > 1:
            raise InputError("factors", self.factors, "features of weights 1")

    @property
    def count(self) -> int:
        """How many features there are."""
        return super().count + len(POWERS) * self._factors.count

    def __call__(self, z: ComplexPoint) -> Float[Array, " features"]:
        """Values at one point of X, in any gauge."""
        log_steepness = Values(self._log_steepness(z)[None])
        return self._joined(Values(super().__call__(z)), log_steepness, Values(self._factors(z))).value

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        log_steepness = real_function_jet(self._log_steepness, z, frame)
        return self._joined(super().jet(z, frame), log_steepness, self._factors.jet(z, frame))

    def reference_coefficients(self) -> np.ndarray:
        """c with Σ c_i X_i = 1: that of `InvariantFeatures`, and 0 for the others."""
        plain = super().reference_coefficients()
        assert plain is not None
        return np.pad(plain, (0, self.count - len(plain)))

    @cached_property
    def _factors(self) -> InvariantFeatures:
        return InvariantFeatures(self.variety, self.factors, self.symmetric)

    def _log_steepness(self, z: ComplexPoint) -> Scalar:
        """log ρ."""
        (gradient,) = self.variety.jacobian(z)
        steps = self.variety.polynomial.degree - 1
        return jnp.log(jnp.sum(gradient.real**2 + gradient.imag**2)) - steps * reference_potential(self.variety, z)

    def _joined(self, plain: JetOrValues, log_steepness: JetOrValues, factors: JetOrValues) -> JetOrValues:
        every = np.zeros(self._factors.count, dtype=int)
        for power in POWERS:
            plain = plain.join(log_steepness.map(partial(_exponential, power)).take(every).times(factors))
        return plain


def _exponential(power: float, value: Scalar) -> Scalar:
    return jnp.exp(power * value)
