"""Levenberg-Marquardt iteration for any least-squares problem that can be linearised.

Marquardt's scaling of the damping by the diagonal of JᵀJ, with trial steps until the loss falls (Nocedal and Wright,
Numerical Optimization, section 10.3). How the damped linear problem is solved is the business of the linearisation: by
normal equations, by an orthogonal factorisation where accuracy counts, or by conjugate gradients where J is too large
to be written down. The state is plain, so that a search can be stopped, saved and continued with the same bits.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import scipy.linalg

_TRIALS = 24
"""Of larger and larger damping: 4^24 is beyond all scales of the problem."""
_LEAST_DAMPING = 1e-14
"""Below it damping is lost in rounding."""
_LEAST_SHIFT = 1e-12
"""Of the normal equations relative to their diagonal: their condition is squared."""
_LEAST_LENGTH = 1e-14
"""A shorter column, relative to the longest, is rounding."""
_FALL, _RISE = 8.0, 4.0
"""Of the damping after a step that was accepted, and after one that was not."""


@runtime_checkable
class Linearisation(Protocol):
    """r + J s at one vector, with the loss rᵀr there."""

    @property
    def loss(self) -> float:
        """rᵀr."""

    def step(self, damping: float) -> np.ndarray:
        """The s that minimises |r + J s|² + damping |D s|², D² the diagonal of JᵀJ."""


@runtime_checkable
class LeastSquares(Protocol):
    """A loss rᵀr of a parameter vector."""

    def linearise(self, vector: np.ndarray) -> Linearisation:
        """The linear problem at `vector`."""

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
"""Cautious: the first steps are far from where the problem is linear."""


def first_state(vector: npt.ArrayLike) -> State:
    """That of a search from `vector`."""
    return State(np.asarray(vector), FIRST_DAMPING, 0, ())


def minimise(
    problem: LeastSquares,
    state: State,
    *,
    iterations: int,
    on_iteration: Callable[[State], bool] | None = None,
    deadline: float | None = None,
    window: int = 10,
    enough: float = 0.0,
) -> tuple[State, Result]:
    """Iterate from `state` until the loss stalls or is below `enough`, or `iterations`, the hook or the time ends it.
    A start that no step improves counts as an iteration, so that the hook knows it.

    Args:
        problem: the loss.
        state: a start, or saved by an earlier run.
        iterations: at which iteration count to stop.
        on_iteration: called after every accepted step; returning True stops the search.
        deadline: stop before an iteration would start after this `time.monotonic()`.
        window: the iterations over which the loss has to fall; see `stalled`.
        enough: a loss that need not fall further.
    """
    while state.iteration < iterations:
        if stalled(state.losses, window) or (state.losses and state.losses[-1] < enough):
            return state, Result.CONVERGED
        if deadline is not None and time.monotonic() > deadline:
            return state, Result.STOPPED
        following = marquardt_step(problem, state)
        if following is None and state.iteration == 0:
            following = state._replace(iteration=1, losses=(float(problem.loss(state.vector)),))
        if following is None:
            return state, Result.CONVERGED
        state = following
        if on_iteration is not None and on_iteration(state):
            return state, Result.STOPPED
    return state, Result.LIMIT


def marquardt_step(problem: LeastSquares, state: State) -> State | None:
    """One accepted step, or None when no damping gives a decrease."""
    linear = problem.linearise(state.vector)
    damping = state.damping
    for _ in range(_TRIALS):
        vector = state.vector + linear.step(damping)
        trial = float(problem.loss(vector))
        if trial < linear.loss:
            return State(vector, max(damping / _FALL, _LEAST_DAMPING), state.iteration + 1, (*state.losses, trial))
        damping *= _RISE
    return None


def stalled(losses: tuple[float, ...], window: int = 10, fall: float = 1e-2) -> bool:
    """Whether the loss fell by less than the share `fall` over the last `window` iterations."""
    return len(losses) > window and losses[-1] > (1 - fall) * losses[-1 - window]


class NormalEquations(NamedTuple):
    """JᵀJ, Jᵀr and the loss: cheap for many residuals, at the price of the square of the condition number."""

    normal: np.ndarray
    gradient: np.ndarray
    loss: float

    def step(self, damping: float) -> np.ndarray:
        """By Cholesky after scaling to unit diagonal; by eigenvalues if that fails. A parameter that nothing depends on
        stays."""
        scale = np.diag(self.normal) + 1e-14 * np.trace(self.normal) / len(self.normal)
        scale = np.where(scale > 0, scale, 1.0)
        damped = self.normal + np.diag(max(damping, _LEAST_SHIFT) * scale)
        s = 1 / np.sqrt(np.diag(damped))
        scaled = damped * s[:, None] * s[None, :]
        try:
            factor = scipy.linalg.cho_factor(scaled, check_finite=False)
            return -s * scipy.linalg.cho_solve(factor, s * self.gradient, check_finite=False)
        except np.linalg.LinAlgError:
            values, vectors = scipy.linalg.eigh(scaled)
            kept = values > 1e-14 * values[-1]
            return -s * (vectors[:, kept] @ ((vectors[:, kept].T @ (s * self.gradient)) / values[kept]))


class SingularValues(NamedTuple):
    """J D⁻¹ = U diag(values) Vᵀ with D the lengths of the columns of J, and Uᵀr: accurate where columns are nearly
    dependent, as those of high powers are."""

    lengths: np.ndarray
    values: np.ndarray
    right: np.ndarray
    residual: np.ndarray
    loss: float
    least: float

    @classmethod
    def of(cls, jacobian: np.ndarray, residual: np.ndarray, least: float = 1e-15) -> "SingularValues":
        """From J (n, p) and r (n,); columns that are zero up to rounding are not used, nor are singular values below
        the share `least` of the largest."""
        lengths = np.sqrt(np.sum(jacobian**2, axis=0))
        effective = lengths > _LEAST_LENGTH * np.max(lengths)
        lengths = np.where(effective, lengths, 1.0)
        scaled = np.where(effective, jacobian / lengths, 0.0)
        both = np.column_stack([scaled, residual])
        (triangle,) = scipy.linalg.qr(both, mode="r", overwrite_a=True, check_finite=False)
        p = len(lengths)
        left, values, right = scipy.linalg.svd(triangle[:p, :p], full_matrices=False, check_finite=False)
        return cls(lengths, values, right, left.T @ triangle[:p, p], float(residual @ residual), least)

    def step(self, damping: float) -> np.ndarray:
        """In the basis of the singular vectors."""
        kept = self.values > self.least * self.values[0]
        share = np.where(kept, self.values / (self.values**2 + damping), 0.0)
        return -(self.right.T @ (share * self.residual)) / self.lengths
