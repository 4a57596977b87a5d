"""`g2links train`: step 3."""

from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session, refuse_missing
from g2links.settings.quick_sizes import SMALL_TRAINING


def train(
    task: Annotated[str | None, typer.Option("--task", help="3form, metric or 4form [the task of hps.yaml].")] = None,
    hyperparameters: Annotated[
        Path | None,
        typer.Option("--hyperparameters", help="YAML file [hyperparameters/hps.yaml, else built in]."),
    ] = None,
    architecture: Annotated[str | None, typer.Option("--architecture", help="direct, ambient or potential.")] = None,
    layers: Annotated[int | None, typer.Option("--layers", help="Instead of the file's value.")] = None,
    units: Annotated[
        str | None, typer.Option("--units", help="Of each layer, or one number for all: 160 or 64,32.")
    ] = None,
    activation: Annotated[str | None, typer.Option("--activation", help="Instead of the file's value.")] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", help="Instead of the file's value.")] = None,
    batch_size: Annotated[int | None, typer.Option("--batch-size", help="Instead of the file's value.")] = None,
    learning_rate: Annotated[float | None, typer.Option("--learning-rate", help="Instead of the file's value.")] = None,
    saved_model: Annotated[
        str | None, typer.Option("--saved-model", help="Run number or .keras file to continue from.")
    ] = None,
    cy_run_number: options.CyRun = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", help="Seconds after which training stops at the best state."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Instead of the file's value.")] = None,
    quick: options.Quick = False,
    fresh: options.Fresh = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """Step 3: train a network that predicts phi (3form), psi (4form) or the metric on the link."""
    session = Session(json)
    refuse_missing(hyperparameters, "--hyperparameters")
    overrides = {
        **(SMALL_TRAINING if quick else {}),
        "architecture": architecture,
        "learning_rate": learning_rate,
        "saved_model": int(saved_model) if saved_model and saved_model.isdigit() else saved_model,
        "seed": seed,
    }
    given = {
        "layers": layers,
        "units": _units(units),
        "activation": activation,
        "epochs": epochs,
        "batch_size": batch_size,
    }
    overrides |= {name: value for name, value in given.items() if value is not None}
    record = run_train(session, home, task, hyperparameters, overrides, cy_run_number, time_limit, fresh)
    session.write_json(record)
    if not record["passed"]:
        raise typer.Exit(FAILED)


def _units(text: str | None) -> int | list[int] | None:
    numbers = options.integers(text, "--units")
    return numbers if numbers is None else numbers[0] if len(numbers) == 1 else list(numbers)


def run_train(
    session: Session,
    home: Path,
    task: str | None,
    hyperparameters: Path | None,
    overrides: dict[str, Any],
    cy_run: int | None = None,
    time_limit: float | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Train, plot and print; returns the record for `--json`."""
    from g2links.reports.histories import plot_training_history
    from g2links.reports.labels import TASK_ERRORS, TASKS
    from g2links.reports.locations import plot_error_locations
    from g2links.reports.predictions import plot_component_errors, plot_predictions
    from g2links.reports.statistics import judge
    from g2links.settings.config import load_hyperparameters
    from g2links.storage.layout import Home
    from g2links.workflow.training_run import train_link_model

    place = Home(home)
    chosen = load_hyperparameters(hyperparameters or place.hyperparameters, task, overrides)
    place.make(place.plots)
    with session.progress() as progress:
        report = train_link_model(place, chosen, cy_run, progress=progress, time_limit=time_limit, fresh=fresh)
    for note in report.notes:
        session.say(f"note: {note}")
    record, figures = report.record, report.record["figures"]
    labels: dict[str, Any] = {"task": chosen.task, "cy_run": record["cy_run"], "g2_run": report.run}
    stem = place.plots / f"{chosen.task}_run{report.run}"
    plot_training_history(f"{stem}_history.png", record["history"], **labels)
    plot_predictions(f"{stem}_predictions.png", report.truth, report.prediction, **labels)
    plot_component_errors(f"{stem}_component_errors.png", report.truth, report.prediction, **labels)
    plot_error_locations(
        f"{stem}_error_locations.png",
        report.shares,
        {TASK_ERRORS[chosen.task]: report.errors},
        what=f"Error of {TASKS[chosen.task].title} over V",
        weighted=report.weighted,
        cy_run=record["cy_run"],
        g2_run=report.run,
    )
    points = record["base_points"]
    session.say(
        f"Network for {chosen.task} ({chosen.architecture}): run {report.run}{' (resumed)' if report.resumed else ''}"
    )
    session.say(f"  base points     {points['train']} train, {points['validation']} validation, {points['test']} test")
    session.say(
        f"  relative error  {figures['relative_error']:.3e} on held-out base points "
        f"({figures['relative_error_train']:.3e} on training points)"
    )
    on_training = figures["normalised_rmse_train"]
    session.say(f"  normalised RMSE {figures['normalised_rmse']:.3e} ({on_training:.3e} on training points)")
    session.say(f"  best epoch {record['best_epoch']} of {len(record['history'])}: {record['stopped_because']}")
    session.say(f"  {figures['seconds']:.1f} s; {report.model_path}; {stem}_*.png")
    failures = judge({name: value for name, value in figures.items() if value is not None}, {})
    for failure in failures:
        session.say(f"FAILED: {failure}")
    return {
        "command": "train",
        "task": chosen.task,
        "architecture": chosen.architecture,
        "g2_run": report.run,
        "cy_run": record["cy_run"],
        "figures": figures,
        "thresholds": {},
        "passed": not failures,
        "model": report.model_path,
    }
