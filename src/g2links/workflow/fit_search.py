"""The search of step 1: a family of potentials, and where it stands still too early, one of a higher degree."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.ricci_flat.adam import adam
from g2links.ricci_flat.family import Family, degree_of, larger, mixed_instead, smaller
from g2links.ricci_flat.fitting import FeatureFit, Fit
from g2links.ricci_flat.levenberg_marquardt import Result, State
from g2links.ricci_flat.projection import project
from g2links.storage.fit_log import FitLog
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.fit_points import Split, fits, most_training_points, training_points
from g2links.workflow.fit_stages import Stage, Stages
from g2links.workflow.fit_start import has_same_variety, parameters_near
from g2links.workflow.hermitian_stages import following_stages

ENOUGH = 5e-3
"""A σ that is good for integrals and averages, with room (`checks.verdict`): where the search stands still above it,
the degree is raised."""
MOST_UNKNOWNS = 650
"""Up to so many, unless there is a time limit: on P(1,1,1,2,1)[6], where σ is 2.3e-2, 1.3e-2 and 5.2e-3 with 135, 293
and 602, the last degree by itself takes two minutes on two cores."""
BAD, ROUNDS = 1.0, 1
"""A supremum above the first, a volume form that is off by more than a factor 2, is worth points that are added where
it is, so often at most. On Σ z_i^7 + z4² z0 in P(1,1,1,1,3), degree 9, one round brings it from 24 to 1.3, and σ from
5.7e-3 to 5.9e-3; at degree 11 it stays at 2.2, and where V is nearly singular (Dwork's quintic at ψ = 0.99) at 5."""
MENDING_ROUNDS = 4
"""The same where the metric is not positive somewhere. On the chain in P(1,1,2,8,12)[24], degrees 10 to 13, one such
round from 5,000 training points, and the metric is positive everywhere, with σ 0.167 after 0.160; without, only a mean
with the start is, at 0.77. What is not mended after four comes back elsewhere."""
GOOD = 3e-4
"""With a σ at most so large no supremum is looked for: none that was measured was bad."""
_OVERFITTED = 1.25
"""σ on the validation points over that on the training points, from which more points help more than a higher
degree."""
_WORTH = 0.6
"""The share of a stage's time after which little is left to win: on P(1,1,1,2,5)[10] σ falls from 1.1e-1 to 5.6e-4 in
six iterations of fourteen, and to 4.9e-4 in all. A stage that the deadline cuts there is as good as done."""
_WORTH_NEAR = 0.2
"""The same of a stage with points that are added: it begins near the best potential, and in the time of the one
before is a search for the worst point."""


class Candidate(NamedTuple):
    """The best potential of a stage.

    Attributes:
        family: the one that it is of.
        fit, split: the same of its problem and points.
        vector: its state.
    """

    family: Family
    fit: Fit
    split: Split
    vector: np.ndarray


class Searched(NamedTuple):
    """Where a search ended.

    Attributes:
        candidates: the best potentials of its stages, that with the smallest σ first; each is prepared when it is asked
            for.
        result: why the last stage stopped.
    """

    candidates: Iterator[Candidate]
    result: Result


def search_potential(
    variety: AbstractVariety,
    family: Family,
    options: FitOptions,
    points: Points,
    log: FitLog,
    *,
    start: KahlerPotential | None,
    seed: np.random.SeedSequence,
    deadline: float | None,
) -> Searched:
    """Search the potential on some of `points`, from the last checkpoint of `log` if there is one.

    Where the user chose neither a degree nor a number of iterations and the residual no longer falls, the search goes
    on from the best potential so far, with more points where these are too few for its parameters, else with the next
    higher degree. Without a deadline it does so while σ is above `ENOUGH` and there are at most `MOST_UNKNOWNS`; with
    one, as long as most of the next stage is expected to be done before it; a full Hermitian matrix goes to the next
    degree first, for which more points are drawn where there are too few. Where coefficients cancel, so that ω is not
    closed to rounding, the search goes back to lower degrees until it is. Where the best metric is not positive
    somewhere, `auto` goes on with a mixed potential for weights above 1. Where it is bad at its worst point, points are
    added there, and the search goes on with them.
    """
    stage = _stage(family, options, variety, points)
    stages, state = Stages(variety, stage, points, log, options.seed), log.restore()
    if log.stages:
        stage = stages[-1]
    while True:
        begun = time.monotonic()
        split, fit = stages.problem(stage)
        if state is None:
            state = _first_state(stage, fit, split, log, start, seed)
            log.begin(stage.to_record(), fit)
        else:
            log.resume(fit)
        state, result = _iterated(fit, state, options, log, deadline)
        if not log.history:
            return Searched(iter([Candidate(stage.family, fit, split, state.vector)]), result)
        following = _next(stages, stage, options, begun, deadline) if result is Result.CONVERGED else None
        if following is None:
            break
        goes_on_from = len(log.stages) - 1 if following.worst_of is None else following.worst_of
        start, state, stage = stages.best_potential(goes_on_from), None, following
        log.leave()
        del fit, split  # the tables of two stages are not in memory at once
    return Searched(_candidates(stages, {len(log.stages) - 1: (split, fit)}), result)


def _candidates(stages: Stages, prepared: dict[int, tuple[Split, Fit]]) -> Iterator[Candidate]:
    log = stages.log
    ranking = log.ranking
    for place, i in enumerate(ranking):
        stage = stages[i]
        split, fit = prepared.pop(i) if i in prepared else stages.problem(stage)
        family = _explained(stages.first, stage, log)
        cancelled = [j for j in ranking if j != i and (j in ranking[:place] or log.stages[j].get("closed") is False)]
        if cancelled:
            degrees = " and ".join(str(log.stages[j]["degree"]) for j in sorted(cancelled))
            family = family._replace(reason=f"{family.reason}; of degree {degrees} its coefficients cancelled")
        yield Candidate(family, fit, split, log.best_vectors[i])


def _first_state(
    stage: Stage, fit: Fit, split: Split, log: FitLog, start: KahlerPotential | None, seed: np.random.SeedSequence
) -> State:
    """At the potential that the user gave, and refused where that is no metric; at that of another variety or class, or
    of the stage before, as near as is one; else the family's own. A balanced start is taken again in another degree:
    what is nearest to the stage before in weighted features is no metric near points with isotropy."""
    ansatz = stage.family.ansatz
    if start is None or not log.stages:
        parameters = parameters_near(start, ansatz, split.train)
        if start is None or parameters is None or has_same_variety(start.ansatz, ansatz):
            return fit.start(parameters, seed)
        return fit.near(parameters)
    if ansatz == start.ansatz:
        return fit.near(start.parameters)
    if isinstance(ansatz, AlgebraicAnsatz) and ansatz.starts_balanced:
        return fit.start(None, seed)
    if isinstance(ansatz, MixedAnsatz):
        return fit.start(None, seed)
    assert isinstance(ansatz, AlgebraicAnsatz | HermitianAnsatz)
    return fit.near(project(ansatz, start, split.train))


def _iterated(fit: Fit, state: State, options: FitOptions, log: FitLog, deadline: float | None) -> tuple[State, Result]:
    if options.optimiser == "lm":
        return fit.search(state, options.most_iterations, log, deadline)
    assert isinstance(fit, FeatureFit)
    found = adam(
        fit.train_here(),
        state,
        epochs=options.most_iterations,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        seed=options.seed,
        on_epoch=log,
        deadline=deadline,
    )
    return found.state, found.result


def _next(stages: Stages, stage: Stage, options: FitOptions, begun: float, deadline: float | None) -> Stage | None:
    """What a stage that stands still, and has begun at `begun`, is followed by."""
    log = stages.log
    free = stage.worst_of is None and not (options.degree or options.iterations) and options.optimiser == "lm"
    closed = not free or not isinstance(stage.family.ansatz, AlgebraicAnsatz) or stages.is_closed(len(log.stages) - 1)
    if not closed and not any(stages.is_closed(i) for i in range(len(log.stages) - 1)):
        family = smaller(stage.family)
        return None if family is None else _stage(family, options, stages.variety, stages.points)
    if free and closed and _improves(log) and (deadline is not None or not _is_enough(log)):
        candidates = _followings(stage, stages.variety, options, stages.points, log)
        affordable = (each for each in candidates if _affordable(stage, each, begun, deadline))
        if (following := next(affordable, None)) is not None:
            return following
    if options.iterations or options.optimiser != "lm":
        return None
    following = _mixed(stages, options) or _with_worst_points(stages)
    return following if following is not None and _affordable(stage, following, begun, deadline) else None


def _mixed(stages: Stages, options: FitOptions) -> Stage | None:
    """A mixed potential, where `auto` took an algebraic one and the best that was found is not positive somewhere."""
    log, first = stages.log, stages.first.family
    family = mixed_instead(first) if options.ansatz == "auto" and options.degree is None else None
    if family is None or log.best is None or log.best["sigma_validation"] <= GOOD:
        return None
    if any(stage.get("kind") == family.kind for stage in log.stages):
        return None
    if not np.isinf(stages.worst(log.ranking[0]).value):
        return None
    return _stage(family, options, stages.variety, stages.points)


def _with_worst_points(stages: Stages) -> Stage | None:
    """The stage of the best potential again, with more points where that is worst, if it is bad there. Where that is no
    metric the last stage goes on, once there are added points, as it has all of them."""
    log, rounds = stages.log, sum(stage.get("worst_of") is not None for stage in stages.log.stages)
    if log.best is None or log.best["sigma_validation"] <= GOOD:
        return None
    last = len(log.stages) - 1
    if rounds:
        stages.worst(last)
    best, most = log.ranking[0], ROUNDS
    if np.isinf(stages.worst(best).value):
        best, most = last if rounds else best, MENDING_ROUNDS
    return stages[best]._replace(worst_of=best) if stages.worst(best).value > BAD and rounds < most else None


def _improves(log: FitLog) -> bool:
    """Whether the present stage has the best state of all."""
    return log.best_of_stage is not None and log.best_of_stage is log.best


def _is_enough(log: FitLog) -> bool:
    return log.best is not None and log.best["sigma_validation"] <= ENOUGH


def _followings(
    stage: Stage, variety: AbstractVariety, options: FitOptions, points: Points, log: FitLog
) -> Iterator[Stage]:
    """What to go on with where the residual no longer falls, if the points and the user leave anything, the best
    first."""
    if isinstance(stage.family.ansatz, HermitianAnsatz) and options.training_points is None:
        yield from following_stages(stage)
        return
    best = log.best_of_stage
    assert best is not None
    if best["sigma_validation"] > _OVERFITTED * best["sigma_train"]:
        more = min(2 * stage.training_points, most_training_points(points))
        if options.training_points is None and more > stage.training_points:
            yield Stage(stage.family, more)
        return
    family = larger(stage.family)
    if family is not None and fits(family.ansatz, points):
        yield _stage(family, options, variety, points)


def _stage(family: Family, options: FitOptions, variety: AbstractVariety, points: Points) -> Stage:
    wanted = training_points(options.training_points, family.ansatz, variety)
    return Stage(family, min(wanted, most_training_points(points)))


def _affordable(stage: Stage, following: Stage, begun: float, deadline: float | None) -> bool:
    """Whether there is time for most of it, by what the stage took that has begun at `begun`, times the ratio of the
    work; without a deadline, whether there are few unknowns."""
    if deadline is None:
        return following.worst_of is not None or following.family.ansatz.unknowns <= MOST_UNKNOWNS
    now, worth = time.monotonic(), _WORTH if following.worst_of is None else _WORTH_NEAR
    return now + worth * (now - begun) * following.work / stage.work < deadline


def _explained(first: Stage, best: Stage, log: FitLog) -> Family:
    """The family of the best potential, with what was tried before it."""
    family, degree = best.family, degree_of(first.family)
    if family.kind != first.family.kind:
        return family
    if best.worst_of is not None:
        family = family._replace(reason=f"{family.reason}; with more points where it was worst")
    if degree == degree_of(family):
        return family
    sigma = log.stages[0]["sigma_validation"]
    return family._replace(reason=f"{family.reason}; of degree {degree} it stood still at sigma {sigma:.1e}")
