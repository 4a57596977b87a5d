"""`g2links train`: step 3."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import choices, options
from g2links.cli.session import Session, refuse_missing, require_home
from g2links.settings.quick_sizes import SMALL_TRAINING

_RUN_NUMBER = re.compile("[0-9]{1,9}")
"""What is a run number and not a path."""

_NETWORK, _TRAINING = "The network, in place of hps.yaml", "Its training, in place of hps.yaml"
"""Panels of the help."""


def train(
    task: Annotated[
        choices.Task | None,
        typer.Option("--task", help="What to learn: phi, the metric or psi (default: the task of hps.yaml)."),
    ] = None,
    hyperparameters: Annotated[
        Path | None,
        typer.Option("--hyperparameters", help="YAML file (default: hyperparameters/hps.yaml, else built in)."),
    ] = None,
    architecture: Annotated[
        choices.Architecture | None,
        typer.Option("--architecture", rich_help_panel=_NETWORK, help="The family of networks."),
    ] = None,
    layers: Annotated[int | None, typer.Option("--layers", rich_help_panel=_NETWORK, help="Hidden layers.")] = None,
    units: Annotated[
        str | None,
        typer.Option("--units", rich_help_panel=_NETWORK, help="Of each layer, or one number for all: 160 or 64,32."),
    ] = None,
    activation: Annotated[
        choices.Activation | None,
        typer.Option(
            "--activation",
            rich_help_panel=_NETWORK,
            metavar="NAME",
            help="Of all hidden layers: auto, tanh, gelu, gelu_tanh, swish, softplus, sine, elu or relu.",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", rich_help_panel=_TRAINING, help="Passes through the training points, at most."),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", rich_help_panel=_TRAINING, help="Points of each step.")
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", rich_help_panel=_TRAINING, help="The largest one of the schedule."),
    ] = None,
    saved_model: Annotated[
        str | None,
        typer.Option("--saved-model", rich_help_panel=_NETWORK, help="Run number or .keras file to continue from."),
    ] = None,
    cy_run_number: options.CyRun = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit", rich_help_panel=_TRAINING, help="Seconds after which training stops at the best state."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed of every random choice (default: that of the file).")
    ] = None,
    quick: options.Quick = False,
    fresh: options.Fresh = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """Step 3: train a network that predicts phi (3form), psi (4form) or the metric on the link."""
    from g2links.storage.layout import Home
    from g2links.workflow.steps import network_step

    session = Session(json, quiet, verbose)
    require_home(home)
    refuse_missing(hyperparameters, "--hyperparameters")
    given = {
        "architecture": architecture,
        "layers": layers,
        "units": units,
        "activation": activation,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "saved_model": saved_model,
        "seed": seed,
    }
    report = network_step(
        Home(home),
        task,
        hyperparameters=hyperparameters,
        cy_run=cy_run_number,
        time_limit=time_limit,
        fresh=fresh,
        progress=session.progress,
        **{**(SMALL_TRAINING if quick else {}), **training_options(given)},
    )
    session.finish(report)


def training_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters from options of this command: units may be one number or one for each layer, a model a run
    number or a path."""
    chosen = options.given(given)
    units, model = options.integers(chosen.get("units"), "--units"), chosen.get("saved_model")
    if units is not None:
        chosen["units"] = units[0] if len(units) == 1 else list(units)
    if model is not None and _RUN_NUMBER.fullmatch(model):
        chosen["saved_model"] = int(model)
    return chosen
