"""`g2links sample`: step 2."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import choices, options
from g2links.cli.session import Session, refuse_missing, require_home
from g2links.settings.quick_sizes import size


def sample(
    cy_run_number: options.CyRun = None,
    n_points: Annotated[
        int | None,
        typer.Option("--n-points", help="Base points (default: all of the run's; 100000 fresh ones)."),
    ] = None,
    n_rotations: Annotated[
        int | None, typer.Option("--n-rotations", help="Circle rotations of each base point (default: 4).")
    ] = None,
    source: Annotated[
        choices.Source, typer.Option("--source", help="The points of step 1 (run), or new ones (fresh).")
    ] = "run",
    hyperparameters: Annotated[
        Path | None,
        typer.Option(
            "--hyperparameters", help="YAML file whose `splits` are used (default: hyperparameters/hps.yaml)."
        ),
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(
            "--shard-size", help="Base points in a file; larger sets become series of files (default: all in one)."
        ),
    ] = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """Step 2: evaluate phi, psi, the metrics and the contact form on the link, and write the data sets."""
    from g2links.storage.layout import Home
    from g2links.workflow.steps import samples_step

    session = Session(json, quiet, verbose)
    require_home(home)
    refuse_missing(hyperparameters, "--hyperparameters")
    report = samples_step(
        Home(home),
        hyperparameters=hyperparameters,
        cy_run=cy_run_number,
        n_points=n_points,
        n_rotations=size("n_rotations", n_rotations, quick),
        source=source,
        seed=seed,
        shard_size=shard_size,
        progress=session.progress,
    )
    session.finish(report)
