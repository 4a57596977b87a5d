"""The search for a potential of each family, behind one interface: start, iterate, and σ on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from g2links.errors import InputError
from g2links.parallel import processes
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, NeuralAnsatz, Parameters, PointAnsatz, unravel
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.ricci_flat.balanced import balanced_coefficients
from g2links.ricci_flat.feature_table import FeatureTable, LocalFeatures
from g2links.ricci_flat.hermitian_search import (
    HermitianProblem,
    matrix_of,
    prepare_sections,
    vector_of,
)
from g2links.ricci_flat.hermitian_start import NEAR_DAMPING, nested_start
from g2links.ricci_flat.levenberg_marquardt import Result, State, first_state, minimise
from g2links.ricci_flat.monge_ampere import initial_state, levenberg_marquardt, sigma_and_positivity, state_at
from g2links.ricci_flat.section_products import SectionTable, loss_of
from g2links.ricci_flat.section_products import sigma_and_positivity as sections_quality
from g2links.ricci_flat.sharded_features import ShardedFeatures
from g2links.ricci_flat.sharded_sections import ShardedSections
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

Hook = Callable[[State], bool]
"""Called after every accepted step; returning True stops the search."""
_STEPS_UNCORRECTED = 40
"""Of a mixed potential. On P(1,1,12,28,42)[84] the search without a correction ends after 37, at σ 0.36."""
_COARSE_STEPS = 20
"""At most, on a part of the points: what they gain is gone over again on all."""
_SECTION_SHARE, _SECTION_ENOUGH = 5, 0.1**2
"""The share of the points that a Hermitian matrix starts on, a fifth, and the loss at which it goes on to all of
them."""
_FEATURE_SHARE, _FEATURE_ENOUGH, _FEWEST = 4, 0.01**2, 2000
"""The same for features, a quarter, and below how many points it is not worth it."""
_WINDOW = 1
"""A Hermitian search ends after one step that gains nothing: each takes seconds."""
_SHARES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Of a potential that is a metric, in a mean that is to be one; tried in turn."""


class Quality(NamedTuple):
    """How good a potential is while it is searched.

    Attributes:
        train, validation: σ on the two sets of points.
        positive: the share, by weight, of the validation points where the metric is positive definite.
    """

    train: float
    validation: float
    positive: float


@runtime_checkable
class Fit(Protocol):
    """A family of potentials with the points that it is fitted and validated on."""

    def start(self, parameters: Parameters | None, seed: np.random.SeedSequence) -> State:
        """The first state: at given parameters, else that of the family."""

    def near(self, parameters: Parameters) -> State:
        """The first state near given parameters, moved towards that of the family until it is a metric."""

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """Iterate by least squares from `state`; see `levenberg_marquardt.minimise`."""

    def quality(self, vector: np.ndarray) -> Quality:
        """σ and positivity at a state's vector."""

    def safe(self) -> np.ndarray | None:
        """The vector of a metric that is positive everywhere, towards which coefficients can be moved; None where the
        family has no such vector."""


def fit_of(variety: AbstractVariety, ansatz: Ansatz, train: Points, validation: Points) -> "FeatureFit | SectionFit":
    """The search that belongs to an ansatz."""
    if isinstance(ansatz, HermitianAnsatz):
        return SectionFit(variety, ansatz, train, validation)
    return FeatureFit(variety, ansatz, train, validation)


def _feature_table(variety: AbstractVariety, ansatz: PointAnsatz, points: Points) -> FeatureTable:
    """On all devices of all processes where there are several, and the potential is one of those that are known by
    plain data and fitted as they are."""
    if isinstance(ansatz, AlgebraicAnsatz | NeuralAnsatz) and jax.device_count() > 1:
        return ShardedFeatures.of(variety, ansatz, points)
    return LocalFeatures.of(variety, ansatz, points)


def _section_table(variety: AbstractVariety, ansatz: HermitianAnsatz, points: Points) -> SectionTable:
    """In all processes; the products of each are those of its processors."""
    if processes.count() > 1:
        return ShardedSections.of(variety, ansatz.sections, points)
    return prepare_sections(variety, ansatz.sections, points)


