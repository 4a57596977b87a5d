"""The dense baseline: from invariants of the point and its chart straight to the components in that chart."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from g2links._typing import ComplexPoint, Index
from g2links.learn.architecture import AbstractArchitecture, Row, Shapes, Weights, standardisation
from g2links.learn.batching import in_chunks
from g2links.learn.inputs import chart_features
from g2links.learn.networks import DenseNetwork
from g2links.learn.tasks import Task
from g2links.varieties.polynomial import Polynomial

_CHUNK = 2000


class Prepared(NamedTuple):
    """Raw inputs and components of one point."""

    inputs: Array
    components: Array


@dataclass(frozen=True)
class Direct(AbstractArchitecture):
    """Components = mean + deviation · network(standardised inputs), in the slice chart of the point.

    A component that is constant in the training data is given exactly. Nothing ties the charts together but
    the data.
    """

    task: Task
    polynomial: Polynomial
    widths: tuple[int, ...]
    activation: str = "gelu"
    dropout: float = 0.0
    standard_inputs: bool = True
    standard_outputs: bool = True

    @property
    def network(self) -> DenseNetwork:
        """The network, on standardised inputs."""
        inputs = jax.eval_shape(lambda z: chart_features(self.polynomial, z, jnp.array(0), jnp.array(1)), _POINT).shape[
            0
        ]
        return DenseNetwork(inputs, self.task.components, self.widths, self.activation, self.dropout)

    @property
    def chunk(self) -> int:
        return 2000

    def shapes(self) -> tuple[Shapes, Shapes]:
        network = self.network
        fixed = [(network.inputs,)] * 2 + [(network.outputs,)] * 2
        return tuple(network.shapes()), tuple(fixed)

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        sample = np.asarray(_tables(self.polynomial, rows.z, rows.one, rows.el))
        centre, spread = standardisation(sample)
        mean, deviation = standardisation(np.asarray(rows.components))
        if not self.standard_inputs:
            centre, spread = np.zeros_like(centre), np.ones_like(spread)
        if not self.standard_outputs:
            mean, deviation = np.zeros_like(mean), np.ones_like(deviation)
        scale = 1 / np.where(spread > 0, spread, 1.0)
        return Weights(tuple(self.network.initial(rng)), (centre, scale, mean, deviation))

    def components(self, weights: Weights, z: ComplexPoint, one: Index, el: Index) -> Float[Array, " components"]:
        mean, deviation = weights.fixed[2:]
        return mean + deviation * self._normalised(weights, chart_features(self.polynomial, z, one, el), None)

    def prepare(self, row: Row) -> Prepared:
        return Prepared(chart_features(self.polynomial, row.z, row.one, row.el), row.components)

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        mean, deviation = weights.fixed[2:]
        varying = deviation > 0
        target = (prepared.components - mean) / jnp.where(varying, deviation, 1.0)
        error = jnp.where(varying, self._normalised(weights, prepared.inputs, key) - target, 0.0)
        return error / jnp.sqrt(float(self.task.components))

    def to_config(self) -> dict[str, Any]:
        return {
            "kind": "direct",
            "widths": list(self.widths),
            "activation": self.activation,
            "dropout": self.dropout,
            "standard_inputs": self.standard_inputs,
            "standard_outputs": self.standard_outputs,
        }

    def _normalised(self, weights: Weights, inputs: Array, key: Array | None) -> Array:
        centre, scale = weights.fixed[:2]
        return self.network.apply(weights.trainable, (inputs - centre) * scale, key)


_POINT = jax.ShapeDtypeStruct((5,), np.complex128)


def _tables(polynomial: Polynomial, z: np.ndarray, one: np.ndarray, el: np.ndarray) -> Array:
    """The inputs of n points, (n, inputs)."""
    rows = (jnp.asarray(z), jnp.asarray(one), jnp.asarray(el))
    return jax.jit(lambda data: in_chunks(lambda row: chart_features(polynomial, *row), data, _CHUNK))(rows)
