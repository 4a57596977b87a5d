"""`g2links.pipeline`: the whole workflow, from a polynomial to checked networks, in one call."""

import html
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from g2links.errors import ArtefactError, InputError
from g2links.records import StepRecord
from g2links.settings.config import TASKS
from g2links.settings.quick_sizes import size
from g2links.storage.journal import Journal
from g2links.storage.layout import Home
from g2links.storage.published_sets import open_set
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.check import CheckReport, check
from g2links.workflow.link_samples import LinkSamples
from g2links.workflow.plan import Plan
from g2links.workflow.polynomials import refusals_name_the_file, resolve_variety
from g2links.workflow.progress import ProgressWish
from g2links.workflow.sample import open_samples, sample
from g2links.workflow.solve import open_run, solve
from g2links.workflow.step_report import StepReport
from g2links.workflow.steps import check_step, metric_step, network_step, report_step, samples_step
from g2links.workflow.train import TrainedNetwork, open_network, train


@dataclass(frozen=True, eq=False, repr=False)
class Pipeline:
    """What every step of the workflow gave.

    Attributes:
        cy: the metric.
        data: of the link; None where the complex dimension is not 3, as are the networks.
        networks: by task.
        reports: of the checks, by name; the model check once for each method of ψ. Those that an interrupted call had
            made before are not among them.
        steps: with `home`, the record of every step, by name.
        seconds: that this call took.
    """

    cy: CalabiYau
    data: LinkSamples | None
    networks: Mapping[str, TrainedNetwork]
    reports: Mapping[str, CheckReport]
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the metric is good enough and all checks passed, and with `home` all steps."""
        return self.cy.passed and not self.failed and all(report.passed for report in self.reports.values())

    @property
    def failed(self) -> list[str]:
        """The names of the steps of a home that failed."""
        return [name for name, record in self.steps.items() if not record.get("passed", True)]

    @property
    def failures(self) -> list[str]:
        """One sentence for each threshold that does not hold."""
        found = {"cy": list(self.cy.verdict.failures)}
        found |= {name: report.failures for name, report in self.reports.items()}
        if self.steps:
            found = {name: self.steps[name].get("failures", ["a threshold does not hold"]) for name in self.failed}
        return [f"{name}: {failure}" for name, failures in found.items() for failure in failures]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{name} {'passed' if r.passed else 'FAILED'}" for name, r in self.reports.items())
        return "\n".join([repr(self.cy), *map(repr, self.networks.values()), f"checks: {verdicts}", *self.failures])

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def pipeline(
    variety: CalabiYau | AbstractVariety | Polynomial | str = "fermat_quintic",
    *,
    weights: tuple[int, ...] | None = None,
    n_points: int | None = None,
    n_rotations: int | None = None,
    check_points: int | None = None,
    seed: int = 0,
    quick: bool = False,
    solving: Mapping[str, Any] | None = None,
    sampling: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    checking: Mapping[str, Any] | None = None,
    home: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    say: Callable[[str], None] = lambda _: None,
    tell: Callable[[StepReport], None] | None = None,
    progress: ProgressWish = None,
) -> Pipeline:
    """Metric, data of the link, a network of each task, and the checks; outside complex dimension 3 the metric and its
    checks.

    Without `home` nothing is written. With `home` every step is saved there, as by the command `g2links pipeline`, and
    at the end a page about the run (`g2links.report`); interrupted, the same call skips the steps that are done and
    resumes the one that was cut off.

    Args:
        variety: V, an expression, a name or a file as for `g2links.solve`, or a metric that is solved already.
        weights: of an expression; 1 each if not given.
        n_points: on V; 100,000 if not given, with `quick` 6,000, or 20,000 for weights above 1, or 30,000 where f has
            little symmetry.
        n_rotations: of each point along the circle; 4 if not given, 2 with `quick`.
        check_points: of each check; 1,000 if not given, 100 with `quick`.
        seed: of every random choice.
        quick: small sizes: two or three minutes, not for results.
        solving, sampling, training, checking: more options of `g2links.solve`, `.sample`, `.train` and `.check`.
        home: the folder of runs, data sets and pictures.
        fresh: with `home`: forget an interrupted call, and start anew.
        say: with `home`: called with what every step did, in words.
        tell: with `home`: called with the report of every step, in place of `say` with its lines.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError: for what cannot be, before any work.
        TrainingError: when a network cannot be trained.
        ArtefactError: when another pipeline works in the home, or the disk refuses.

    Example:
        >>> result = g2links.pipeline("dwork(0.3)", quick=True)  # doctest: +SKIP
        >>> result.passed, result.networks["3form"].relative_error  # doctest: +SKIP
    """
    solved = isinstance(variety, CalabiYau)
    if solved and (weights is not None or n_points is not None or solving):
        raise InputError("variety", variety, "a variety, where it is said how to solve it")
    if solved and home is not None:
        raise InputError("variety", variety, "a variety, where the steps are saved in a home")
    plan = Plan(
        variety if isinstance(variety, CalabiYau) else resolve_variety(variety, weights),
        {**({} if n_points is None else {"n_points": n_points}), "seed": seed, **(solving or {})},
        {"n_rotations": size("n_rotations", n_rotations, quick), "seed": seed, **(sampling or {})},
        {"seed": seed, **(training or {})},
        {"n_points": size("check_points", check_points, quick), "seed": seed, **(checking or {})},
        quick,
    )
    with refusals_name_the_file(variety):
        plan.require_sensible(None if home is None else Home(home))
    if home is None:
        return _in_memory(plan, progress)

    def lines(step: StepReport) -> None:
        for words in step.words:
            say(str(words))

    return _in_home(Home(home), plan, plan.config(Home(home)), fresh, say, tell or lines, progress)


def _in_memory(plan: Plan, progress: ProgressWish) -> Pipeline:
    begun = time.monotonic()
    cy = plan.subject
    if not isinstance(cy, CalabiYau):
        limit = plan.solving.get("time_limit")
        cy = solve(cy, progress=progress, time_limit=limit, **asdict(plan.fit_options))
    data: LinkSamples | None = None
    networks: dict[str, TrainedNetwork] = {}
    if plan.with_link:
        data = sample(cy, progress=progress, **plan.sampling)
        networks = {task: train(data, task, progress=progress, **plan.hyperparameters) for task in TASKS}
    reports = {
        label: check(name, cy=cy, networks=networks if name == "model" else None, progress=progress, **options)
        for label, (name, options) in plan.checks.items()
    }
    return Pipeline(cy, data, networks, reports, seconds=time.monotonic() - begun)


def _in_home(
    home: Home,
    plan: Plan,
    config: Mapping[str, Any],
    fresh: bool,
    say: Callable[[str], None],
    tell: Callable[[StepReport], None],
    progress: ProgressWish,
) -> Pipeline:
    """Every step with its files; a journal knows those that an interrupted call has done."""
    started = time.monotonic()
    made: dict[str, StepReport] = {}
    with Journal(home, config, fresh=fresh) as journal:
        if not plan.with_link:
            say(f"note: {_why_no_link(plan.variety)}")
        for name, step in _steps(home, plan, journal, progress).items():
            if name in journal.done and not (name == "sample" and _sampled_by_others(home, journal)):
                say(f"== {name}: done before, skipped")
                continue
            say(f"== {name}")
            begun = time.monotonic()
            _require_same_inputs(home, plan, config)
            made[name] = step()
            tell(made[name])
            if made[name].interrupted:
                raise KeyboardInterrupt
            _require_same_inputs(home, plan, config)
            journal.record(name, {**made[name].record, "wall_seconds": time.monotonic() - begun})
        steps = dict(journal.done)
        journal.finish()
    return Pipeline(
        open_run(home.path, steps["cy"]["cy_run"]),
        open_samples(home) if plan.with_link else None,
        {task: _network(home, task, steps, made) for task in TASKS} if plan.with_link else {},
        {label: made[f"check {label}"].result for label in plan.checks if f"check {label}" in made},
        steps,
        time.monotonic() - started,
    )


def _why_no_link(variety: AbstractVariety) -> str:
    if not variety.is_integral:
        return "a Kähler class that is not integral has no circle bundle; the metric alone"
    return "no G2-structure outside complex dimension 3; the metric and the contact structure alone"


def _require_same_inputs(home: Home, plan: Plan, config: Mapping[str, Any]) -> None:
    """Refuse hyperparameters that were changed since the pipeline began: its steps would be of two kinds.

    Asked before each step and after it, so that what a step has read is what the pipeline is known by.
    """
    if plan.config(home) != config:
        file = plan.hyperparameters_file(home)
        raise ArtefactError(f"{file}: changed while the pipeline worked; the same command again begins anew with it")


def _steps(home: Home, plan: Plan, journal: Journal, progress: ProgressWish) -> dict[str, Callable[[], StepReport]]:
    """The steps by name; each reads the run number of the metric from the journal."""

    def run() -> int | None:
        return journal.done["cy"]["cy_run"]

    def metric() -> StepReport:
        limit = plan.solving.get("time_limit")
        return metric_step(home, plan.variety, plan.fit_options, time_limit=limit, progress=progress)

    def judge(name: str, options: Mapping[str, Any]) -> StepReport:
        return check_step(home, name, cy_run=run(), progress=progress, **options)

    def learn(task: str) -> StepReport:
        if _sampled_by_others(home, journal):
            raise ArtefactError(
                f"{home.link_data}: these are not the data sets of this pipeline, but those of another command; "
                "the same command again makes its own"
            )
        return network_step(home, task, cy_run=run(), progress=progress, **plan.hyperparameters)

    def describe() -> StepReport:
        return report_step(home, cy_run=run(), progress=progress)

    checks = {f"check {label}": partial(judge, *chosen) for label, chosen in plan.checks.items()}
    if not plan.with_link:
        return {"cy": metric, **checks, "report": describe}
    return {
        "cy": metric,
        "sample": lambda: samples_step(home, cy_run=run(), progress=progress, **plan.sampling),
        **{f"train {task}": partial(learn, task) for task in TASKS},
        **checks,
        "report": describe,
    }


def _sampled_by_others(home: Home, journal: Journal) -> bool:
    """Whether the data sets of the home are no longer those that the pipeline made."""
    own = journal.done["sample"].get("set_sha256")
    try:
        return own not in (None, open_set(home.link_data).manifest.content_sha256)
    except ArtefactError:
        return True


def _network(home: Home, task: str, steps: Mapping[str, StepRecord], made: Mapping[str, StepReport]) -> TrainedNetwork:
    """That of this call, or of an interrupted one before."""
    name = f"train {task}"
    return made[name].result if name in made else open_network(home, task, steps[name]["g2_run"])
