"""Levenberg-Marquardt iterations for small networks, on some thousand points at once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from g2links._typing import Array
from g2links.errors import InputError
from g2links.networks.architecture import Row, Weights
from g2links.networks.hermitian_potential import HermitianPotential
from g2links.networks.layers import Parameters
from g2links.networks.model import LinkModel
from g2links.networks.structured import AbstractStructured
from g2links.ricci_flat.levenberg_marquardt import (
    Linearisation,
    NormalEquations,
    State,
    first_state,
    marquardt_step,
    stalled,
)
from g2links.training.data import RowBlocks, as_blocks, take_rows
from g2links.training.first_order import PreparedBlocks, mean_loss, prepare_rows
from g2links.training.physics import TERMS
from g2links.training.settings import Settings

_CHUNK = 100
"""Points side by side: their Jacobians are 15 × 1,000 numbers each."""
_ENOUGH = 1e-16
"""A loss, so a relative error of 1e-8: no metric is known so well."""
_MOST_WEIGHTS = 5000
"""Normal equations of more take gigabytes and minutes a step."""


class SecondOrder:
    """One epoch is one accepted step; the order of the points plays no role."""

    def __init__(
        self, model: LinkModel, rows: Row | RowBlocks, validation: Row | RowBlocks, settings: Settings
    ) -> None:
        architecture = model.architecture
        if not isinstance(architecture, AbstractStructured):
            kind = architecture.to_config()["kind"]
            raise InputError("optimiser", "lm", f"soap or adam for the {kind} architecture")
        if settings.physics.terms(TERMS[model.task]):
            raise InputError(
                "physics",
                {term: getattr(settings.physics, term) for term in TERMS[model.task]},
                "0 for the potential architecture, whose identities hold by construction, and with optimiser: lm",
            )
        self._architecture = architecture
        vector, restore = ravel_pytree(model.state.trainable)
        self._restore = jax.jit(restore)
        if len(vector) > _MOST_WEIGHTS and not isinstance(architecture, HermitianPotential):
            raise InputError(
                "units",
                architecture.to_config()["widths"],
                f"this makes {len(vector)} weights; the least-squares fit takes at most {_MOST_WEIGHTS}; use layers: 2 "
                "and units: 16",
            )
        points = sum(as_blocks(rows).sizes)
        few = np.sort(np.random.default_rng([settings.seed, 0x22]).permutation(points)[: settings.max_points])
        self._data = prepare_rows(self._architecture, take_rows(rows, few))
        self._validation = PreparedBlocks(self._architecture, validation)
        self._fixed = model.state.fixed
        self._state = first_state(vector)

    def epoch(self, number: int, drops: int) -> tuple[float, float] | None:
        """One step: the loss on the points used, and the damping."""
        losses = self._state.losses
        done = stalled(losses) or (losses and losses[-1] < _ENOUGH)
        following = None if done else marquardt_step(self, self._state)
        if following is None:
            return None
        self._state = following
        return following.losses[-1], following.damping

    def linearise(self, vector: np.ndarray) -> Linearisation:
        """JᵀWJ, JᵀWr and the loss, means over the points."""
        normal, gradient = _normal_equations(self._architecture, jnp.asarray(vector), self._fixed, self._data)
        return NormalEquations(np.asarray(normal), np.asarray(gradient), self.loss(vector))

    def loss(self, vector: np.ndarray) -> float:
        """The loss on the points used."""
        return float(mean_loss(self._architecture, self._weights(vector), self._data))

    def validation_loss(self) -> float:
        """The loss on the validation data."""
        return self._validation.loss(self.weights())

    def weights(self) -> Weights:
        """The present weights."""
        return self._weights(self._state.vector)

    def arrays(self) -> dict[str, np.ndarray]:
        """The state of the solver."""
        state = self._state
        return {
            "vector": state.vector,
            "damping": np.asarray(state.damping),
            "iteration": np.asarray(state.iteration),
            "losses": np.asarray(state.losses, dtype=np.float64),
        }

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Go on from `arrays()`."""
        losses = tuple(np.asarray(arrays["losses"]).tolist())
        self._state = State(np.asarray(arrays["vector"]), float(arrays["damping"]), int(arrays["iteration"]), losses)

    def _weights(self, vector: np.ndarray) -> Weights:
        return Weights(self._restore(jnp.asarray(vector)), self._fixed)


@partial(jax.jit, static_argnums=0)
def _normal_equations(
    architecture: AbstractStructured, vector: Array, fixed: Parameters, data: Any
) -> tuple[Array, Array]:
    """Means over the points, summed over chunks of them."""

    def sums(chunk: Any) -> tuple[Array, Array]:
        rows, weight, error = jax.vmap(lambda point: architecture.gauss_newton(vector, fixed, point))(chunk)
        weighted = weight @ rows
        flat = rows.reshape(-1, rows.shape[-1])
        return flat.T @ weighted.reshape(flat.shape), flat.T @ error.reshape(-1)

    def add(total: tuple[Array, Array], chunk: Any) -> tuple[tuple[Array, Array], None]:
        return jax.tree.map(jnp.add, total, sums(chunk)), None

    n, size = len(data.target.norm), len(vector)
    whole = n // _CHUNK * _CHUNK
    chunks = jax.tree.map(lambda x: x[:whole].reshape(-1, _CHUNK, *x.shape[1:]), data)
    total, _ = jax.lax.scan(add, (jnp.zeros((size, size)), jnp.zeros(size)), chunks)
    if whole < n:
        total, _ = add(total, jax.tree.map(lambda x: x[whole:], data))
    return total[0] / n, total[1] / n