class FeatureFit:
    """Potentials on features, or of a user (`monge_ampere`). Of an algebraic one with many coefficients the first
    steps, from far away, use a quarter of the points; not from a balanced start, which is near: there they lead to
    potentials whose metrics are not positive at the other points."""

    def __init__(self, variety: AbstractVariety, ansatz: PointAnsatz, train: Points, validation: Points) -> None:
        self._variety, self.ansatz, self._points = variety, ansatz, train
        self.train, self.validation = (_feature_table(variety, ansatz, p) for p in (train, validation))

    def start(self, parameters: Parameters | None, seed: int | np.random.SeedSequence) -> State:
        """See `Fit`."""
        if parameters is not None:
            return state_at(self.train, parameters)
        if isinstance(self.ansatz, AlgebraicAnsatz) and self.ansatz.starts_balanced:
            return state_at(self.train, (jnp.asarray(balanced_coefficients(self.ansatz, self._points)),))
        return initial_state(self.train, seed)

    def near(self, parameters: Parameters) -> State:
        """See `Fit`."""
        return first_state(self._positive(np.asarray(ravel_pytree(parameters)[0])))

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """See `Fit`."""

        few = len(self.train.weights) // _FEATURE_SHARE
        far = isinstance(self.ansatz, AlgebraicAnsatz) and not self.ansatz.starts_balanced
        stages = few >= _FEWEST and far

        def stage(table: FeatureTable, state: State, end: int, enough: float = 0.0) -> tuple[State, Result]:
            found = levenberg_marquardt(
                table, state, iterations=end, on_iteration=hook, deadline=deadline, enough=enough
            )
            return found.state, found.result

        if isinstance(self.ansatz, MixedAnsatz) and not np.any(unravel(self.ansatz, state.vector)[-1]):
            return _coarse_to_fine(
                state,
                iterations,
                coarse=lambda state, end: stage(self._uncorrected(), state, end),
                fine=lambda state, end: stage(self.train, state, end),
                between=lambda vector: vector,
                steps=_STEPS_UNCORRECTED,
            )
        if not stages:
            return stage(self.train, state, iterations)
        return _coarse_to_fine(
            state,
            iterations,
            coarse=lambda state, end: stage(self.train.part(few), state, end, _FEATURE_ENOUGH),
            fine=lambda state, end: stage(self.train, state, end),
            between=self._positive,
        )

    def _uncorrected(self) -> LocalFeatures:
        """For a mixed potential without its correction: positive by construction, and where the correction begins."""
        assert isinstance(self.ansatz, MixedAnsatz)
        return self.train_here().for_ansatz(replace(self.ansatz, corrected=False))

    def train_here(self) -> LocalFeatures:
        """The training points in this process alone, for what has no sums over several."""
        here = self.train
        return here if isinstance(here, LocalFeatures) else LocalFeatures.of(self._variety, self.ansatz, self._points)

    def quality(self, vector: np.ndarray) -> Quality:
        """See `Fit`."""
        train, _ = sigma_and_positivity(self.train, vector)
        return Quality(train, *sigma_and_positivity(self.validation, vector))

    def safe(self) -> np.ndarray | None:
        """See `Fit`."""
        return self.start(None, 0).vector if isinstance(self.ansatz, AlgebraicAnsatz) else None

    def _positive(self, vector: np.ndarray) -> np.ndarray:
        return _made_positive(vector, lambda: self.start(None, 0).vector, self._is_metric)

    def _is_metric(self, vector: np.ndarray) -> bool:
        return bool(np.all(self.train.is_positive(self.train.log_ratios(vector))))


