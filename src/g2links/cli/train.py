"""`g2links train`: step 3."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import PROGRESS, Session, refuse_missing
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
    from g2links.storage.layout import Home
    from g2links.workflow.steps import network_step

    session = Session(json)
    refuse_missing(hyperparameters, "--hyperparameters")
    given = {
        "architecture": architecture,
        "layers": layers,
        "units": units_of(units),
        "activation": activation,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "saved_model": model_of(saved_model),
        "seed": seed,
    }
    report = network_step(
        Home(home),
        task,
        hyperparameters=hyperparameters,
        cy_run=cy_run_number,
        time_limit=time_limit,
        fresh=fresh,
        progress=PROGRESS,
        **{**(SMALL_TRAINING if quick else {}), **options.given(given)},
    )
    session.finish(report)


def units_of(text: str | None) -> int | list[int] | None:
    """One number, or one for each layer."""
    numbers = options.integers(text, "--units")
    return numbers if numbers is None else numbers[0] if len(numbers) == 1 else list(numbers)


def model_of(text: str | None) -> int | str | None:
    """A run number, or a path."""
    return int(text) if text and text.isdigit() else text
