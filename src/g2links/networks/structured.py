"""What the families have in common that predict ∂K and g, from which φ, ψ and the metric are algebra."""

from abc import abstractmethod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexScalar, Hermitian
from g2links.calculus.jets import Jet
from g2links.networks.adapted import AdaptedFrame, adapted_frame, real_frame
from g2links.networks.architecture import AbstractArchitecture, Row, Weights
from g2links.networks.layers import Parameters
from g2links.networks.tasks import Task, UnitTarget, assemble, change_frame


class Prepared(NamedTuple):
    """One point in the frame adapted to the exact structure there.

    Attributes:
        geometry: of the architecture, with ∂K counted from the exact ∂K.
        target: the exact components in that frame.
    """

    geometry: Any
    target: UnitTarget


class AbstractStructured(AbstractArchitecture):
    """From weights to 15 numbers, ∂K and g, that make the components; fit for a least-squares solver."""

    @abstractmethod
    def numbers(self, weights: Weights, geometry: Any, key: Array | None) -> Float[Array, "15"]:
        """∂_aK and g at one point, as `Jet` stores them."""

    @abstractmethod
    def adapted(self, row: Row, frame: AdaptedFrame) -> Any:
        """The geometry of a point in the frame adapted to the exact structure there."""

    def evaluate(self, weights: Weights, geometry: Any, key: Array | None) -> Float[Array, " components"]:
        return _components(self.task, self.numbers(weights, geometry, key), geometry.upsilon)

    def prepare(self, row: Row) -> Prepared:
        frame = adapted_frame(row.metric)
        exact = change_frame(self.task, row.components, real_frame(frame))
        return Prepared(self.adapted(row, frame), UnitTarget.of(self.task, exact))

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        return self.error_of(self.numbers(weights, prepared.geometry, key), prepared)

    def gauss_newton(self, vector: Array, fixed: Parameters, prepared: Prepared) -> tuple[Array, Array, Array]:
        """What one point adds to the normal equations: J (15, parameters), W (15, 15) and (15,) with JᵀWJ the
        matrix and Jᵀ times the last the gradient; the residual factors through the 15 numbers."""
        restore = ravel_pytree(tuple(jnp.zeros(shape) for shape in self.shapes()[0]))[1]
        numbers, pull = jax.vjp(lambda v: self.numbers(Weights(restore(v), fixed), prepared.geometry, None), vector)
        rows = jax.vmap(lambda direction: pull(direction)[0])(jnp.eye(len(numbers)))
        slope = jax.jacfwd(lambda n: self.error_of(n, prepared))(numbers)
        return rows, slope.T @ slope, slope.T @ self.error_of(numbers, prepared)

    def error_of(self, numbers: Float[Array, "15"], prepared: Prepared) -> Array:
        """The error at one point of what the 15 numbers make, in the frame adapted to the exact structure."""
        return prepared.target.error(self.task, _components(self.task, numbers, prepared.geometry.upsilon))


def pack_numbers(first: Complex[Array, "3"], g: Hermitian) -> Float[Array, "15"]:
    """∂_aK and g as `Jet` stores them."""
    jet = Jet.from_complex(jnp.zeros(1), first[None], g[None])
    return jnp.concatenate([jet.first[0], jet.mixed[0]])


def _components(task: Task, numbers: Float[Array, "15"], upsilon: ComplexScalar) -> Float[Array, " components"]:
    jet = Jet(jnp.zeros(1), numbers[None, :6], numbers[None, 6:])
    return assemble(task, jet.complex_first()[0], jet.hermitian()[0], upsilon)
