"""Stochastic gradient descent (Adam, arXiv:1412.6980) on the Monge-Ampère residual, for comparison.

On small batches it needs hours for what `monge_ampere.levenberg_marquardt` does in seconds; it is here because users
know it.
"""

import time
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from g2links._typing import Array, Index, Number
from g2links.potentials.families import PointAnsatz, unravel
from g2links.ricci_flat.feature_table import FeatureData, LocalFeatures, log_ratio
from g2links.ricci_flat.levenberg_marquardt import Result, State
from g2links.ricci_flat.monge_ampere import Solution

_BETA = (0.9, 0.999)
"""Decay of the two moments, as in arXiv:1412.6980."""
_SMALL = 1e-8
"""Added to the root of the second moment, as there."""
_Carry = tuple[Array, Array, Array, Array]


def adam(
    table: LocalFeatures,
    state: State,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    seed: int,
    on_epoch: Callable[[State], bool] | None = None,
    deadline: float | None = None,
) -> Solution:
    """Minimise the weighted variance of log(det g/|h|²) over random batches; arguments as in `levenberg_marquardt`.

    The order of the batches in an epoch depends on `seed` and on the epoch alone, so a resumed run repeats an
    uninterrupted one.
    """
    n = len(table.weights)
    size = min(batch_size, n)
    moments = state.moments or (np.zeros_like(state.vector), np.zeros_like(state.vector))
    vector, result = state.vector, Result.LIMIT
    while state.iteration < epochs:
        if deadline is not None and time.monotonic() > deadline:
            result = Result.STOPPED
            break
        order = np.random.default_rng([seed, state.iteration]).permutation(n)[: n // size * size]
        step = state.iteration * (n // size)
        vector, *moments_now, loss = _epoch(
            table.ansatz, table.data, vector, *moments, order.reshape(-1, size), learning_rate, step
        )
        moments = tuple(np.asarray(m) for m in moments_now)
        losses = (*state.losses, float(loss))
        state = State(np.asarray(vector), learning_rate, state.iteration + 1, losses, moments)
        if on_epoch is not None and on_epoch(state):
            result = Result.STOPPED
            break
    return Solution(unravel(table.ansatz, state.vector), result, state)


@partial(jax.jit, static_argnums=0)
def _epoch(
    ansatz: PointAnsatz,
    data: FeatureData,
    vector: Array,
    first: Array,
    second: Array,
    batches: Array,
    learning_rate: Number,
    step: Index | int,
) -> tuple[Array, Array, Array, Array]:
    template = tuple(jnp.zeros(shape) for shape in ansatz.shapes())
    restore = ravel_pytree(template)[1]

    def loss(v: Array, rows: Array) -> Array:
        batch: FeatureData = jax.tree.map(lambda x: x[rows], data)
        values = jax.vmap(lambda point: log_ratio(ansatz, restore(v), point))(batch)
        weights = batch.weights / jnp.sum(batch.weights)
        return jnp.sum(weights * (values - jnp.sum(weights * values)) ** 2)

    def update(carry: _Carry, rows: Array) -> tuple[_Carry, Array]:
        v, m1, m2, t = carry
        value, gradient = jax.value_and_grad(loss)(v, rows)
        m1 = _BETA[0] * m1 + (1 - _BETA[0]) * gradient
        m2 = _BETA[1] * m2 + (1 - _BETA[1]) * gradient**2
        scaled = (m1 / (1 - _BETA[0] ** t)) / (jnp.sqrt(m2 / (1 - _BETA[1] ** t)) + _SMALL)
        return (v - learning_rate * scaled, m1, m2, t + 1), value

    start = (vector, first, second, jnp.asarray(step + 1.0))
    (vector, first, second, _), values = jax.lax.scan(update, start, batches)
    return vector, first, second, jnp.mean(values)
