"""`g2links instanton`: the Chern connection of TV over the link."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session, require_home


def instanton(
    cy_run_number: options.CyRun = None,
    n_points: Annotated[int, typer.Option("--n-points", min=1, help="Points, about; at least 100.")] = 5000,
    charge: Annotated[int, typer.Option("--charge", help="q of the line bundle O(q) whose slope is said.")] = 1,
    seed: options.Seed = 0,
    plot: options.Picture = None,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """How far the Chern connection is from a G2-instanton, and its energy. Exit code 1 if an integral is not exact."""
    from g2links.settings.limits import require_picture
    from g2links.storage.layout import Home
    from g2links.workflow.quantity_steps import instanton_step

    session = Session(json, quiet, verbose)
    require_home(home)
    require_picture(plot, "--plot")
    session.finish(
        instanton_step(
            Home(home),
            cy_run=cy_run_number,
            plot=plot,
            n_points=n_points,
            charge=charge,
            seed=seed,
            progress=session.progress,
        )
    )
