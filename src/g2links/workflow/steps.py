"""The steps of the workflow in a home folder, as the commands and the pipeline take them: each calls its verb, draws
the pictures, and says what it did."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from g2links.checks.contract import Check
from g2links.checks.verdict import verdict
from g2links.plot.distributions import monge_ampere
from g2links.plot.histories import metric_history
from g2links.records import SavedSamplesRecord
from g2links.reports.canvas import SCREEN, save
from g2links.reports.summaries import metric_summary, network_summary, samples_summary
from g2links.settings.config import load_hyperparameters
from g2links.storage.files import require_writable
from g2links.storage.layout import Home
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.check import check
from g2links.workflow.fit import FitReport, fit_cy
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.report import report
from g2links.workflow.sample import sample
from g2links.workflow.samples import SavedArrays
from g2links.workflow.sizes import require_room_for_points
from g2links.workflow.step_report import StepReport, failed, notes_of
from g2links.workflow.train import TrainedNetwork, train


def metric_step(
    home: Home,
    variety: AbstractVariety,
    options: FitOptions,
    *,
    time_limit: float | None = None,
    fresh: bool = False,
    progress: ProgressWish = None,
    complete: Callable[[FitReport], None] = lambda _: None,
) -> StepReport:
    """Step 1: solve the metric and save it as a run; `complete` notes elsewhere that there is one, before it counts as
    finished.

    Raises:
        InputError: for more points than there is memory or disk for, and what `fit_cy` refuses.
    """
    require_room_for_points(variety, options.n_points, home)
    require_writable(home.plots)

    def finished(report: FitReport) -> None:
        _draw_metric(home, report)
        complete(report)

    with progress_if_watched(progress) as show:
        report = fit_cy(
            home,
            variety,
            options,
            progress=show,
            time_limit=time_limit,
            fresh=fresh,
            complete=finished,
        )
    record = report.record
    judged = verdict(record)
    said = metric_summary(
        record,
        variety=variety.name,
        run=report.run,
        resumed=report.resumed,
        model=report.model_path,
        picture=str(_history(home, report.run)),
        verdict=judged.words,
    )
    found = {
        "command": "cy",
        "cy_run": report.run,
        "ansatz": record["ansatz"]["kind"],
        "figures": record["figures"],
        "standard_errors": record["standard_errors"],
        "effective_sample_size": record["effective_sample_size"],
        "supremum": record.get("supremum"),
        "thresholds": judged.thresholds,
        "verdict": judged.words,
        "failures": list(judged.failures),
        "advice": judged.advice,
        "passed": judged.passed,
        "model": report.model_path,
    }
    to_do = [f"to do: {judged.advice}"] if judged.advice else []
    notes, ending = notes_of(report.notes), [*failed([*judged.failures]), *to_do]
    warnings = [*notes, *(line for line in said if line.startswith("warning: ")), *ending]
    return StepReport(found, [*notes, *said, *ending], None, warnings, [report.model_path])


def _draw_metric(home: Home, report: FitReport) -> None:
    home.make(home.plots)
    record = report.record
    save(metric_history(record["history"], cy_run=report.run), _history(home, report.run), dpi=SCREEN)
    if report.ratio is not None:
        worst = record.get("supremum")
        figure = monge_ampere(
            *report.ratio,
            limit=verdict(record).thresholds["sigma"].get("at_most"),
            supremum=None if worst is None else worst["value"],
            cy_run=report.run,
            split="test points",
        )
        save(figure, home.plots / f"cy_monge_ampere_run{report.run}.png", dpi=SCREEN)


def _history(home: Home, run: int) -> Path:
    return home.plots / f"cy_history_run{run}.png"


def samples_step(home: Home, *, hyperparameters: Path | None = None, **options: Any) -> StepReport:
    """Step 2: `g2links.sample` with the shares of the user's hyperparameters.

    Args:
        hyperparameters: a YAML file in place of that of the home.
        options: of `g2links.sample`.
    """
    if "splits" not in options:
        splits = load_hyperparameters(hyperparameters or home.hyperparameters).splits
        options["splits"] = (splits.train, splits.validation, splits.test)
    data = sample(home=home.path, **options)
    saved = cast("SavedSamplesRecord", data.record)
    arrays = cast("SavedArrays", data.arrays)
    found = {"command": "sample", "set_sha256": arrays.sha256, **saved}
    files = [str(home.link_data / name) for name in arrays.files]
    return StepReport(found, samples_summary(saved, folder=str(home.link_data)), data, (), files)


def network_step(home: Home, task: str | None, **options: Any) -> StepReport:
    """Step 3: `g2links.train` in a home, with pictures; the options are those of it."""
    require_writable(home.plots)
    pictures: list[str] = []

    def draw(network: TrainedNetwork) -> None:
        pictures.extend(network.plot(home.make(home.plots)))

    network = train(task=task, home=home.path, complete=draw, **options)
    record = network.record
    assert network.g2_run is not None
    said = network_summary(
        record,
        run=network.g2_run,
        resumed=network.resumed,
        model=str(network.path),
        pictures=pictures[0].replace("_history", "_*"),
    )
    found = {
        "command": "train",
        "task": record["task"],
        "architecture": record["hyperparameters"]["architecture"],
        "g2_run": network.g2_run,
        "cy_run": record["cy_run"],
        "figures": record["figures"],
        "thresholds": {},
        "passed": not network.failures,
        "model": network.path,
    }
    notes, missed = notes_of(network.notes), failed(network.failures)
    return StepReport(found, [*notes, *said, *missed], network, [*notes, *missed], [str(network.path)])


def check_step(home: Home, name: str | Check, **options: Any) -> StepReport:
    """Step 4: `g2links.check` on runs of a home, with its files; the options are those of it."""
    require_writable(home.plots)
    report = check(name, home=home.path, **options)
    home.make(home.plots)
    paths = report.save(home.path)
    notes = notes_of(report.notes)
    warnings = [*notes, *failed([f"check {report.check.name}: {failure}" for failure in report.failures])]
    return StepReport(report.record, [*notes, *report.words, ", ".join(paths)], report, warnings, paths)


def report_step(home: Home, **options: Any) -> StepReport:
    """The page of a run: `g2links.report`; the options are those of it."""
    path = report(home=home.path, **options)
    said = [f"report of the run: {path}"]
    return StepReport({"command": "report", "file": str(path)}, said, path, (), [str(path)])
