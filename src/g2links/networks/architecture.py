"""The interface of a family of networks; `direct`, `ambient` and `potential` are its members."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from g2links._pytrees import register_tree
from g2links._typing import Array, LinkPoint
from g2links.networks.layers import Parameters
from g2links.networks.tasks import Task
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint, SliceChart, complex_coordinates, embed
from g2links.varieties.variety import AbstractVariety

_CONSTANT = 1e-12
"""Deviations below this share of the mean are rounding."""


Shapes = tuple[tuple[int, ...], ...]


class Weights(NamedTuple):
    """All numbers of a model: those that training changes, and those that are set once, from the data."""

    trainable: Parameters
    fixed: Parameters


class Row(NamedTuple):
    """A base point with the exact values there; with a leading axis n where there are many.

    Attributes:
        at: the point in its slice chart.
        components: the packed components to learn.
        metric: the packed exact metric η² + g_T.
    """

    at: ChartPoint
    components: Any
    metric: Any

    def part(self, rows: slice | np.ndarray) -> "Row":
        """Some of many."""
        chosen: Row = jax.tree.map(lambda column: column[rows], self)
        return chosen


class AbstractArchitecture(ABC):
    """From weights and a point to packed components. Immutable and hashable, so that it can be a static
    argument."""

    task: Task
    variety: AbstractVariety

    @property
    @abstractmethod
    def chunk(self) -> int:
        """How many points are best evaluated at once."""

    @abstractmethod
    def shapes(self) -> tuple[Shapes, Shapes]:
        """The shapes of the trainable weights, and of the fixed ones."""

    @abstractmethod
    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        """Random trainable weights, and fixed ones from the training data (n rows of NumPy arrays)."""

    @abstractmethod
    def geometry(self, at: ChartPoint) -> Any:
        """All that `evaluate` needs to know of a point; free of weights."""

    @abstractmethod
    def evaluate(self, weights: Weights, geometry: Any, key: Array | None) -> Float[Array, " components"]:
        """The prediction where the geometry is this; a random key asks for dropout."""

    def prepared_geometry(self, at: ChartPoint) -> Any:
        """The same in the form that `evaluate` and its derivatives are fastest with: slower to make, for a point that
        is evaluated very often."""
        return self.geometry(at)

    def components(self, weights: Weights, at: ChartPoint) -> Float[Array, " components"]:
        """The prediction at one point."""
        return self.evaluate(weights, self.geometry(at), None)

    @abstractmethod
    def prepare(self, row: Row) -> Any:
        """What `residual` needs to know of one point: computed once, before training."""

    @abstractmethod
    def residual(self, weights: Weights, prepared: Any, key: Array | None) -> Float[Array, " m"]:
        """The error at one point, a vector; the loss is the mean over the points of its squared length."""

    @abstractmethod
    def to_config(self) -> ArchitectureData:
        """Plain data, without the task and the polynomial."""


@dataclass(frozen=True)
class LearnedTensor:
    """What a network predicts, as pure functions and a tree of arrays, its weights.

    Attributes:
        architecture: the family.
        weights: all its numbers.
    """

    architecture: AbstractArchitecture
    weights: Weights

    def components(self, at: ChartPoint) -> Float[Array, " components"]:
        """The packed components at one point in a chart."""
        return self.architecture.components(self.weights, at)

    def field(self, chart: SliceChart) -> Callable[[LinkPoint], Float[Array, " components"]]:
        """The tensor over a chart, as a function of x = (x1, x2, x3, y1, y2, y3, θ)."""

        def components(x: LinkPoint) -> Float[Array, " components"]:
            z = embed(self.architecture.variety, chart, complex_coordinates(x))
            return self.components(chart.at(z))

        return components


register_tree(LearnedTensor, arrays=("weights",), fixed=("architecture",))


def standardisation(sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column of `sample` (n, m); 0 in place of a deviation that is only
    rounding."""
    centre = np.mean(sample, axis=0)
    return centre, varying(centre, np.std(sample, axis=0))


def varying(centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The standard deviations `spread`, 0 in place of those that are only rounding."""
    return np.where(spread > _CONSTANT * np.maximum(1.0, np.abs(centre)), spread, 0.0)
