"""The activation functions of all networks, by name."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from g2links._typing import Array
from g2links.errors import InputError


class Activation(NamedTuple):
    """A function of one number, applied to every unit.

    Attributes:
        function: of an array, element by element.
        continuous: how many of its derivatives are continuous.
    """

    function: Callable[[Array], Array]
    continuous: float = math.inf


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(jnp.tanh),
    "gelu": Activation(lambda x: jax.nn.gelu(x, approximate=False)),
    "gelu_tanh": Activation(lambda x: jax.nn.gelu(x, approximate=True)),
    "swish": Activation(jax.nn.swish),
    "softplus": Activation(jax.nn.softplus),
    "sine": Activation(jnp.sin),
    "elu": Activation(jax.nn.elu, 1),
    "relu": Activation(jax.nn.relu, 0),
}
"""gelu is x Φ(x) with the normal distribution Φ, gelu_tanh its approximation by tanh."""


def activation_names(continuous: float = 0) -> tuple[str, ...]:
    """Those with at least so many continuous derivatives."""
    return tuple(name for name, activation in ACTIVATIONS.items() if activation.continuous >= continuous)


def require_activation(name: str, continuous: float = 0) -> None:
    """Refuse a name that there is not, or a function that is not smooth enough.

    Raises:
        InputError: with those that there are.
    """
    known = activation_names(continuous)
    if name not in known:
        raise InputError("activation", name, f"choose one of {', '.join(known)}")
