"""A scalar network u on V from which everything follows, so that dη = ω, dφ = ω² and dψ = 0 hold however it
is trained."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Complex, Float

from g2links._typing import ComplexPoint, Index, Scalar
from g2links.kahler.features import InvariantFeatures
from g2links.kahler.jets import Jet, reference_jet
from g2links.kahler.metric import kahler_jet
from g2links.kahler.potentials import KahlerPotential, NeuralAnsatz
from g2links.learn.adapted import adapted_frame, real_frame
from g2links.learn.architecture import AbstractArchitecture, Row, Shapes, Weights
from g2links.learn.inputs import feature_table
from g2links.learn.tasks import Task, assemble, change_frame, euclidean
from g2links.varieties.charts import tangent_frame
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import residue


class Prepared(NamedTuple):
    """One point in the frame adapted to the exact structure there.

    Attributes:
        features: their jets along the frame.
        first: ∂K_ref minus ∂K.
        reference: ∂∂̄K_ref.
        upsilon: the coefficient of Υ.
        target: the exact components, scaled to a vector of length 1.
        norm: what they were divided by.
    """

    features: Jet
    first: Complex[Array, "3"]
    reference: Complex[Array, "3 3"]
    upsilon: Scalar
    target: Array
    norm: Scalar


@dataclass(frozen=True)
class PotentialNetwork(AbstractArchitecture):
    """u = `kahler.potentials.NeuralAnsatz` on the invariant features of a degree.

    Args:
        degree, symmetric: of the features (`kahler.features.InvariantFeatures`).
    """

    task: Task
    polynomial: Polynomial
    normalisation: float
    widths: tuple[int, ...]
    activation: str = "tanh"
    degree: int = 8
    symmetric: bool = True

    @property
    def ansatz(self) -> NeuralAnsatz:
        """The family of potentials."""
        return NeuralAnsatz(
            InvariantFeatures(self.polynomial, self.degree, self.symmetric), self.widths, self.activation
        )

    def potential(self, weights: Weights) -> KahlerPotential:
        """u, a function on V; with it `links.structure.ContactCalabiYau` gives every form."""
        return KahlerPotential(self.ansatz, weights.trainable)

    @property
    def chunk(self) -> int:
        return 250

    def shapes(self) -> tuple[Shapes, Shapes]:
        return tuple(self.ansatz.shapes()), ()

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        sample = feature_table(self.ansatz.features, rows.z)
        return Weights(tuple(np.asarray(p) for p in self.ansatz.initial(rng, sample)), ())

    def components(self, weights: Weights, z: ComplexPoint, one: Index, el: Index) -> Float[Array, " components"]:
        jet = kahler_jet(self.polynomial, self.potential(weights), z, tangent_frame(self.polynomial, z, one, el))
        upsilon = self.normalisation * residue(self.polynomial, z, one, el)
        return assemble(self.task, jet.complex_first()[0], jet.hermitian()[0], upsilon)

    def prepare(self, row: Row) -> Prepared:
        frame = adapted_frame(row.metric)
        vectors = frame.unitary @ tangent_frame(self.polynomial, row.z, row.one, row.el)
        reference = reference_jet(self.polynomial.weights, row.z, vectors)
        upsilon = self.normalisation * residue(self.polynomial, row.z, row.one, row.el)
        target = euclidean(self.task, change_frame(self.task, row.components, real_frame(frame)))
        norm = jnp.linalg.norm(target)
        return Prepared(
            features=self.ansatz.features.jet(row.z, vectors),
            first=reference.complex_first()[0] - frame.unitary @ frame.first,
            reference=reference.hermitian()[0],
            upsilon=upsilon * frame.determinant,
            target=target / norm,
            norm=norm,
        )

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        return self._error(self._derivatives(weights.trainable, prepared), prepared)

    def gauss_newton(self, vector: Array, prepared: Prepared) -> tuple[Array, Array, Array]:
        """What one point adds to the normal equations: J (15, parameters), W (15, 15) and (15,) with JᵀWJ the
        matrix and Jᵀ times the last the gradient; the residual factors through the 15 derivatives of u."""
        restore = ravel_pytree(self._templates())[1]
        derivatives, pull = jax.vjp(lambda v: self._derivatives(restore(v), prepared), vector)
        rows = jax.vmap(lambda direction: pull(direction)[0])(jnp.eye(len(derivatives)))
        slope = jax.jacfwd(lambda d: self._error(d, prepared))(derivatives)
        return rows, slope.T @ slope, slope.T @ self._error(derivatives, prepared)

    def to_config(self) -> dict[str, Any]:
        return {
            "kind": "potential",
            "widths": list(self.widths),
            "activation": self.activation,
            "degree": self.degree,
            "symmetric": self.symmetric,
        }

    def _templates(self) -> tuple[Array, ...]:
        return tuple(jnp.zeros(shape) for shape in self.ansatz.shapes())

    def _derivatives(self, parameters: tuple[Array, ...], prepared: Prepared) -> Float[Array, "15"]:
        u = self.ansatz.apply(parameters, prepared.features)
        return jnp.concatenate([u.first[0], u.mixed[0]])

    def _error(self, derivatives: Float[Array, "15"], prepared: Prepared) -> Array:
        u = Jet(jnp.zeros(1), derivatives[None, :6], derivatives[None, 6:])
        first, g = prepared.first + u.complex_first()[0], prepared.reference + u.hermitian()[0]
        prediction = assemble(self.task, first, g, prepared.upsilon)
        return euclidean(self.task, prediction) / prepared.norm - prepared.target
