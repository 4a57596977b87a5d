"""Step 1: solve the Monge-Ampère equation and save the Calabi-Yau metric as a run."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import numpy as np

from g2links.checks.tolerances import ROUNDING
from g2links.errors import InputError, NotPositiveError
from g2links.networks.cy_model import CalabiYauMetric
from g2links.parallel import processes
from g2links.potentials.families import Ansatz, KahlerPotential, unravel
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.own import OwnAnsatz, require_invariant
from g2links.records import MetricRecord
from g2links.ricci_flat.family import Family
from g2links.ricci_flat.fitting import Fit
from g2links.settings.limits import require_seconds
from g2links.storage.arrays import ArraySpec, read_arrays, write_arrays
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.cy_points import remove_points_of_no_run, write_points
from g2links.storage.fit_log import FitLog, Progress
from g2links.storage.keras_files import write_model
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM, find_cy
from g2links.storage.numbering import Run, claim_run
from g2links.storage.provenance import now, provenance
from g2links.storage.records import read_record
from g2links.varieties.points.sampling import Points, effective_sample_size
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.fit_measures import FitMeasures, measure_fit
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.fit_search import Candidate, search_potential
from g2links.workflow.fit_start import potential_of

_SAFE_SHARES = (0.01, 0.03, 0.1, 0.3, 0.6)
"""Of a vector whose metric is positive everywhere, tried before that vector itself."""
_TRIED_POINTS = 20
"""Where it is seen whether a user's potential is a function on V."""

_RATIO, _RATIO_ARRAYS = "monge_ampere.npz", ("ratio", "weights")
"""What the picture of a run is drawn from, kept in its work folder until that is drawn."""


@dataclass
class FitReport:
    """What step 1 did: the run, its record (as in the JSON beside the model), and η/<η> with weights at test points,
    for the picture; None for a run that an earlier version has published and not finished."""

    run: int
    record: MetricRecord
    ratio: tuple[np.ndarray, np.ndarray] | None
    notes: list[str] = field(default_factory=list)
    resumed: bool = False
    model_path: str = ""


def fit_cy(
    home: Home,
    variety: AbstractVariety,
    options: FitOptions,
    *,
    progress: Progress = lambda *_: None,
    time_limit: float | None = None,
    fresh: bool = False,
    family: Family | None = None,
    complete: Callable[[FitReport], None] = lambda _: None,
) -> FitReport:
    """Draw points, train the Kähler potential, measure it on other points, and save the run.

    The same call after an interruption resumes from the last checkpoint and ends with the same bits. `family` takes the
    place of the one that the options mean; `complete` writes what else belongs to the run, which is not finished
    before.

    Raises:
        InputError, PolynomialError: for options or a polynomial that cannot be used.
        ArtefactError: when the disk refuses.
    """
    started = time.monotonic()
    require_seconds(time_limit)
    family = family or options.family(variety)
    _require_shared(options, family)
    ansatz = family.ansatz
    progress("looking for singular points", 0, 1)
    variety.require_solvable()
    earlier = None if options.start_from is None else find_cy(home, options.start_from)
    start = None if earlier is None else potential_of(earlier, variety, ansatz)
    config = {"polynomial": variety.to_config(), "ansatz": ansatz.to_config(), "options": asdict(options)}
    if earlier is not None:
        config["start_from"] = {"sha256": earlier.sha256}
    if isinstance(ansatz, OwnAnsatz):
        config["potential"] = {"sha256": ansatz.fingerprint()}
    with claim_run(home.make(home.cy_models), CY_STEM, config, fresh=fresh) as run:
        remove_points_of_no_run(home)
        notes = [] if run.note is None else [run.note]
        if run.published:
            record, ratio = read_record(run.json_path, MetricRecord), _read_ratio(run)
        else:
            progress("drawing points", 0, 1)
            points = draw_points(variety, options)
            before, checkpoints = time.monotonic() - started, Checkpoints(run.work)
            solved = solve_monge_ampere(
                variety,
                family,
                options,
                points,
                start=start,
                checkpoints=checkpoints,
                progress=progress,
                deadline=None if time_limit is None else started + time_limit,
            )
            solved.record["figures"]["seconds"] += before
            ratio = solved.ratio, solved.test.weights
            write_arrays(run.work / _RATIO, dict(zip(_RATIO_ARRAYS, ratio, strict=True)))
            if processes.count() > 1:
                solved.record["processes"] = processes.count()
            if time_limit is not None:
                solved.record["time_limit"] = float(time_limit)
            record = publish(home, run, variety, points, solved)
            notes += checkpoints.notes
        report = FitReport(run.number, record, ratio, notes, run.resumed, str(run.model_path))
        complete(report)
        run.finish()
    return report


