"""Dense networks as pure functions of their parameters."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array
from g2links.errors import InputError
from g2links.potentials.activations import ACTIVATIONS, require_activation
from g2links.potentials.sizes import require_layers

Parameters = tuple[Any, ...]
"""Arrays of JAX or NumPy."""


@dataclass(frozen=True)
class DenseNetwork:
    """Hidden layers of the given widths, with a linear skip connection from the inputs to the outputs.

    Args:
        inputs, outputs: numbers of them.
        widths: units of each hidden layer.
        activation: a name in `potentials.activations.ACTIVATIONS`.
        dropout: the share of hidden units that are dropped in training.

    Raises:
        InputError: for an unknown activation, layers that cannot be (`potentials.sizes`) or a share outside [0, 1).
    """

    inputs: int
    outputs: int
    widths: tuple[int, ...]
    activation: str = "gelu_tanh"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        require_activation(self.activation)
        require_layers(self.widths, self.inputs, self.outputs)
        if not 0 <= self.dropout < 1:
            raise InputError("dropout", self.dropout, "a share from 0, below 1")

    def shapes(self) -> list[tuple[int, ...]]:
        """Matrix and offset of each layer, the output layer's, then the matrix of the skip connection."""
        sizes = (self.inputs, *self.widths, self.outputs)
        layers = [shape for m, k in pairwise(sizes) for shape in ((k, m), (k,))]
        return [*layers, (self.outputs, self.inputs)]

    def initial(self, rng: np.random.Generator, *, output_scale: float = 1.0) -> list[np.ndarray]:
        """Random matrices, zero offsets and no skip; the outputs of the start have about the size
        `output_scale`."""
        values = [
            rng.normal(size=shape) / np.sqrt(shape[1]) if len(shape) == 2 else np.zeros(shape)
            for shape in self.shapes()
        ]
        values[-3] = output_scale * values[-3]
        values[-1] = np.zeros_like(values[-1])
        return values

    def apply(self, parameters: Parameters, x: Float[Array, " m"], key: Array | None = None) -> Float[Array, " k"]:
        """The outputs at one input; with a random key, some hidden units are dropped."""
        activation, hidden = ACTIVATIONS[self.activation].function, x
        for layer, (matrix, offset) in enumerate(zip(parameters[:-3:2], parameters[1:-3:2], strict=True)):
            hidden = activation(matrix @ hidden + offset)
            if key is not None and self.dropout > 0:
                kept = jax.random.bernoulli(jax.random.fold_in(key, layer), 1 - self.dropout, hidden.shape)
                hidden = jnp.where(kept, hidden / (1 - self.dropout), 0.0)
        return parameters[-3] @ hidden + parameters[-2] + parameters[-1] @ x
