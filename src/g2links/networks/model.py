"""The model that predicts φ, ψ or the metric on the link, as Keras sees it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jaxtyping import Float

from g2links import forms
from g2links._pytrees import Fixed
from g2links._typing import Array, ChartIndices, ComplexPoint, Form, LinkPoint, Matrix, RealPoint
from g2links.calculus.batching import in_chunks
from g2links.calculus.map_points import compiled
from g2links.errors import InputError
from g2links.links.structure import require_normalisation
from g2links.networks.ambient import Ambient
from g2links.networks.architecture import AbstractArchitecture, LearnedTensor, Row, Weights
from g2links.networks.direct import Direct
from g2links.networks.hermitian_potential import HermitianPotential
from g2links.networks.on_points import ModelOnPoints
from g2links.networks.own import OwnNetwork, registered_network
from g2links.networks.potential import AlgebraicPotential, PotentialNetwork
from g2links.networks.tasks import Task, find_task
from g2links.potentials.families import ansatz_from_config
from g2links.records import ArchitectureData, VarietyData
from g2links.varieties.charts import ChartPoint, SliceChart, canonical_point, origin, slice_chart
from g2links.varieties.hypersurface import require_hypersurface
from g2links.varieties.real_points import single_point
from g2links.varieties.registry import SAVED_VARIETY, saved_variety, variety_from_config
from g2links.varieties.variety import AbstractVariety

POTENTIALS: dict[str, Callable[..., AbstractArchitecture]] = {
    "neural": PotentialNetwork,
    "algebraic": AlgebraicPotential,
    "hermitian": HermitianPotential,
}
"""What `potential` may be, by the name of its family."""
ARCHITECTURES = ("direct", "ambient", "potential")
_FORMAT = 2
"""Of the data of saved models: in the second, `gelu` is exact in every architecture."""


@keras.saving.register_keras_serializable(package="g2links")
class LinkModel(ModelOnPoints):
    """φ, ψ or η² + g_T on the link of a hypersurface, learned from samples.

    `model(points)`, with points (n, 10) real or (n, 5) complex of the cone in any gauge (so base points or points of
    the link; others are refused), gives the packed components (n, k) in the canonical slice chart of each point. They
    do not depend on the angle θ. `field`, `phi`, `psi` and `metric` give the same as functions of chart coordinates, to
    be differentiated.

    Args:
        variety: from `to_config` of the variety.
        task: "3form", "metric" or "4form".
        architecture: a mapping with `kind` direct, ambient, potential or own, and what that one takes.
        normalisation: c of the data that it learned from.
        cy_run: the number of the Calabi-Yau run behind these data, if there is one.

    Raises:
        InputError: for an unknown task or architecture, a value that it cannot have, or one that is too large
            (`potentials.sizes`).
    """

    def __init__(
        self,
        variety: VarietyData,
        task: str,
        architecture: ArchitectureData,
        normalisation: float,
        cy_run: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "float64", **kwargs})
        self.variety = variety_from_config(variety)
        self.task, self.normalisation, self.cy_run = task, require_normalisation(normalisation), cy_run
        self.architecture = build_architecture(architecture, find_task(task), self.variety, self.normalisation)
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

    def call(self, points: Float[Array, "n reals"]) -> Float[Array, "n components"]:
        """See the class; by chunks, so that memory stays bounded."""
        return _predict(self.architecture, self.state, jnp.asarray(points))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        """(n, components)."""
        return (input_shape[0], find_task(self.task).components)

    def in_charts(self, points: ChartPoint) -> Float[Array, "n components"]:
        """The components at n points in given charts, which are taken as they are: those of data, that were judged when
        they were read."""
        component = jax.tree_util.Partial(_in_chart, Fixed(self.architecture), self.state)
        return jnp.asarray(compiled(component, self.architecture.chunk)(points))

    @property
    def tensor(self) -> LearnedTensor:
        """What it predicts, with the weights that it has now, as a tree of arrays for JAX."""
        return LearnedTensor(self.architecture, self.state)

    def components(self, at: ChartPoint) -> Float[Array, " components"]:
        """The packed components at one point in a chart. Pure JAX."""
        return self.tensor.components(at)

    def field(self, chart: SliceChart) -> Callable[[LinkPoint], Float[Array, " components"]]:
        """The learned tensor over a chart, as a function of x = (x1, x2, x3, y1, y2, y3, θ). Pure JAX."""
        return self.tensor.field(chart)

    def function(self) -> Callable[[RealPoint], Float[Array, " components"]]:
        """`model(points)` as a plain JAX function of one point (10,), to be mapped, compiled or exported."""
        return partial(_at_point, self.architecture, self.state)

    def chart(
        self,
        point: RealPoint | ComplexPoint | Sequence[complex],
        theta: float = 0.0,
        indices: ChartIndices | None = None,
    ) -> SliceChart:
        """The slice chart around the image in V of a point of the cone, given as (5,) complex or (10,) real; see
        `ContactCalabiYau.chart`."""
        return slice_chart(self.variety, single_point(self.variety, point), theta, indices)

    def origin(self, chart: SliceChart) -> LinkPoint:
        """The coordinates (x1, x2, x3, y1, y2, y3, θ) of the chart's centre."""
        return origin(chart)

    def phi(self, chart: SliceChart, x: LinkPoint) -> Form:
        """The learned φ, (35,), at chart coordinates x; pure JAX.

        Raises:
            InputError: when this is a network of another task.
        """
        return self._tensor("3form", chart, x)

    def psi(self, chart: SliceChart, x: LinkPoint) -> Form:
        """The learned ψ, (35,); see `phi`."""
        return self._tensor("4form", chart, x)

    def metric(self, chart: SliceChart, x: LinkPoint) -> Matrix:
        """The learned metric, (7, 7); see `phi`."""
        return forms.unpack_symmetric(self._tensor("metric", chart, x), 7)

    def _tensor(self, task: str, chart: SliceChart, x: LinkPoint) -> Array:
        if self.task != task:
            raise InputError("task", self.task, f"this needs a network of the task {task}: load_link_model({task!r})")
        return self.field(chart)(x)

    def get_config(self) -> dict[str, Any]:
        """The arguments, as plain data."""
        return {
            "variety": self.variety.to_config(),
            "task": self.task,
            "architecture": self.architecture.to_config(),
            "normalisation": self.normalisation,
            "cy_run": self.cy_run,
            "format": _FORMAT,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "LinkModel":
        """The inverse of `get_config`, for models of earlier versions too."""
        arguments = {key: value for key, value in config.items() if key not in (*SAVED_VARIETY, "format")}
        if config.get("format", 1) < _FORMAT:
            arguments["architecture"] = _architecture_of_first_format(config["architecture"])
        return cls(variety=saved_variety(config), **arguments)

    def _variable(self, name: str, shape: tuple[int, ...], trainable: bool) -> Any:
        return self.add_weight(name=name, shape=shape, initializer="zeros", trainable=trainable, dtype="float64")


def _architecture_of_first_format(architecture: ArchitectureData) -> ArchitectureData:
    """Where `gelu` was the approximation by tanh, but for potentials."""
    if architecture["kind"] == "potential" or architecture.get("activation") != "gelu":
        return architecture
    return {**architecture, "activation": "gelu_tanh"}


def build_architecture(
    config: ArchitectureData, task: Task, variety: AbstractVariety, normalisation: float
) -> AbstractArchitecture:
    """An architecture from plain data.

    Raises:
        InputError: for an unknown kind or an unknown entry.
    """
    entries: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
    kind = entries.pop("kind", None)
    try:
        if kind == "direct":
            return Direct(task, require_hypersurface(variety, "architecture direct"), **entries)
        if kind == "ambient":
            return Ambient(task, require_hypersurface(variety, "architecture ambient"), normalisation, **entries)
        if kind == "potential":
            name = entries.pop("family", "neural")
            family = POTENTIALS[name]
            if family is PotentialNetwork:
                variety = require_hypersurface(variety, f"potential {name}")
            if "ansatz" in entries:
                entries["of_metric"] = ansatz_from_config(entries.pop("ansatz"), variety)
            return family(task, variety, normalisation, **entries)
        if kind == "own":
            return OwnNetwork(task, variety, registered_network(task=task.name, **entries))
    except (TypeError, KeyError) as error:
        raise InputError("architecture", config, f"these entries do not fit {kind}: {error}") from error
    raise InputError("architecture", kind, f"choose one of {', '.join(ARCHITECTURES)}")


@partial(jax.jit, static_argnums=0)
def _predict(architecture: AbstractArchitecture, state: Weights, points: Float[Array, "n reals"]) -> Array:
    return in_chunks(partial(_at_point, architecture, state), points, architecture.chunk)


def _at_point(architecture: AbstractArchitecture, state: Weights, point: RealPoint) -> Array:
    """The components in the canonical chart of a point of the cone in any gauge."""
    z = single_point(architecture.variety, point)
    return architecture.components(state, canonical_point(architecture.variety, z))


def _in_chart(architecture: Fixed[AbstractArchitecture], state: Weights, at: ChartPoint) -> Array:
    return architecture.value.components(state, at)
