"""The dense baseline: from invariants of the point and its chart straight to the components in that chart."""

from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links import forms
from g2links._typing import Array, Matrix, Scalar
from g2links.calculus.batching import in_chunks
from g2links.networks.adapted import adapted_frame, real_frame
from g2links.networks.architecture import AbstractArchitecture, Row, Shapes, Weights, standardisation
from g2links.networks.cholesky import metric_from_numbers, numbers_of_metric
from g2links.networks.fundamental import FundamentalDomain, Representative
from g2links.networks.inputs import chart_features
from g2links.networks.layers import DenseNetwork
from g2links.networks.tasks import Task, UnitTarget, change_frame, matrix_of, turn_upsilon
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint
from g2links.varieties.hypersurface import WeightedHypersurface

_CHUNK = 2000
"""Rows of the table of inputs that are made at once: 100 numbers each."""


class DirectGeometry(NamedTuple):
    """One point.

    Attributes:
        inputs: `chart_features` of its image in the fundamental domain.
        frame, turn: how the structure comes back from there (`fundamental.Representative`).
    """

    inputs: Float[Array, " inputs"]
    frame: Matrix
    turn: Scalar

    def back(self, task: Task, there: Array) -> Array:
        """The components at the point, from those at its image."""
        return turn_upsilon(task, change_frame(task, there, self.frame), self.turn)


class LinearGeometry(NamedTuple):
    """The same, with the way back as a matrix.

    Attributes:
        inputs: as there.
        matrix: (k, k), from components at the image to components at the point.
    """

    inputs: Float[Array, " inputs"]
    matrix: Matrix

    def back(self, task: Task, there: Array) -> Array:
        """The components at the point, from those at its image."""
        return self.matrix @ there


class Prepared(NamedTuple):
    """One image in the fundamental domain.

    Attributes:
        inputs: what the network sees there.
        frame: the frame adapted to the exact structure there.
        target: the exact components in that frame.
    """

    inputs: Float[Array, " inputs"]
    frame: Matrix
    target: UnitTarget


@dataclass(frozen=True)
class Direct(AbstractArchitecture):
    """Numbers = mean + deviation · network(standardised inputs) in the slice chart of the point, or of its image under
    a symmetry. The numbers are the components of φ or ψ, or the Cholesky factor of the metric.

    A number that is constant in the training data is given exactly. Nothing ties the charts together but the data.

    Args:
        symmetric: whether the point is first brought to a fundamental domain of the symmetries of f; the components
            come back by the exact change of frame.
    """

    task: Task
    variety: WeightedHypersurface
    widths: tuple[int, ...]
    symmetric: bool
    activation: str = "gelu_tanh"
    dropout: float = 0.0
    standard_inputs: bool = True
    standard_outputs: bool = True

    @property
    def network(self) -> DenseNetwork:
        """The network, on standardised inputs."""
        inputs = jax.eval_shape(partial(chart_features, self.variety), _POINT).shape[0]
        return DenseNetwork(inputs, self.task.components, self.widths, self.activation, self.dropout)

    @property
    def chunk(self) -> int:
        return 2000

    def shapes(self) -> tuple[Shapes, Shapes]:
        network = self.network
        fixed = [(network.inputs,)] * 2 + [(network.outputs,)] * 2
        return tuple(network.shapes()), tuple(fixed)

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        inputs, numbers = _tables(self, jax.tree.map(jnp.asarray, rows))
        centre, spread = standardisation(np.asarray(inputs))
        mean, deviation = standardisation(np.asarray(numbers))
        if not self.standard_inputs:
            centre, spread = np.zeros_like(centre), np.ones_like(spread)
        if not self.standard_outputs:
            mean, deviation = np.zeros_like(mean), np.ones_like(deviation)
        scale = 1 / np.where(spread > 0, spread, 1.0)
        return Weights(tuple(self.network.initial(rng)), (centre, scale, mean, deviation))

    def geometry(self, at: ChartPoint) -> DirectGeometry:
        image = self._image(at)
        inputs = chart_features(self.variety, image.at)
        return DirectGeometry(inputs, image.frame, image.turn)

    def prepared_geometry(self, at: ChartPoint) -> LinearGeometry:
        geometry = self.geometry(at)
        return LinearGeometry(geometry.inputs, matrix_of(self.task, partial(geometry.back, self.task)))

    def evaluate(
        self, weights: Weights, geometry: DirectGeometry | LinearGeometry, key: Array | None
    ) -> Float[Array, " components"]:
        return geometry.back(self.task, self._there(weights, geometry.inputs, key))

    def prepare(self, row: Row) -> Prepared:
        image = self._image(row.at)
        frame = real_frame(adapted_frame(row.metric))
        here = change_frame(self.task, row.components, frame)
        target = UnitTarget.of(self.task, turn_upsilon(self.task, here, image.turn.conj()))
        return Prepared(chart_features(self.variety, image.at), image.frame @ frame, target)

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        prediction = change_frame(self.task, self._there(weights, prepared.inputs, key), prepared.frame)
        return prepared.target.error(self.task, prediction)

    def table_row(self, row: Row) -> tuple[Array, Array]:
        """What the network sees of a point, and the numbers that it should give."""
        image = self._image(row.at)
        here = turn_upsilon(self.task, row.components, image.turn.conj())
        there = change_frame(self.task, here, forms.inverse(image.frame))
        numbers = there if self.task.degree else numbers_of_metric(there)
        return chart_features(self.variety, image.at), numbers

    def to_config(self) -> ArchitectureData:
        return {
            "kind": "direct",
            "widths": list(self.widths),
            "activation": self.activation,
            "dropout": self.dropout,
            "symmetric": self.symmetric,
            "standard_inputs": self.standard_inputs,
            "standard_outputs": self.standard_outputs,
        }

    def _image(self, at: ChartPoint) -> Representative:
        if self.symmetric:
            return _domain(self.variety).representative(at)
        return Representative(at, jnp.eye(7), jnp.ones((), dtype=complex))

    def _there(self, weights: Weights, inputs: Array, key: Array | None) -> Float[Array, " components"]:
        """The components at the image."""
        centre, scale, mean, deviation = weights.fixed
        numbers = mean + deviation * self.network.apply(weights.trainable, (inputs - centre) * scale, key)
        return numbers if self.task.degree else metric_from_numbers(numbers)


_POINT = jax.eval_shape(lambda: ChartPoint(jnp.zeros(5, complex), jnp.array([0]), jnp.array([1])))
"""A point in a chart, for the shapes of what is computed there."""
_domain = cache(FundamentalDomain)


@partial(jax.jit, static_argnums=0)
def _tables(architecture: Direct, rows: Row) -> tuple[Array, Array]:
    """Inputs and numbers at n points."""
    return in_chunks(architecture.table_row, rows, _CHUNK)
