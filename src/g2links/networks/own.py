"""Networks that a user wrote: any function of parameters and of a point in its chart that gives the packed components.

The parameters are any tree of real arrays, as plain JAX, Equinox, Flax and Keras keep them; all of them are trained, by
adam or soap, on the same loss as the networks of g2links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, Matrix
from g2links.errors import InputError
from g2links.networks.adapted import adapted_frame, real_frame
from g2links.networks.architecture import AbstractArchitecture, Row, Shapes, Weights
from g2links.networks.tasks import Task, UnitTarget, change_frame, find_task
from g2links.potentials.own import fingerprint, name_of, require_real_tree
from g2links.records import ArchitectureData
from g2links.varieties.charts import ChartPoint
from g2links.varieties.variety import AbstractVariety


class Prepared(NamedTuple):
    """One point.

    Attributes:
        at: the point in its chart.
        frame: the frame adapted to the exact structure there.
        target: the exact components in that frame.
    """

    at: ChartPoint
    frame: Matrix
    target: UnitTarget


@dataclass(frozen=True, eq=False)
class OwnFamily:
    """A function that predicts one quantity.

    Attributes:
        name: by which saved models find the function again, beside their task.
        task: what it predicts.
        function: from a tree of parameters and a point in its chart to the packed components.
        start: the tree of parameters that a training begins with.
    """

    name: str
    task: Task
    function: Callable[[Any, ChartPoint], Any]
    start: Any

    def fingerprint(self) -> str:
        """A checksum of the start and of the code, for an interrupted training to know whether it is its own."""
        return fingerprint(self.function, self.start)


@dataclass(frozen=True, eq=False)
class OwnNetwork(AbstractArchitecture):
    """A registered function on a variety."""

    task: Task
    variety: AbstractVariety
    family: OwnFamily

    @property
    def chunk(self) -> int:
        return 500

    def shapes(self) -> tuple[Shapes, Shapes]:
        return tuple(np.shape(leaf) for leaf in jax.tree.leaves(self.family.start)), ()

    def initial(self, rng: np.random.Generator, rows: Row) -> Weights:
        """The start that was given.

        Raises:
            InputError: where the function does not give as many real numbers as the task has, or not finite ones.
        """
        start = Weights(tuple(np.asarray(leaf, dtype=float) for leaf in jax.tree.leaves(self.family.start)), ())
        few = jax.tree.map(lambda column: jnp.asarray(column[: self.chunk]), rows.at)
        first = jax.tree.map(lambda column: column[0], few)
        found = jax.eval_shape(lambda at: jnp.asarray(self._value(start, at)), first)
        wanted = (self.task.components,)
        if found.shape != wanted or found.dtype.kind != "f":
            raise InputError(
                "network", f"shape {found.shape}, dtype {found.dtype}", f"real numbers of shape {wanted} at one point"
            )
        if not np.isfinite(np.asarray(jax.jit(jax.vmap(lambda at: self._value(start, at)))(few))).all():
            raise InputError("network", self.family.name, "finite values at the points of the data")
        return start

    def geometry(self, at: ChartPoint) -> ChartPoint:
        return at

    def evaluate(self, weights: Weights, geometry: ChartPoint, key: Array | None) -> Float[Array, " components"]:
        return jnp.asarray(self._value(weights, geometry), dtype=float)

    def prepare(self, row: Row) -> Prepared:
        frame = real_frame(adapted_frame(row.metric))
        return Prepared(row.at, frame, UnitTarget.of(self.task, change_frame(self.task, row.components, frame)))

    def residual(self, weights: Weights, prepared: Prepared, key: Array | None) -> Float[Array, " m"]:
        prediction = change_frame(self.task, self.evaluate(weights, prepared.at, key), prepared.frame)
        return prepared.target.error(self.task, prediction)

    def to_config(self) -> ArchitectureData:
        """Plain data; the function itself is not saved."""
        return {"kind": "own", "name": self.family.name}

    def _value(self, weights: Weights, at: ChartPoint) -> Any:
        structure = jax.tree.structure(self.family.start)
        return self.family.function(jax.tree.unflatten(structure, weights.trainable), at)


_REGISTERED: dict[tuple[str, str], OwnFamily] = {}


def register_network(
    function: Callable[[Any, ChartPoint], Any], parameters: Any, task: str = "3form", name: str | None = None
) -> OwnFamily:
    """Make a network known, so that models with it can be loaded; `g2links.train(network=...)` does so by itself.

    Args:
        function: from the parameters and a point in its chart (`.z` (N,) complex128 with 1 at `.fixed`, and `.solved`,
            the coordinate that f = 0 eliminates) to the packed components in that chart, real numbers.
        parameters: a tree of real arrays, the start of a training.
        task: "3form" (φ), "4form" (ψ) or "metric".
        name: of the network in files; that of the function and its module if None. A second one of the same name and
            task takes the place of the first.

    Raises:
        InputError: for what is no function, parameters that are no real numbers, or an unknown task.

    Example:
        >>> def constant(parameters, at):
        ...     return parameters["phi"]
        >>> register_network(constant, {"phi": np.zeros(35)}, "3form", name="constant").task.name
        '3form'
    """
    if not callable(function):
        raise InputError("network", function, "a function of parameters and a point in its chart")
    require_real_tree(parameters)
    family = OwnFamily(name or name_of(function), find_task(task), function, parameters)
    _REGISTERED[family.name, task] = family
    return family


def registered_network(name: str, task: str) -> OwnFamily:
    """The network of that name and task.

    Raises:
        InputError: when none was registered in this process.
    """
    if (name, task) not in _REGISTERED:
        raise InputError(
            "network", f"{name}, {task}", "call g2links.register_network with its function first: it is not saved"
        )
    return _REGISTERED[name, task]