def _require_shared(options: FitOptions, family: Family) -> None:
    """Several processes share what they can.

    Raises:
        InputError: for a search that only one can do.
    """
    if processes.count() == 1:
        return
    if options.optimiser != "lm":
        raise InputError("--optimiser", options.optimiser, "lm on several processes, as they share its sums")
    if isinstance(family.ansatz, MixedAnsatz | OwnAnsatz):
        raise InputError("--ansatz", family.kind, "algebraic or neural on several processes; this one runs on one")


def _read_ratio(run: Run) -> tuple[np.ndarray, np.ndarray] | None:
    """Of a run that was stopped after it was published, and before it was complete; earlier versions kept none."""
    if not (run.work / _RATIO).exists():
        return None
    arrays = read_arrays(run.work / _RATIO, {name: ArraySpec(("n",)) for name in _RATIO_ARRAYS})
    ratio, weights = (arrays[name] for name in _RATIO_ARRAYS)
    return ratio, weights


def own_family(variety: AbstractVariety, ansatz: OwnAnsatz, options: FitOptions) -> Family:
    """The family of a user's potential, once it is known to be a function on V.

    Raises:
        InputError: where it is none, or for options of another family.
    """
    for name in ("degree", "widths", "activation"):
        if getattr(options, name) is not None:
            raise InputError(name, getattr(options, name), "not with a potential of your own")
    if options.ansatz != "auto":
        raise InputError("ansatz", options.ansatz, "not with a potential of your own")
    require_invariant(ansatz, variety, variety.sample(_TRIED_POINTS, options.seed))
    return Family(ansatz, "asked for")


class Solved(NamedTuple):
    """What a search found.

    Attributes:
        potential: u at its best state.
        record: figures, standard errors, history and settings, as plain data.
        ratio: (m,) η/<η> at the test points.
        test: those points, which neither training nor the choice of the best state has seen.
    """

    potential: KahlerPotential
    record: MetricRecord
    ratio: np.ndarray
    test: Points


def draw_points(variety: AbstractVariety, options: FitOptions) -> Points:
    """The points of V of a run, from the first of its two streams of random numbers."""
    return variety.sample(options.n_points, _streams(options)[0])


