"""Levenberg-Marquardt iteration for any least-squares problem that can sum up its normal equations.

Marquardt's scaling of the damping by the diagonal, with trial steps until the loss falls (Nocedal and Wright,
Numerical Optimization, section 10.3). The state is plain, so that a search can be stopped, saved and
continued with the same bits.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Protocol

import numpy as np
import scipy.linalg

_TRIALS = 12


class LeastSquares(Protocol):
    """A loss rᵀWr of a parameter vector."""

    def normal_equations(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """JᵀWJ, JᵀWr and the loss."""

    def loss(self, vector: np.ndarray) -> float:
        """The loss alone."""


class Result(Enum):
    """Why the iteration stopped; the value is the sentence for the user."""

    CONVERGED = "the residual no longer falls"
    LIMIT = "the number of iterations asked for was reached"
    STOPPED = "the time limit was reached or a stop was asked for"


class State(NamedTuple):
    """All that the next step depends on; saving and restoring it continues with the same bits."""

    vector: np.ndarray
    damping: float
    iteration: int
    losses: tuple[float, ...]
    moments: tuple[np.ndarray, ...] = ()


FIRST_DAMPING = 1e-2


def minimise(
    problem: LeastSquares,
    state: State,
    *,
    iterations: int,
    on_iteration: Callable[[State], bool] | None = None,
    deadline: float | None = None,
) -> tuple[State, Result]:
    """Iterate from `state` until the loss stalls, or `iterations`, the hook or the time ends it.

    Args:
        problem: the loss.
        state: a start, or saved by an earlier run.
        iterations: at which iteration count to stop.
        on_iteration: called after every accepted step; returning True stops the search.
        deadline: stop before an iteration would start after this `time.monotonic()`.
    """
    while state.iteration < iterations:
        if stalled(state.losses):
            return state, Result.CONVERGED
        if deadline is not None and time.monotonic() > deadline:
            return state, Result.STOPPED
        following = marquardt_step(problem, state)
        if following is None:
            return state, Result.CONVERGED
        state = following
        if on_iteration is not None and on_iteration(state):
            return state, Result.STOPPED
    return state, Result.LIMIT


def marquardt_step(problem: LeastSquares, state: State) -> State | None:
    """One accepted step, or None when no damping gives a decrease."""
    normal, gradient, loss = problem.normal_equations(state.vector)
    scale = np.diag(normal) + 1e-14 * np.trace(normal) / len(normal)
    damping = state.damping
    for _ in range(_TRIALS):
        vector = state.vector - _solve_damped(normal, damping * scale, gradient)
        trial = float(problem.loss(vector))
        if trial < loss:
            return State(vector, max(damping / 4, 1e-12), state.iteration + 1, (*state.losses, trial))
        damping *= 4
    return None


def stalled(losses: tuple[float, ...], window: int = 10, fall: float = 1e-2) -> bool:
    """Whether the loss fell by less than the share `fall` over the last `window` iterations."""
    return len(losses) > window and losses[-1] > (1 - fall) * losses[-1 - window]


def _solve_damped(normal: np.ndarray, diagonal: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Solve (normal + diag) x = gradient after scaling to unit diagonal, by Cholesky; by eigenvalues if that
    fails."""
    damped = normal + np.diag(diagonal)
    s = 1 / np.sqrt(np.diag(damped))
    scaled = damped * s[:, None] * s[None, :]
    try:
        factor = scipy.linalg.cho_factor(scaled, check_finite=False)
        return s * scipy.linalg.cho_solve(factor, s * gradient, check_finite=False)
    except np.linalg.LinAlgError:
        values, vectors = scipy.linalg.eigh(scaled)
        kept = values > 1e-14 * values[-1]
        return s * (vectors[:, kept] @ ((vectors[:, kept].T @ (s * gradient)) / values[kept]))
