"""The model that predicts φ, ψ or the metric on the link, as Keras sees it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jaxtyping import Array, Float

from g2links._typing import ComplexPoint, Index, LinkPoint
from g2links.errors import InputError
from g2links.learn.ambient import Ambient
from g2links.learn.architecture import AbstractArchitecture, Row, Weights
from g2links.learn.batching import in_chunks
from g2links.learn.direct import Direct
from g2links.learn.potential import PotentialNetwork
from g2links.learn.tasks import Task, find_task
from g2links.varieties.charts import SliceChart, canonical_indices, complex_coordinates, embed, to_gauge
from g2links.varieties.polynomial import Polynomial

ARCHITECTURES = ("direct", "ambient", "potential")


@keras.saving.register_keras_serializable(package="g2links")
class LinkModel(keras.Model):
    """φ, ψ or η² + g_T on the link of a polynomial, learned from samples.

    `model(points)`, with points (n, 10) of the cone in any gauge (so base points or points of the link),
    gives the packed components (n, k) in the canonical slice chart of each point. They do not depend on the
    angle θ. `field` gives the same as a function of chart coordinates, to be differentiated.

    Args:
        polynomial: from `Polynomial.to_config`.
        task: "3form", "metric" or "4form".
        architecture: a mapping with `kind` direct, ambient or potential, and what that one takes.
        normalisation: c of the data that it learned from.
        cy_run: the number of the Calabi-Yau run behind these data, if there is one.

    Raises:
        InputError: for an unknown task or architecture, or a value that it cannot have.
    """

    def __init__(
        self,
        polynomial: dict[str, Any],
        task: str,
        architecture: dict[str, Any],
        normalisation: float,
        cy_run: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "float64", **kwargs})
        self.polynomial = Polynomial.from_config(polynomial)
        self.task, self.normalisation, self.cy_run = task, float(normalisation), cy_run
        self.architecture = build_architecture(architecture, find_task(task), self.polynomial, self.normalisation)
        trainable, fixed = self.architecture.shapes()
        self._trained = [self._variable(f"trainable_{i}", s, True) for i, s in enumerate(trainable)]
        self._statistics = [self._variable(f"fixed_{i}", s, False) for i, s in enumerate(fixed)]
        self.built = True

    @property
    def state(self) -> Weights:
        """The weights as JAX arrays."""
        return Weights(tuple(v.value for v in self._trained), tuple(v.value for v in self._statistics))

    def assign(self, state: Weights) -> None:
        """Replace all weights.

        Raises:
            InputError: when one has another shape.
        """
        variables = [*self._trained, *self._statistics]
        values = [*state.trainable, *state.fixed]
        shapes, expected = [tuple(np.shape(v)) for v in values], [tuple(v.shape) for v in variables]
        if shapes != expected:
            raise InputError("weights", shapes, f"this model has weights of the shapes {expected}")
        for variable, value in zip(variables, values, strict=True):
            variable.assign(np.asarray(value, dtype=np.float64))

    def initialise(self, rows: Row, seed: int) -> None:
        """Random weights, and statistics of the training data: the start of a training from nothing."""
        self.assign(self.architecture.initial(np.random.default_rng([seed, 0x11]), rows))

    def call(self, points: Float[Array, "n 10"]) -> Float[Array, "n components"]:
        """See the class; by chunks, so that memory stays bounded."""
        return _predict(self.architecture, self.state, jnp.asarray(points))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        """(n, components)."""
        return (input_shape[0], find_task(self.task).components)

    def at(self, z: np.ndarray, one: np.ndarray, el: np.ndarray) -> Float[Array, "n components"]:
        """The components at n gauge points (n, 5) in given charts."""
        return _predict_in_charts(self.architecture, self.state, (jnp.asarray(z), jnp.asarray(one), jnp.asarray(el)))

    def components(self, z: ComplexPoint, one: Index, el: Index) -> Float[Array, " components"]:
        """The packed components at one point in the gauge z_one = 1, in the chart (one, el). Pure JAX."""
        return self.architecture.components(self.state, z, one, el)

    def field(self, chart: SliceChart) -> Callable[[LinkPoint], Float[Array, " components"]]:
        """The learned tensor over a chart, as a function of x = (x1, x2, x3, y1, y2, y3, θ). Pure JAX."""
        state = self.state

        def components(x: LinkPoint) -> Float[Array, " components"]:
            z = embed(self.polynomial, chart, complex_coordinates(x))
            return self.architecture.components(state, z, chart.one, chart.el)

        return components

    def get_config(self) -> dict[str, Any]:
        """The arguments, as plain data."""
        return {
            "polynomial": self.polynomial.to_config(),
            "task": self.task,
            "architecture": self.architecture.to_config(),
            "normalisation": self.normalisation,
            "cy_run": self.cy_run,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "LinkModel":
        """The inverse of `get_config`."""
        return cls(**config)

    def _variable(self, name: str, shape: tuple[int, ...], trainable: bool) -> Any:
        return self.add_weight(name=name, shape=shape, initializer="zeros", trainable=trainable, dtype="float64")


def build_architecture(
    config: dict[str, Any], task: Task, polynomial: Polynomial, normalisation: float
) -> AbstractArchitecture:
    """An architecture from plain data.

    Raises:
        InputError: for an unknown kind or an unknown entry.
    """
    entries: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
    kind = entries.pop("kind", None)
    try:
        if kind == "direct":
            return Direct(task, polynomial, **entries)
        if kind == "ambient":
            return Ambient(task, polynomial, normalisation, **entries)
        if kind == "potential":
            return PotentialNetwork(task, polynomial, normalisation, **entries)
    except TypeError as error:
        raise InputError("architecture", config, f"these entries do not fit {kind}: {error}") from error
    raise InputError("architecture", kind, f"choose one of {', '.join(ARCHITECTURES)}")


@partial(jax.jit, static_argnums=0)
def _predict(architecture: AbstractArchitecture, state: Weights, points: Float[Array, "n 10"]) -> Array:
    def one_point(point: Float[Array, "10"]) -> Array:
        z = point[:5] + 1j * point[5:]
        one, el = canonical_indices(architecture.polynomial, z)
        return architecture.components(state, to_gauge(architecture.polynomial, z, one), one, el)

    return in_chunks(one_point, points, architecture.chunk)


@partial(jax.jit, static_argnums=0)
def _predict_in_charts(architecture: AbstractArchitecture, state: Weights, rows: tuple[Array, Array, Array]) -> Array:
    return in_chunks(lambda row: architecture.components(state, *row), rows, architecture.chunk)
