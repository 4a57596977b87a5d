"""A scalar network u on V from which everything follows, so that dη = ω, dφ = ω² and dψ = 0 hold however it
is trained."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, ComplexScalar, Frame
from g2links.calculus.jets import Jet
from g2links.networks.adapted import AdaptedFrame
from g2links.networks.architecture import Row, Shapes, Weights
from g2links.networks.inputs import feature_table
from g2links.networks.structured import AbstractStructured, pack_numbers
from g2links.networks.tasks import Task
from g2links.potentials.families import AlgebraicAnsatz, FeatureAnsatz, KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.reference import reference_jet
from g2links.potentials.sizes import require_features
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety


class PotentialGeometry(NamedTuple):
    """One point, in a holomorphic frame.

    Attributes:
        features: their jets.
        first: ∂K_ref, or ∂K_ref minus the exact ∂K.
        reference: ∂∂̄K_ref.
        upsilon: the coefficient of Υ.
    """

    features: Jet
    first: Complex[Array, "3"]
    reference: Complex[Array, "3 3"]
    upsilon: ComplexScalar


class FeaturePotential(AbstractStructured):
    """u of a family of functions of features."""

    normalisation: float

    @property
    @abstractmethod
    def ansatz(self) -> FeatureAnsatz:
        """The family of potentials."""

    def potential(self, weights: Weights) -> KahlerPotential:
        """u, a function on V; with it `links.structure.ContactCalabiYau` gives every form."""
        return KahlerPotential(self.ansatz, weights.trainable)

    @property
    def chunk(self) -> int:
        return 250

    def shapes(self) -> tuple[Shapes, Shapes]:
        return tuple(self.ansatz.shapes()), ()

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        sample = feature_table(self.ansatz.features, np.asarray(rows.at.z))
        return Weights(tuple(np.asarray(p) for p in self.ansatz.initial(rng, sample)), ())

    def geometry(self, at: ChartPoint) -> PotentialGeometry:
        return self._along(at.z, tangent_frame(self.variety, at), residue(self.variety, at))

    def numbers(self, weights: Weights, geometry: PotentialGeometry, key: Array | None) -> Float[Array, "15"]:
        u = self.ansatz.apply(weights.trainable, geometry.features)
        return pack_numbers(geometry.first, geometry.reference) + jnp.concatenate([u.first[0], u.mixed[0]])

    def adapted(self, row: Row, frame: AdaptedFrame) -> PotentialGeometry:
        vectors = frame.unitary @ tangent_frame(self.variety, row.at)
        h = frame.determinant * residue(self.variety, row.at)
        geometry = self._along(row.at.z, vectors, h)
        return geometry._replace(first=geometry.first - frame.unitary @ frame.first)

    def _along(self, z: ComplexPoint, vectors: Frame, h: ComplexScalar) -> PotentialGeometry:
        reference = reference_jet(self.variety, z, vectors)
        features = self.ansatz.features.jet(z, vectors)
        return PotentialGeometry(
            features, reference.complex_first()[0], reference.hermitian()[0], self.normalisation * h
        )


@dataclass(frozen=True)
class PotentialNetwork(FeaturePotential):
    """u = `potentials.families.NeuralAnsatz` on the invariant features of a degree.

    Args:
        degree, symmetric: of the features (`potentials.features.InvariantFeatures`).

    Raises:
        InputError: for too many features (`potentials.sizes`).
    """

    task: Task
    variety: WeightedHypersurface
    normalisation: float
    widths: tuple[int, ...]
    activation: str = "tanh"
    degree: int = 8
    symmetric: bool = True

    def __post_init__(self) -> None:
        require_features(self.variety, self.degree, symmetric=self.symmetric)

    @property
    def ansatz(self) -> NeuralAnsatz:
        return NeuralAnsatz(InvariantFeatures(self.variety, self.degree, self.symmetric), self.widths, self.activation)

    def to_config(self) -> ArchitectureData:
        return {
            "kind": "potential",
            "widths": list(self.widths),
            "activation": self.activation,
            "degree": self.degree,
            "symmetric": self.symmetric,
        }


@dataclass(frozen=True)
class AlgebraicPotential(FeaturePotential):
    """u = (1/κ) log Σ c_i X_i, or a mean of such, without hidden layers: for weights above 1, where a network of
    features of low degree does not see the coordinates of large weight.

    Args:
        of_metric: the family of the metric which the data are of.
    """

    task: Task
    variety: AbstractVariety
    normalisation: float
    of_metric: AlgebraicAnsatz | MixedAnsatz

    @property
    def ansatz(self) -> AlgebraicAnsatz | MixedAnsatz:
        return self.of_metric

    def to_config(self) -> ArchitectureData:
        return {"kind": "potential", "family": "algebraic", "ansatz": self.ansatz.to_config()}
