"""One global, circle-invariant object, pulled back to whatever chart is asked for.

A network of invariants of the point gives the coefficients of an ambient expression for ∂K and g
(`tensors.AmbientTensors`). Where it gives 0, that is the reference metric, for weights 1 the one of Fubini and Study.
g is positive definite whatever the network says, so φ is positive, and nothing depends on the chart or on the gauge.
ReΥ comes from the residue, exactly.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexScalar
from g2links.networks.adapted import AdaptedFrame
from g2links.networks.architecture import Row, Shapes, Weights
from g2links.networks.layers import DenseNetwork
from g2links.networks.structured import AbstractStructured, pack_numbers
from g2links.networks.tasks import Task
from g2links.networks.tensors import AmbientTensors, LocalTangents
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import residue

_START = 0.1
"""The outputs of a new network, over those of a trained one: near the reference structure, which is positive."""


class AmbientGeometry(NamedTuple):
    """One point, in a holomorphic frame.

    Attributes:
        local: what the tensors need of it.
        upsilon: the coefficient of Υ.
    """

    local: LocalTangents
    upsilon: ComplexScalar


@dataclass(frozen=True)
class Ambient(AbstractStructured):
    """The network of the module's docstring.

    Args:
        shared: of `AmbientTensors`.
    """

    task: Task
    variety: WeightedHypersurface
    normalisation: float
    widths: tuple[int, ...]
    activation: str = "gelu_tanh"
    dropout: float = 0.0
    standard_inputs: bool = True
    shared: bool = False

    @property
    def tensors(self) -> AmbientTensors:
        """The ambient expressions."""
        return AmbientTensors(self.variety, self.shared, self.standard_inputs)

    @property
    def networks(self) -> tuple[DenseNetwork, ...]:
        """From standardised invariants to coefficients: one network, or one for coordinates and one for pairs."""
        sizes = zip(self.tensors.inputs, self.tensors.outputs, strict=True)
        return tuple(DenseNetwork(m, k, self.widths, self.activation, self.dropout) for m, k in sizes)

    @property
    def chunk(self) -> int:
        return 1000

    def shapes(self) -> tuple[Shapes, Shapes]:
        trainable = tuple(shape for network in self.networks for shape in network.shapes())
        return trainable, tuple((m,) for m in self.tensors.inputs for _ in range(2))

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        trainable = [p for network in self.networks for p in network.initial(rng, output_scale=_START)]
        return Weights(tuple(trainable), self.tensors.statistics(rows.at))

    def geometry(self, at: ChartPoint) -> AmbientGeometry:
        upsilon = self.normalisation * residue(self.variety, at)
        return AmbientGeometry(self.tensors.local(at.z, tangent_frame(self.variety, at)), upsilon)

    def numbers(self, weights: Weights, geometry: AmbientGeometry, key: Array | None) -> Float[Array, "15"]:
        local, outputs = geometry.local, []
        size = len(weights.trainable) // len(self.networks)
        for k, (network, features) in enumerate(zip(self.networks, self.tensors.features(local.position), strict=True)):
            centre, scale = weights.fixed[2 * k : 2 * k + 2]
            own = weights.trainable[k * size : (k + 1) * size]
            scaled = (features - centre[None]) * scale[None]
            outputs.append(jax.vmap(lambda x, n=network, p=own: n.apply(p, x, key))(scaled))
        return pack_numbers(*self.tensors.structure(local, outputs))

    def adapted(self, row: Row, frame: AdaptedFrame) -> AmbientGeometry:
        vectors = frame.unitary @ tangent_frame(self.variety, row.at)
        local = self.tensors.local(row.at.z, vectors)
        upsilon = frame.determinant * self.normalisation * residue(self.variety, row.at)
        return AmbientGeometry(local._replace(first=local.first - frame.unitary @ frame.first), upsilon)

    def to_config(self) -> ArchitectureData:
        return {
            "kind": "ambient",
            "widths": list(self.widths),
            "activation": self.activation,
            "dropout": self.dropout,
            "standard_inputs": self.standard_inputs,
            "shared": self.shared,
        }
