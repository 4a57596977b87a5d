"""`g2links report`: a run as one page of HTML."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session, require_home

_Open = Annotated[bool, typer.Option("--open", help="Show the page in the browser.")]


def report(
    cy_run_number: options.CyRun = None,
    g2_run_number: Annotated[
        int | None,
        typer.Option(
            "--g2-run-number", min=1, help="Run of the networks (default: the most recent that learned the metric)."
        ),
    ] = None,
    show: _Open = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """A run as one page of HTML: its figures, errors over V, checks and networks."""
    from g2links.storage.layout import Home
    from g2links.workflow.steps import report_step

    session = Session(json, quiet, verbose)
    require_home(home)
    made = report_step(Home(home), cy_run=cy_run_number, g2_run=g2_run_number, progress=session.progress)
    session.finish(made)
    if show and not webbrowser.open(made.result.resolve().as_uri()):
        session.warn("note: there is no browser to show it in")
