"""`g2links calibrated`: volumes and calibration angles of submanifolds that are known."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import choices, options
from g2links.cli.session import Session, require_home


def calibrated(
    submanifold: Annotated[
        str,
        typer.Argument(
            help="real-locus, special Lagrangian, with its associative lift; line or conic, a complex curve, with its "
            "associative circle bundle."
        ),
    ] = "real-locus",
    cy_run_number: options.CyRun = None,
    n_points: Annotated[
        int, typer.Option("--n-points", min=1, help="Points on it, and on what lies over it, about.")
    ] = 40_000,
    rule: Annotated[
        choices.Rule, typer.Option("--rule", help="Gauss's rules, or scrambled Sobol sequences.")
    ] = "gauss",
    turns: Annotated[
        str | None,
        typer.Option(
            "--turns",
            metavar="K K K K K",
            help="Another real structure: the points exp(i pi k/a) x with real x, where z^a is a term.",
        ),
    ] = None,
    seed: options.Seed = 0,
    plot: options.Picture = None,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """Volume and angles of a calibrated submanifold, and of what lies over it. Exit code 1 if a promise fails."""
    from g2links.settings.limits import require_picture
    from g2links.storage.layout import Home
    from g2links.workflow.quantity_steps import calibrated_step

    session = Session(json, quiet, verbose)
    require_home(home)
    require_picture(plot, "--plot")
    chosen = options.integers(turns, "--turns")
    session.finish(
        calibrated_step(
            Home(home),
            submanifold,
            cy_run=cy_run_number,
            plot=plot,
            n_points=n_points,
            rule=rule,
            turns=chosen,
            seed=seed,
            progress=session.progress,
        )
    )
