"""SOAP (Vyas et al., arXiv:2409.11321): Adam in coordinates in which the gradients of a matrix are nearly
uncorrelated, in float64.

For a matrix with gradient G these are the eigenvectors of the running averages of G Gᵀ and Gᵀ G, followed by one step
of orthogonal iteration every few steps. Vectors take the steps of Adam.

Both averages have the same weights, so in fixed coordinates an average gradient over the root of the average square is
at most 1 (Cauchy-Schwarz). Where the coordinates have just turned it can be much larger, and is cut off there.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, Matrix
from g2links.networks.layers import Parameters

_AVERAGE = 0.95
"""Decay of the averages, as in arXiv:2409.11321."""
_TINY = 1e-12
"""Added to the root of the second moment."""
_EVERY, _OFTEN = 10, 20
"""Steps between two turns of the bases, and for how many steps at first they turn each time."""
_LARGEST = 1024
"""Sides that are larger have no basis of their own: its eigenvectors would take longer than the step."""


class Side(NamedTuple):
    """The rows or the columns of a matrix of weights.

    Attributes:
        average: running average of G Gᵀ, or of Gᵀ G.
        basis: its eigenvectors so far, as columns.
    """

    average: Matrix
    basis: Matrix


class SoapState(NamedTuple):
    """Averages of the gradients, of their squares in the rotated coordinates, and the number of steps so far.

    Attributes:
        sides: for each array of weights its `Side`s; none for a vector, None for one of more than 1024 rows or columns.
    """

    first: Parameters
    second: Parameters
    sides: tuple[tuple[Side | None, ...], ...]
    steps: Array


def soap_start(parameters: Parameters) -> SoapState:
    """Zero averages, and no rotation."""
    zeros = tuple(jnp.zeros_like(p) for p in parameters)
    sides = tuple(tuple(_side(n) for n in p.shape) if p.ndim == 2 else () for p in parameters)
    return SoapState(zeros, zeros, sides, jnp.zeros(()))


def soap_step(
    parameters: Parameters, state: SoapState, gradients: Parameters, rate: Array
) -> tuple[Parameters, SoapState]:
    """One step with the given learning rate."""
    steps = state.steps + 1
    averaged = tuple(map(_averaged, state.sides, gradients))
    due = (steps <= _OFTEN) | (steps % _EVERY == 0)
    sides = jax.lax.cond(due, lambda s: tuple(map(_turned, s)), lambda s: s, averaged)
    first = jax.tree.map(_mix, state.first, tuple(gradients))
    rotated = tuple(map(_into, sides, gradients))
    second = jax.tree.map(lambda v, g: _mix(v, g * g), state.second, rotated)
    unbiased = 1 / jnp.sqrt(1 - _AVERAGE**steps)

    def moved(p: Array, m: Array, v: Array, own: tuple[Side | None, ...]) -> Array:
        ratio = unbiased * _into(own, m) / (jnp.sqrt(v) + _TINY)
        return p - rate * _back(own, jnp.clip(ratio, -1, 1))

    return tuple(map(moved, parameters, first, second, sides)), SoapState(first, second, sides, steps)


def _side(size: int) -> Side | None:
    return Side(jax.device_put(np.zeros((size, size))), jax.device_put(np.eye(size))) if size <= _LARGEST else None


def _mix(average: Array, value: Array) -> Array:
    return _AVERAGE * average + (1 - _AVERAGE) * value


def _averaged(sides: tuple[Side | None, ...], gradient: Array) -> tuple[Side | None, ...]:
    """With the gradient taken into the averages."""
    return tuple(
        None if side is None else Side(_mix(side.average, square), side.basis)
        for side, square in zip(sides, (gradient @ gradient.T, gradient.T @ gradient), strict=False)
    )


def _turned(sides: tuple[Side | None, ...]) -> tuple[Side | None, ...]:
    """With bases one step closer to the eigenvectors."""
    return tuple(
        None if side is None else Side(side.average, jnp.linalg.qr(side.average @ side.basis)[0]) for side in sides
    )


def _into(sides: tuple[Side | None, ...], value: Array) -> Array:
    """The rotated coordinates of an array like the weights."""
    left, right = sides or (None, None)
    value = value if left is None else left.basis.T @ value
    return value if right is None else value @ right.basis


def _back(sides: tuple[Side | None, ...], value: Array) -> Array:
    """The inverse of `_into`."""
    left, right = sides or (None, None)
    value = value if left is None else left.basis @ value
    return value if right is None else value @ right.basis.T
