"""One global, circle-invariant object on C^5, pulled back to whatever chart is asked for.

From the separating invariants, for weights 1 the 25 z_i conj(z_j)/|z|², a network gives a Hermitian matrix B and a
covector c (`learn.equivariants`). With ζ = z_i r^{-w_i} on the unit sphere, D = Σ w_i |ζ_i|², t_a the tangent vectors
of a chart, scaled alike, made horizontal for η_ref by a multiple of (w_i ζ_i) and divided by √D, and
A = (1-δ)(1 + B/2)(1 + B/2)† + δ,

    g_{ab̄} = t_a A t_b†,    ∂_a K = ∂_a K_ref + t_a · c

At B = c = 0 that is the reference metric, for weights 1 that of Fubini and Study, where c = C conj(ζ). g is positive
definite whatever the network says, so φ is positive, and nothing depends on the chart or on the gauge. ReΥ comes from
the residue, exactly.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from g2links._typing import ComplexPoint, Index, Scalar
from g2links.kahler.reference import reference_potential
from g2links.learn.adapted import adapted_frame, real_frame
from g2links.learn.architecture import AbstractArchitecture, Row, Shapes, Weights, standardisation
from g2links.learn.equivariants import Equivariants
from g2links.learn.inputs import feature_table, separating_features
from g2links.learn.networks import DenseNetwork
from g2links.learn.tasks import Task, assemble, change_frame, euclidean
from g2links.varieties.charts import tangent_frame
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import residue

_FLOOR = 1e-3
_START = 0.1


class Prepared(NamedTuple):
    """One point in the frame adapted to the exact structure there.

    Attributes:
        inputs: the invariants.
        tangents: (3, 5) the frame's vectors, scaled and horizontal, over √D.
        position: ζ.
        first: ∂K_ref minus ∂K, in the frame.
        upsilon: the coefficient of Υ in the frame.
        target: the exact components, scaled to a vector of length 1.
        norm: what they were divided by.
    """

    inputs: Array
    tangents: Complex[Array, "3 5"]
    position: Complex[Array, "5"]
    first: Complex[Array, "3"]
    upsilon: Scalar
    target: Array
    norm: Scalar


@dataclass(frozen=True)
class Ambient(AbstractArchitecture):
    """The network of the module's docstring."""

    task: Task
    polynomial: Polynomial
    normalisation: float
    widths: tuple[int, ...]
    activation: str = "gelu"
    dropout: float = 0.0
    standard_inputs: bool = True

    @property
    def network(self) -> DenseNetwork:
        """From standardised invariants to the coefficients of B and c."""
        inputs = separating_features(self.polynomial).count
        return DenseNetwork(inputs, self._equivariants.count, self.widths, self.activation, self.dropout)

    @property
    def chunk(self) -> int:
        return 1000

    def shapes(self) -> tuple[Shapes, Shapes]:
        return tuple(self.network.shapes()), ((self.network.inputs,),) * 2

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        centre, spread = standardisation(feature_table(separating_features(self.polynomial), rows.z))
        if not self.standard_inputs:
            centre, spread = np.zeros_like(centre), np.ones_like(spread)
        scale = 1 / np.where(spread > 0, spread, 1.0)
        return Weights(tuple(self.network.initial(rng, output_scale=_START)), (centre, scale))

    def components(self, weights: Weights, z: ComplexPoint, one: Index, el: Index) -> Float[Array, " components"]:
        inputs = separating_features(self.polynomial)(z)
        tangents, position, first, upsilon = self._geometry(z, one, el)
        return assemble(self.task, *self._structure(weights, inputs, tangents, position, first, None), upsilon)

    def prepare(self, row: Row) -> Prepared:
        tangents, position, first, upsilon = self._geometry(row.z, row.one, row.el)
        frame = adapted_frame(row.metric)
        target = euclidean(self.task, change_frame(self.task, row.components, real_frame(frame)))
        norm = jnp.linalg.norm(target)
        return Prepared(
            inputs=separating_features(self.polynomial)(row.z),
            tangents=frame.unitary @ tangents,
            position=position,
            first=frame.unitary @ (first - frame.first),
            upsilon=upsilon * frame.determinant,
            target=target / norm,
            norm=norm,
        )

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        structure = self._structure(weights, prepared.inputs, prepared.tangents, prepared.position, prepared.first, key)
        prediction = assemble(self.task, *structure, prepared.upsilon)
        return euclidean(self.task, prediction) / prepared.norm - prepared.target

    def to_config(self) -> dict[str, Any]:
        return {
            "kind": "ambient",
            "widths": list(self.widths),
            "activation": self.activation,
            "dropout": self.dropout,
            "standard_inputs": self.standard_inputs,
        }

    @property
    def _equivariants(self) -> Equivariants:
        return equivariants(self.polynomial.weights)

    def _geometry(self, z: ComplexPoint, one: Index, el: Index) -> tuple[Array, Array, Array, Array]:
        """Horizontal tangents over √D; ζ; ∂K_ref; the coefficient of Υ."""
        weights = jnp.asarray(self.polynomial.weights, dtype=float)
        scale = jnp.exp(-0.5 * weights * reference_potential(self.polynomial.weights, z))
        position = scale * z
        size = jnp.sum(weights * (position.real**2 + position.imag**2))
        frame = scale * tangent_frame(self.polynomial, z, one, el)
        along = frame @ position.conj() / size
        upsilon = self.normalisation * residue(self.polynomial, z, one, el)
        return (frame - along[:, None] * (weights * position)) / jnp.sqrt(size), position, along, upsilon

    def _structure(
        self,
        weights: Weights,
        inputs: Array,
        tangents: Array,
        position: Array,
        first: Array,
        key: Array | None,
    ) -> tuple[Array, Array]:
        """∂_a K and g."""
        centre, scale = weights.fixed
        coefficients = self.network.apply(weights.trainable, (inputs - centre) * scale, key)
        b, c = self._equivariants.matrices(coefficients, position)
        root = tangents + 0.5 * tangents @ b
        g = (1 - _FLOOR) * root @ root.conj().T + _FLOOR * tangents @ tangents.conj().T
        return first + tangents @ c, g


equivariants = cache(Equivariants)
