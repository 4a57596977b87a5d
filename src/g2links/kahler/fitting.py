"""The search for a potential of each family, behind one interface: start, iterate, and σ on the way."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from g2links.errors import InputError
from g2links.kahler.hermitian_solve import (
    HermitianProblem,
    hermitian_start,
    matrix_of,
    prepare_sections,
    vector_of,
)
from g2links.kahler.least_squares import Result, State, minimise
from g2links.kahler.measures import sigma_and_positivity
from g2links.kahler.potentials import Ansatz, FeatureAnsatz, Parameters
from g2links.kahler.sections import HermitianAnsatz
from g2links.kahler.solve import initial_state, levenberg_marquardt, prepare, state_at, unravel
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.sampling import Points

Hook = Callable[[State], bool]
"""Called after every accepted step; returning True stops the search."""
_COARSE_STEPS = 2
_COARSE_SHARE = 5
_WINDOW = 1
_SHARES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)


class Quality(NamedTuple):
    """How good a potential is while it is searched.

    Attributes:
        train, validation: σ on the two sets of points.
        positive: the share, by weight, of the validation points where the metric is positive definite.
    """

    train: float
    validation: float
    positive: float


class Fit(Protocol):
    """A family of potentials with the points that it is fitted and validated on."""

    def start(self, parameters: Parameters | None, seed: np.random.SeedSequence) -> State:
        """The first state: at given parameters, else that of the family."""

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """Iterate by least squares from `state`; see `least_squares.minimise`."""

    def quality(self, vector: np.ndarray) -> Quality:
        """σ and positivity at a state's vector."""


def fit_of(polynomial: Polynomial, ansatz: Ansatz, train: Points, validation: Points) -> "FeatureFit | SectionFit":
    """The search that belongs to an ansatz."""
    if isinstance(ansatz, HermitianAnsatz):
        return SectionFit(polynomial, ansatz, train, validation)
    return FeatureFit(polynomial, ansatz, train, validation)


class FeatureFit:
    """Potentials on features (`kahler.solve`)."""

    def __init__(self, polynomial: Polynomial, ansatz: FeatureAnsatz, train: Points, validation: Points) -> None:
        self.ansatz = ansatz
        self.train, self.validation = (prepare(polynomial, ansatz.features, p) for p in (train, validation))

    def start(self, parameters: Parameters | None, seed: np.random.SeedSequence) -> State:
        """See `Fit`."""
        if parameters is None:
            return initial_state(self.ansatz, self.train, seed)
        return state_at(self.ansatz, parameters, self.train)

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """See `Fit`."""
        found = levenberg_marquardt(
            self.ansatz, self.train, state, iterations=iterations, on_iteration=hook, deadline=deadline
        )
        return found.state, found.result

    def quality(self, vector: np.ndarray) -> Quality:
        """See `Fit`."""
        parameters = unravel(self.ansatz, vector)
        train, _ = sigma_and_positivity(self.train, self.ansatz, parameters)
        return Quality(train, *sigma_and_positivity(self.validation, self.ansatz, parameters))


class SectionFit:
    """A Hermitian matrix in all sections (`kahler.hermitian_solve`). The first two steps, from far away, use a fifth of
    the points."""

    def __init__(self, polynomial: Polynomial, ansatz: HermitianAnsatz, train: Points, validation: Points) -> None:
        self.ansatz = ansatz
        self.train, self.validation = (prepare_sections(polynomial, ansatz.sections, p) for p in (train, validation))

    def start(self, parameters: Parameters | None, seed: np.random.SeedSequence) -> State:
        """See `Fit`.

        Raises:
            InputError: where the metric of the parameters is not positive at every training point.
        """
        re, im = self.ansatz.start() if parameters is None else parameters
        state = hermitian_start(np.asarray(re) + 1j * np.asarray(im))
        if not np.all(np.isfinite(self.train.log_ratios(matrix_of(state.vector)))):
            raise InputError("start", "the given parameters", "a metric that is positive on this threefold")
        return state

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """See `Fit`."""
        coarse = min(iterations, _COARSE_STEPS)
        if state.iteration < coarse:
            n, sections = len(self.train.weights), self.ansatz.sections.count
            few = self.train.part(min(n, max(n // _COARSE_SHARE, 2 * sections)))
            state, result = minimise(
                HermitianProblem(few, deadline), state, iterations=coarse, on_iteration=hook, deadline=deadline
            )
            if result is Result.STOPPED:
                return state, result
        if state.iteration <= coarse:
            state = state._replace(vector=self._made_positive(state.vector), iteration=coarse, losses=())
        return minimise(
            HermitianProblem(self.train, deadline),
            state,
            iterations=iterations,
            on_iteration=hook,
            deadline=deadline,
            window=_WINDOW,
        )

    def _made_positive(self, vector: np.ndarray) -> np.ndarray:
        """A mean with the metric of Fubini and Study that is positive at all points, as near to `vector` as needed."""
        h = matrix_of(vector)
        reference = np.eye(len(h)) * np.trace(h).real / len(h)
        for share in _SHARES:
            mean = (1 - share) * h + share * reference
            if np.all(np.isfinite(self.train.log_ratios(mean))):
                break
        return vector_of(mean)

    def quality(self, vector: np.ndarray) -> Quality:
        """See `Fit`."""
        h = matrix_of(vector)
        train, _ = self.train.sigma_and_positivity(h)
        return Quality(train, *self.validation.sigma_and_positivity(h))
