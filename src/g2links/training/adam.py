"""Adam (Kingma and Ba, arXiv:1412.6980) on tuples of arrays, in float64."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from g2links._typing import Array
from g2links.networks.layers import Parameters

_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-12
"""Decay of the moments, as in arXiv:1412.6980; with float64 the last may be smaller than there."""


class AdamState(NamedTuple):
    """Averages of the gradients and of their squares, and the number of steps so far."""

    first: Parameters
    second: Parameters
    steps: Array


def adam_start(parameters: Parameters) -> AdamState:
    """Zero averages."""
    zeros = tuple(jnp.zeros_like(p) for p in parameters)
    return AdamState(zeros, zeros, jnp.zeros(()))


def adam_step(
    parameters: Parameters, state: AdamState, gradients: Parameters, rate: Array
) -> tuple[Parameters, AdamState]:
    """One step with the given learning rate."""
    steps = state.steps + 1
    first = jax.tree.map(lambda m, g: _FIRST * m + (1 - _FIRST) * g, state.first, gradients)
    second = jax.tree.map(lambda v, g: _SECOND * v + (1 - _SECOND) * g * g, state.second, gradients)
    size = rate * jnp.sqrt(1 - _SECOND**steps) / (1 - _FIRST**steps)
    moved = jax.tree.map(lambda p, m, v: p - size * m / (jnp.sqrt(v) + _TINY), parameters, first, second)
    return moved, AdamState(first, second, steps)
