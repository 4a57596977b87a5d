"""`g2links export`: a run in the file format of another code."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session, require_home

app = typer.Typer(no_args_is_help=True, help="A run in the file format of another code.")


@app.callback()
def formats() -> None:
    """A run in the file format of another code."""


@app.command(epilog=options.example("export cymetric --cy-run-number 1 --out dataset.npz"))
def cymetric(
    cy_run_number: options.CyRun = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder, or file that ends in .npz (default: samples/cymetric_run{N} of --home)."),
    ] = None,
    n_points: Annotated[int | None, typer.Option("--n-points", help="Points (default: all of the run's).")] = None,
    validation: Annotated[float, typer.Option("--validation", help="Share of the validation points.")] = 0.1,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
) -> None:
    """Points, weights, pullbacks and the metric as the dataset.npz of cymetric (arXiv:2111.01436)."""
    from g2links.storage.layout import Home
    from g2links.workflow.export import export_cymetric

    session = Session(json, quiet)
    require_home(home)
    made = export_cymetric(Home(home), cy_run_number, out, n_points, validation)
    session.write_json({"command": "export", **made})
    session.say(f"Calabi-Yau run {made['cy_run']} in the layout of cymetric: {made['path']}")
    session.name_file(made["path"])
    session.say(f"  points  {made['points']['train']} train + {made['points']['validation']} validation")
    session.say(f"  sigma   {made['sigma_validation']:.3e} on the validation points, by the formula of that code")