class SectionFit:
    """A Hermitian matrix in all sections (`hermitian_search`), from the solution of a lower degree (`hermitian_start`).
    The first steps, if they are from far away, use a fifth of the points."""

    def __init__(self, variety: AbstractVariety, ansatz: HermitianAnsatz, train: Points, validation: Points) -> None:
        self.variety, self.ansatz, self._points = variety, ansatz, train
        self.train, self.validation = (_section_table(variety, ansatz, p) for p in (train, validation))

    def start(self, parameters: Parameters | None, seed: np.random.SeedSequence) -> State:
        """See `Fit`.

        Raises:
            InputError: where the metric of the parameters is not positive at every training point.
        """
        if parameters is None:
            return self._near(nested_start(self.variety, self.ansatz.sections, self._points))
        re, im = parameters
        state = first_state(vector_of(np.asarray(re) + 1j * np.asarray(im)))
        if not self._is_metric(state.vector):
            raise InputError("start", "the given parameters", "a metric that is positive on this threefold")
        return state

    def near(self, parameters: Parameters) -> State:
        """See `Fit`."""
        re, im = parameters
        return self._near(np.asarray(re) + 1j * np.asarray(im))

    def _near(self, h: np.ndarray) -> State:
        return first_state(self._positive(vector_of(h)))._replace(damping=NEAR_DAMPING)

    def search(self, state: State, iterations: int, hook: Hook, deadline: float | None) -> tuple[State, Result]:
        """See `Fit`."""
        n, sections = len(self.train.weights), self.ansatz.sections.count
        few = min(n, max(n // _SECTION_SHARE, 2 * sections))

        def stage(data: SectionTable, state: State, end: int, **rest: Any) -> tuple[State, Result]:
            problem = HermitianProblem(data, deadline)
            return minimise(problem, state, iterations=end, on_iteration=hook, deadline=deadline, **rest)

        def coarse(state: State, end: int) -> tuple[State, Result]:
            part = self.train.part(few)
            if not state.losses and loss_of(part, matrix_of(state.vector)) < _SECTION_ENOUGH:
                return state, Result.CONVERGED
            return stage(part, state, end, enough=_SECTION_ENOUGH)

        return _coarse_to_fine(
            state,
            iterations,
            coarse=coarse,
            fine=lambda state, end: stage(self.train, state, end, window=_WINDOW),
            between=self._positive,
        )

    def quality(self, vector: np.ndarray) -> Quality:
        """See `Fit`."""
        h = matrix_of(vector)
        train, _ = sections_quality(self.train, h)
        return Quality(train, *sections_quality(self.validation, h))

    def safe(self) -> np.ndarray | None:
        """See `Fit`: that of the metric of Fubini and Study."""
        re, im = self.ansatz.start()
        return vector_of(re + 1j * im)

    def _positive(self, vector: np.ndarray) -> np.ndarray:
        n = self.ansatz.sections.count
        return _made_positive(
            vector, lambda: np.trace(matrix_of(vector)).real / n * vector_of(np.eye(n)), self._is_metric
        )

    def _is_metric(self, vector: np.ndarray) -> bool:
        return bool(np.all(np.isfinite(self.train.log_ratios(matrix_of(vector)))))


_Stage = Callable[[State, int], tuple[State, Result]]


def _coarse_to_fine(
    state: State,
    iterations: int,
    *,
    coarse: _Stage,
    fine: _Stage,
    between: Callable[[np.ndarray], np.ndarray],
    steps: int = _COARSE_STEPS,
) -> tuple[State, Result]:
    """A coarse search, then a fine one from `between` of what it found. The second knows nothing of the losses of the
    first, by which the two are told apart: a state after any iteration can be resumed with the same bits."""
    if len(state.losses) == state.iteration:
        state, result = coarse(state, min(iterations, steps))
        if result is Result.STOPPED:
            return state, result
        state = state._replace(vector=between(state.vector), iteration=max(1, state.iteration), losses=())
    return fine(state, iterations)


def _made_positive(
    vector: np.ndarray, reference: Callable[[], np.ndarray], is_metric: Callable[[np.ndarray], bool]
) -> np.ndarray:
    """A mean of the coefficients of a potential with those of a `reference` that is a metric, as near to the first as
    makes it one at all training points."""
    if is_metric(vector):
        return vector
    other = reference()
    means = ((1 - share) * vector + share * other for share in _SHARES[1:])
    return next((mean for mean in means if is_metric(mean)), other)