def solve_monge_ampere(
    variety: AbstractVariety,
    family: Family,
    options: FitOptions,
    points: Points,
    *,
    start: KahlerPotential | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda *_: None,
    deadline: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Solved:
    """Search the potential on some of `points` and measure it on others; touches the disk by `checkpoints` alone.

    Args:
        variety, family, options, points: what to solve, and where.
        start: a potential to begin near.
        checkpoints: where states are saved, and resumed from.
        progress: called with what is being done, steps done, and steps in all.
        deadline: a `time.monotonic()` after which the search ends at its best state.
        stop: asked after every iteration; True ends the search at its best state.
    """
    begun = time.monotonic()
    log = FitLog(checkpoints, progress, options.most_iterations, stop)
    candidates, result = search_potential(
        variety, family, options, points, log, start=start, seed=_streams(options)[1], deadline=deadline
    )
    found, (potential, measured, share) = _first_whole(variety, candidates, progress)
    ansatz, (train, validation, test) = found.family.ansatz, found.split
    seconds = time.monotonic() - begun + log.seconds_before
    record: MetricRecord = {
        "variety": variety.to_config(),
        "ansatz": ansatz.to_config(),
        "ansatz_reason": found.family.reason,
        "options": options.to_record(),
        "parameters": ansatz.unknowns,
        "points": {"train": train.n, "validation": validation.n, "test": test.n},
        "effective_sample_size": effective_sample_size(points.weights),
        "figures": {**measured.figures, "seconds": seconds},
        "standard_errors": measured.standard_errors,
        "supremum": measured.supremum,
        "stopped_because": result.value + _mixed(share),
        "iterations": log.history[-1]["iteration"] if log.history else 0,
        "best_iteration": log.best["iteration"] if log.best else 0,
        "stages": log.stages,
        "history": log.history,
        "versions": provenance(),
        "date": now(),
    }
    return Solved(potential, record, measured.ratio, test)


_Measured = tuple[KahlerPotential, FitMeasures, float]


def _first_whole(
    variety: AbstractVariety, candidates: Iterable[Candidate], progress: Progress
) -> tuple[Candidate, _Measured]:
    """The first that is a metric as it was found, with an ω that is closed to rounding, as coefficients of high degrees
    may cancel and cost its digits; else, of those that are closed, if there are any, that with the smallest σ.

    Raises:
        NotPositiveError: none is a metric, or can be made one.
    """
    tried: list[tuple[Candidate, _Measured]] = []
    closed: list[tuple[Candidate, _Measured]] = []
    refused: NotPositiveError | None = None
    for each in candidates:
        try:
            found = measured_fit(variety, each.family.ansatz, each.fit, each.vector, each.split.test, progress)
        except NotPositiveError as error:
            refused = refused or error
            continue
        _, measured, share = found
        tried.append((each, found))
        if measured.figures["d_omega"] <= ROUNDING:
            closed.append((each, found))
            if share == 0:
                return each, found
    if refused is not None and not tried:
        raise refused
    return min(closed, key=lambda each: each[1][1].figures["sigma"]) if closed else tried[0]


def measured_fit(
    variety: AbstractVariety, ansatz: Ansatz, fit: Fit, vector: np.ndarray, test: Points, progress: Progress
) -> _Measured:
    """The potential of a vector with what is measured of it; where its metric is not positive everywhere, that of the
    mean with the family's safe vector that is nearest to it among a few, and the share of the latter.

    Raises:
        NotPositiveError: where none of them helps, or the family has no safe vector.
    """

    def measured(vector: np.ndarray) -> tuple[KahlerPotential, FitMeasures]:
        potential = KahlerPotential(ansatz, unravel(ansatz, vector))
        return potential, measure_fit(variety, potential, test, progress)

    try:
        return *measured(vector), 0.0
    except NotPositiveError:
        safe = fit.safe()
        if safe is None:
            raise
    for share in _SAFE_SHARES:
        try:
            return *measured((1 - share) * vector + share * safe), share
        except NotPositiveError:
            continue  # the next share is larger, and the last one is all of the safe vector
    return *measured(safe), 1.0


def _mixed(share: float) -> str:
    if share == 0:
        return ""
    return f"; {100 * share:g} % of the coefficients are those of the start, as without them the metric is not positive"


def publish(home: Home, run: Run, variety: AbstractVariety, points: Points, solved: Solved) -> MetricRecord:
    """Save the metric and its record as a run; returns the record as it is saved."""
    record: MetricRecord = {**solved.record, "data_sha256": write_points(home, run.number, points)}
    model = CalabiYauMetric.from_potential(variety, solved.potential, record["figures"]["normalisation"])
    run.publish(lambda temporary: write_model(model, temporary, run.model_path), record)
    return record


def _streams(options: FitOptions) -> list[np.random.SeedSequence]:
    """One for the points, one for the start of the search."""
    return np.random.SeedSequence(options.seed).spawn(2)
