"""Epochs of Adam or SOAP on shuffled batches, each compiled into one loop."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from g2links._pytrees import Fixed
from g2links._typing import Array
from g2links.calculus.batching import in_chunks
from g2links.calculus.map_points import compiled
from g2links.errors import InputError
from g2links.networks.architecture import AbstractArchitecture, Row, Weights
from g2links.networks.layers import Parameters
from g2links.networks.model import LinkModel
from g2links.networks.own import OwnNetwork
from g2links.training.adam import adam_start, adam_step
from g2links.training.data import RowBlocks, as_blocks
from g2links.training.physics import TERMS, IdentityTerms, identity_loss
from g2links.training.settings import Settings
from g2links.training.soap import soap_start, soap_step

_HELD_OUT = 500
"""Validation points at which identities are judged: derivatives at more would take longer than the epoch."""
_RULES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "adam": (adam_start, adam_step),
    "soap": (soap_start, soap_step),
}
"""The memory to start with, and a step."""


class PreparedBlocks:
    """`prepare_rows` of each block: kept where there is one block, made anew for each use where there are more."""

    def __init__(self, architecture: AbstractArchitecture, rows: Row | RowBlocks) -> None:
        blocks = as_blocks(rows)
        self._architecture, self.sizes = architecture, blocks.sizes
        self._read = blocks.read
        self._only = prepare_rows(architecture, blocks.read(0)) if len(self.sizes) == 1 else None

    def __getitem__(self, number: int | np.integer) -> Any:
        return self._only if len(self.sizes) == 1 else prepare_rows(self._architecture, self._read(int(number)))

    def loss(self, weights: Weights) -> float:
        """`mean_loss` over all blocks."""
        losses = [float(mean_loss(self._architecture, weights, self[i])) for i in range(len(self.sizes))]
        return float(np.average(losses, weights=self.sizes))


class FirstOrder:
    """Adam or SOAP. The order of the points in epoch e comes from the seed and e alone, so an interrupted run can be
    continued.

    Points that do not fill the last batch of an epoch wait for another epoch. Of rows in blocks one block is in memory
    at a time: an epoch takes the blocks in random order, and the points of each in random order.
    """

    def __init__(
        self, model: LinkModel, rows: Row | RowBlocks, validation: Row | RowBlocks, settings: Settings
    ) -> None:
        self._architecture, self._settings = model.architecture, settings
        self._parameters, self._fixed = model.state
        self._memory = _RULES[settings.optimiser][0](self._parameters)
        self._data = PreparedBlocks(self._architecture, rows)
        self._validation = PreparedBlocks(self._architecture, validation)
        self._identities: IdentityTerms | None = None
        self._held_out: IdentityTerms | None = None
        physics = settings.physics
        self._terms = physics.terms(TERMS[self._architecture.task.name])
        if self._terms and isinstance(self._architecture, OwnNetwork):
            raise InputError("physics", ", ".join(self._terms), "0 for a network of your own")
        if self._terms:
            self._identities = IdentityTerms(self._architecture, physics, rows, physics.points, settings.seed)
            self._held_out = IdentityTerms(self._architecture, physics, validation, _HELD_OUT, settings.seed)

    def epoch(self, number: int, drops: int) -> tuple[float, float]:
        """One pass over the data: the mean loss and the last learning rate."""
        batches, blocks = self._batches(number)
        rates = np.split(self._settings.learning_rates(number, sum(map(len, batches)), drops), _ends(batches))
        key = jax.random.fold_in(jax.random.key(self._settings.seed), number)
        identities = None if self._identities is None else self._identities.plan(number, sum(map(len, batches)))
        ends = [0, *_ends(batches), sum(map(len, batches))]
        losses = []
        for i, block in enumerate(blocks):
            own = None if identities is None else (identities[0], identities[1][ends[i] : ends[i + 1]], identities[2])
            self._parameters, self._memory, loss = _epoch(
                self._architecture,
                self._settings.optimiser,
                self._terms,
                (self._parameters, self._memory),
                self._fixed,
                self._data[block],
                (batches[i], rates[i]),
                key if len(blocks) == 1 else jax.random.fold_in(key, block),
                jnp.asarray(self._settings.l2),
                own,
            )
            losses.append(float(loss))
        return float(np.average(losses, weights=[len(b) for b in batches])), float(rates[-1][-1])

    def _batches(self, number: int) -> tuple[list[np.ndarray], np.ndarray]:
        """For each block the rows of its steps (steps, size), and the numbers of the blocks, in the order of epoch
        `number`."""
        rng = np.random.default_rng([self._settings.seed, number])
        sizes = np.array(self._data.sizes)
        blocks = rng.permutation(len(sizes)) if len(sizes) > 1 else np.arange(1)
        batches = []
        for points in sizes[blocks]:
            size = min(self._settings.batch_size, points)
            batches.append(rng.permutation(points)[: points // size * size].reshape(-1, size))
        return batches, blocks

    def validation_loss(self) -> float:
        """The loss on the validation data, without dropout; with all identities, from the first epoch on."""
        data = self._validation.loss(self.weights())
        return data if self._held_out is None else data + self._held_out.loss(self.weights())

    def weights(self) -> Weights:
        """The present weights."""
        return Weights(self._parameters, self._fixed)

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights and the optimiser's memory."""
        groups = {"weight_": self._parameters, "memory_": jax.tree.leaves(self._memory)}
        return {f"{name}{i}": np.asarray(v) for name, values in groups.items() for i, v in enumerate(values)}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`.

        Raises:
            InputError: when they belong to another model or optimiser.
        """
        own = {name: np.shape(value) for name, value in self.arrays().items()}
        for name, shape in own.items():
            if name not in arrays or np.shape(arrays[name]) != shape:
                raise InputError("resume", sorted(arrays), f"no {name} of shape {shape}: it is of another model")
        self._parameters = tuple(jnp.asarray(arrays[f"weight_{i}"]) for i in range(len(self._parameters)))
        leaves, structure = jax.tree.flatten(self._memory)
        self._memory = jax.tree.unflatten(structure, [jnp.asarray(arrays[f"memory_{i}"]) for i in range(len(leaves))])


def _ends(batches: list[np.ndarray]) -> np.ndarray:
    """Where the steps of each block end, but the last."""
    return np.cumsum([len(block) for block in batches])[:-1]


def prepare_rows(architecture: AbstractArchitecture, rows: Row) -> Any:
    """`prepare` at every point, compiled once for training and validation points."""
    prepared = compiled(jax.tree_util.Partial(_prepared, Fixed(architecture)), architecture.chunk)(rows)
    return jax.tree.map(jnp.asarray, prepared)


def _prepared(architecture: Fixed[AbstractArchitecture], row: Row) -> Any:
    return architecture.value.prepare(row)


@partial(jax.jit, static_argnums=0)
def mean_loss(architecture: AbstractArchitecture, weights: Weights, data: Any) -> Array:
    """The mean over the points of the squared residual."""

    def one_point(prepared: Any) -> Array:
        return jnp.sum(architecture.residual(weights, prepared, None) ** 2)

    return jnp.mean(in_chunks(one_point, data, architecture.chunk))


@partial(jax.jit, static_argnums=(0, 1, 2))
def _epoch(
    architecture: AbstractArchitecture,
    optimiser: str,
    terms: tuple[str, ...],
    start: tuple[Parameters, Any],
    fixed: Parameters,
    data: Any,
    plan: tuple[Array, Array],
    key: Array,
    l2: Array,
    identities: tuple[Any, Array, Array] | None,
) -> tuple[Parameters, Any, Array]:
    def loss(parameters: Parameters, batch: Any, keys: Array, chosen: Array | None) -> tuple[Array, Array]:
        residual = partial(architecture.residual, Weights(parameters, fixed))
        error = jnp.mean(jnp.sum(jax.vmap(residual)(batch, keys) ** 2, axis=-1))
        total = error + l2 * sum(jnp.sum(p**2) for p in parameters if p.ndim == 2)
        if identities is not None:
            points = jax.tree.map(lambda x: x[chosen], identities[0])
            total = total + identity_loss(architecture, terms, Weights(parameters, fixed), points, identities[2])
        return total, error

    def step(carry: tuple[Parameters, Any], item: tuple[Any, ...]) -> tuple[tuple[Parameters, Any], Array]:
        (parameters, memory), (index, rate, number, chosen) = carry, item
        batch = jax.tree.map(lambda x: x[index], data)
        keys = jax.random.split(jax.random.fold_in(key, number), len(index))
        gradients, error = jax.grad(loss, has_aux=True)(parameters, batch, keys, chosen)
        return _RULES[optimiser][1](parameters, memory, gradients, rate), error

    batches, rates = plan
    items = (batches, rates, jnp.arange(len(rates)), None if identities is None else identities[1])
    (parameters, memory), errors = jax.lax.scan(step, start, items)
    return parameters, memory, jnp.mean(errors)
