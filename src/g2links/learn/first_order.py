"""Epochs of Adam on shuffled batches, each compiled into one loop."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from g2links.learn.adam import AdamState, adam_start, adam_step
from g2links.learn.architecture import AbstractArchitecture, Row, Weights
from g2links.learn.batching import in_chunks
from g2links.learn.model import LinkModel
from g2links.learn.networks import Parameters
from g2links.learn.settings import Settings


class FirstOrder:
    """Adam. The order of the points in epoch e comes from the seed and e alone, so an interrupted run can be
    continued.

    Points that do not fill the last batch of an epoch wait for another epoch.
    """

    def __init__(self, model: LinkModel, rows: Row, validation: Row, settings: Settings) -> None:
        self._architecture, self._settings = model.architecture, settings
        self._parameters, self._fixed = model.state
        self._adam = adam_start(self._parameters)
        self._data = prepare_rows(self._architecture, rows)
        self._validation = prepare_rows(self._architecture, validation)
        self._points = len(rows.z)

    def epoch(self, number: int, drops: int) -> tuple[float, float]:
        """One pass over the data: the mean loss and the last learning rate."""
        size = min(self._settings.batch_size, self._points)
        steps = self._points // size
        order = np.random.default_rng([self._settings.seed, number]).permutation(self._points)
        batches = order[: steps * size].reshape(steps, size)
        rates = self._settings.learning_rates(number, steps, drops)
        key = jax.random.fold_in(jax.random.key(self._settings.seed), number)
        self._parameters, self._adam, loss = _epoch(
            self._architecture,
            (self._parameters, self._adam),
            self._fixed,
            self._data,
            (batches, rates),
            key,
            jnp.asarray(self._settings.l2),
        )
        return float(loss), float(rates[-1])

    def validation_loss(self) -> float:
        """The loss on the validation data, without dropout."""
        return float(mean_loss(self._architecture, self.weights(), self._validation))

    def weights(self) -> Weights:
        """The present weights."""
        return Weights(self._parameters, self._fixed)

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights and Adam's averages."""
        groups = {"weight_": self._parameters, "first_": self._adam.first, "second_": self._adam.second}
        arrays = {f"{name}{i}": np.asarray(v) for name, values in groups.items() for i, v in enumerate(values)}
        return {**arrays, "steps": np.asarray(self._adam.steps)}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`."""
        count = len(self._parameters)
        groups = (
            tuple(jnp.asarray(arrays[f"{name}{i}"]) for i in range(count)) for name in ("weight_", "first_", "second_")
        )
        self._parameters, first, second = groups
        self._adam = AdamState(first, second, jnp.asarray(arrays["steps"]))


@partial(jax.jit, static_argnums=0)
def prepare_rows(architecture: AbstractArchitecture, rows: Row) -> Any:
    """`prepare` at every point."""
    return in_chunks(architecture.prepare, rows, architecture.chunk)


@partial(jax.jit, static_argnums=0)
def mean_loss(architecture: AbstractArchitecture, weights: Weights, data: Any) -> Array:
    """The mean over the points of the squared residual."""

    def one_point(prepared: Any) -> Array:
        return jnp.sum(architecture.residual(weights, prepared, None) ** 2)

    return jnp.mean(in_chunks(one_point, data, architecture.chunk))


@partial(jax.jit, static_argnums=0)
def _epoch(
    architecture: AbstractArchitecture,
    start: tuple[Parameters, AdamState],
    fixed: Parameters,
    data: Any,
    plan: tuple[Array, Array],
    key: Array,
    l2: Array,
) -> tuple[Parameters, AdamState, Array]:
    def loss(parameters: Parameters, batch: Any, keys: Array) -> tuple[Array, Array]:
        residual = partial(architecture.residual, Weights(parameters, fixed))
        error = jnp.mean(jnp.sum(jax.vmap(residual)(batch, keys) ** 2, axis=-1))
        penalty = sum(jnp.sum(p**2) for p in parameters if p.ndim == 2)
        return error + l2 * penalty, error

    def step(carry: tuple, item: tuple) -> tuple[tuple, Array]:
        (parameters, adam), (index, rate, number) = carry, item
        batch = jax.tree.map(lambda x: x[index], data)
        keys = jax.random.split(jax.random.fold_in(key, number), len(index))
        gradients, error = jax.grad(loss, has_aux=True)(parameters, batch, keys)
        return adam_step(parameters, adam, gradients, rate), error

    batches, rates = plan
    (parameters, adam), errors = jax.lax.scan(step, start, (batches, rates, jnp.arange(len(rates))))
    return parameters, adam, jnp.mean(errors)
