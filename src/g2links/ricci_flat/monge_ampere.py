"""The Monge-Ampère equation det g = const |h|² as a weighted nonlinear least-squares problem, for a potential on
features (`feature_table`), by the method of Levenberg and Marquardt."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jax.flatten_util import ravel_pytree

from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, Parameters, unravel
from g2links.potentials.sigma import sigma_of
from g2links.potentials.steep_features import SteepFeatures
from g2links.ricci_flat.feature_table import FeatureTable
from g2links.ricci_flat.levenberg_marquardt import (
    Linearisation,
    NormalEquations,
    Result,
    SingularValues,
    State,
    first_state,
    minimise,
)

_FEW, _MANY = 4, 10
"""Iterations over which the loss has to fall: the steps of an algebraic potential are large and costly, those of a
network small."""
_LEAST, _LEAST_OF_WEIGHTS, _LEAST_OF_MANY = 1e-8, 5e-8, 1e-5
"""Smaller singular values would give large coefficients that cancel, and with them the digits of every derivative of
the potential. The second is for weights other than 1, whose features of several degrees are nearly dependent; the third
for more than `_MANY_FEATURES` invariant polynomials, which are more so: on P(1,1,1,6,9)[18] at degree 22 the second
gives |dω| = 1.4e-8 and σ = 1.66e-2, the third 9e-11 and 1.83e-2. With powers of a steepness there are fewer degrees of
them: on P(1,1,2,8,12)[24], 259 unknowns, larger powers and no penalty, 5e-8 gives 4e-10 and 2.5e-2, and 1e-6 gives
3e-12 and 0.11."""
_PENALTY = 1e-8
"""On coefficients that cancel (`_Penalty`). On P(1,1,2,8,12)[24], 229 unknowns, 1e-11, 1e-9 and 1e-7 give |dω| 2.5e-10,
1.5e-10 and 4e-11, and σ 3.9e-2, 4.1e-2 and 4.5e-2. The command there ends at 6e-10 with it, and without it at 6e-9,
which is refused."""
_MANY_FEATURES = 250
"""See `_LEAST_OF_MANY`."""


class Solution(NamedTuple):
    """The parameters found, why the search stopped, and the state to continue from."""

    parameters: Parameters
    result: Result
    state: State


def sigma_and_positivity(table: FeatureTable, vector: np.ndarray) -> tuple[float, float]:
    """σ, as training reports it, and the share of the weight where g is positive definite."""
    values = table.log_ratios(vector)
    return sigma_of(np.exp(values), table.weights), float(table.weights @ table.is_positive(values))


def initial_state(table: FeatureTable, seed: int | np.random.SeedSequence) -> State:
    """A random start, with the first damping."""
    parameters = table.ansatz.initial(np.random.default_rng(seed), table.feature_values())
    return first_state(ravel_pytree(parameters)[0])


def state_at(table: FeatureTable, parameters: Parameters) -> State:
    """A start at given parameters, as those of a neighbouring member of a family.

    Raises:
        InputError: where the metric that they give is not positive at every point of the table.
    """
    state = first_state(ravel_pytree(parameters)[0])
    if not np.isfinite(_MongeAmpere(table).loss(state.vector)):
        raise InputError(
            "start", "the given parameters", "a potential whose metric is positive on this threefold; take a nearer one"
        )
    return state


def levenberg_marquardt(
    table: FeatureTable,
    state: State,
    *,
    iterations: int,
    on_iteration: Callable[[State], bool] | None = None,
    deadline: float | None = None,
    enough: float = 0.0,
) -> Solution:
    """Minimise Σ w (log ratio - mean)² from `state`.

    Args:
        table: the features at the points.
        state: from `initial_state`, or saved by an earlier run.
        iterations: at which iteration count to stop.
        on_iteration: called after every accepted step; returning True stops the search.
        deadline: stop before an iteration would start after this `time.monotonic()`.
        enough: a loss that need not fall further.
    """
    state, result = minimise(
        _MongeAmpere(table),
        state,
        iterations=iterations,
        on_iteration=on_iteration,
        deadline=deadline,
        window=_FEW if isinstance(table.ansatz, AlgebraicAnsatz) else _MANY,
        enough=enough,
    )
    return Solution(unravel(table.ansatz, state.vector), result, state)


@dataclass(frozen=True)
class _MongeAmpere:
    """The problem as `levenberg_marquardt.minimise` sees it."""

    table: FeatureTable

    @cached_property
    def _penalty(self) -> "_Penalty | None":
        """Where features are steep and of several degrees, so that they are nearly dependent."""
        features = self.table.ansatz.features
        steep = isinstance(features, SteepFeatures) and features.degrees is not None
        return _Penalty.of(self.table.feature_values(), self.table.weights) if steep else None

    def linearise(self, vector: np.ndarray) -> Linearisation:
        """By singular values for combinations of features, which are nearly dependent; by normal equations
        otherwise."""
        if not isinstance(self.table.ansatz, AlgebraicAnsatz):
            return NormalEquations(*self.table.normal_equations(vector))
        rows, residual = self.table.triangle(vector)
        if self._penalty is not None:
            more, rest = self._penalty.rows(vector)
            rows, residual = np.concatenate([rows, more]), np.concatenate([residual, rest])
        return SingularValues.of(rows, residual, _least(self.table.ansatz))

    def loss(self, vector: np.ndarray) -> float:
        """Σ w (log ratio - mean)², and the penalty; infinite where g is not positive at every point, so that no step
        leads there."""
        loss = self.table.loss(vector)
        return loss if self._penalty is None else loss + float(np.sum(self._penalty.residual(vector) ** 2))


class _Penalty(NamedTuple):
    """λ Σ (c_i |X_i|)²/<Σ c_i X_i>² for the coefficients c, |X_i| the root of the mean square of a feature: what keeps
    them from cancelling, and with that the digits of ω. The scale of c means nothing, here neither.

    Attributes:
        sizes: (features,) λ^{1/2} |X_i|.
        means: (features,) <X_i>.
    """

    sizes: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray, weights: np.ndarray) -> "_Penalty":
        """From features (n, features) and the weights of their points, which sum to 1."""
        return cls(np.sqrt(_PENALTY * (weights @ features**2)), weights @ features)

    def residual(self, c: np.ndarray) -> np.ndarray:
        """(features,) whose sum of squares it is."""
        return np.asarray(self.sizes * c / (self.means @ c))

    def rows(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The derivatives (features, features) of the residual, and the residual."""
        residual, total = self.residual(c), self.means @ c
        return (np.diag(self.sizes) - np.outer(residual, self.means)) / total, residual


def _least(ansatz: AlgebraicAnsatz) -> float:
    if ansatz.features.variety.heaviest == 1:
        return _LEAST
    many = ansatz.unknowns > _MANY_FEATURES and not isinstance(ansatz.features, SteepFeatures)
    return _LEAST_OF_MANY if many else _LEAST_OF_WEIGHTS
