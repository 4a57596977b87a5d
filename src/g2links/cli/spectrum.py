"""`g2links spectrum`: eigenvalues of the Laplacian of a solved metric."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import choices, options
from g2links.cli.session import Session, require_home


def spectrum(
    cy_run_number: options.CyRun = None,
    charge: Annotated[
        str, typer.Option("--charge", metavar="Q Q ...", help="Charges under the circle of the link; 0 for V.")
    ] = "0",
    form_degree: Annotated[
        int, typer.Option("--form-degree", min=0, max=2, help="0 for functions; 1 or 2 for the forms of V.")
    ] = 0,
    levels: Annotated[int, typer.Option("--levels", min=1, help="Eigenvalues for each charge, or type of forms.")] = 10,
    degree: Annotated[
        int | None,
        typer.Option("--degree", min=0, help="Degree of the functions (default: the highest that takes minutes)."),
    ] = None,
    n_points: Annotated[
        int | None, typer.Option("--n-points", min=2, help="Points of the run to average over (default: all).")
    ] = None,
    symmetry: Annotated[
        choices.FunctionSymmetry,
        typer.Option("--symmetry", help="What divides the functions: all symmetries of V, phases alone, or none."),
    ] = "all",
    require_error: Annotated[
        float, typer.Option("--require-error", help="Exit code 1 where a level has a larger relative error.")
    ] = 0.01,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """Eigenvalues of the Laplacian on V and, by charge, on its link, or on forms, with exact multiplicities."""
    from g2links.storage.layout import Home
    from g2links.workflow.quantity_steps import spectrum_step

    session = Session(json, quiet, verbose)
    require_home(home)
    charges = options.integers(charge, "--charge")
    session.finish(
        spectrum_step(
            Home(home),
            cy_run=cy_run_number,
            charge=charges,
            form_degree=form_degree,
            levels=levels,
            degree=degree,
            n_points=n_points,
            symmetry=symmetry,
            require_error=require_error,
            progress=session.progress,
        )
    )
