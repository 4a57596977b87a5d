"""`g2links sample`: step 2."""

from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import Session, refuse_missing
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
    source: Annotated[str, typer.Option("--source", help="run (the points of step 1) or fresh (new ones).")] = "run",
    hyperparameters: Annotated[
        Path | None,
        typer.Option("--hyperparameters", help="YAML file whose `splits` are used [hyperparameters/hps.yaml]."),
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(
            "--shard-size", help="Base points in a file: larger sets become series of files [all in one file]."
        ),
    ] = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """Step 2: evaluate phi, psi, the metrics and the contact form on the link, and write the data sets."""
    session = Session(json)
    refuse_missing(hyperparameters, "--hyperparameters")
    rotations = size("n_rotations", n_rotations, quick)
    record = run_sample(session, home, cy_run_number, n_points, rotations, source, hyperparameters, seed, shard_size)
    session.write_json(record)


def run_sample(
    session: Session,
    home: Path,
    cy_run: int | None,
    n_points: int | None,
    n_rotations: int,
    source: str = "run",
    hyperparameters: Path | None = None,
    seed: int = 0,
    shard_size: int | None = None,
) -> dict[str, Any]:
    """Write the data sets and print what they hold; returns the record for `--json`."""
    from g2links.settings.config import load_hyperparameters
    from g2links.storage.layout import Home
    from g2links.workflow.sample import sample as write

    place = Home(home)
    splits = load_hyperparameters(hyperparameters or place.hyperparameters).splits
    with session.progress() as progress:
        data = write(
            n_points=n_points,
            n_rotations=n_rotations,
            source=source,
            splits=(splits.train, splits.validation, splits.test),
            seed=seed,
            home=home,
            cy_run=cy_run,
            shard_size=shard_size,
            progress=progress,
        )
    made = data.record
    base = made["base_points"]
    session.say(f"Link samples of Calabi-Yau run {made['cy_run']}: {made['rows']} rows in {place.link_data}")
    if made["files"] > 4:
        session.say(f"  files          {made['files']}, of at most {shard_size} base points each")
    session.say(f"  base points    {base['all']} = {base['train']} train + {base['val']} val + {base['test']} test")
    session.say(f"  rotations      {n_rotations} for each base point, none of which is in two sets")
    session.say(f"  effective sample size of the |Omega|^2 weights: {100 * made['effective_sample_size']:.1f} %")
    session.say(f"  {made['samples_per_second']:.0f} samples/s evaluated; {made['seconds']:.1f} s in all")
    return {"command": "sample", **made}
