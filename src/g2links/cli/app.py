"""The tree of commands."""

from typing import Annotated

import typer

from g2links import __version__
from g2links.cli import check, export, pipeline, runs
from g2links.cli.cite import cite
from g2links.cli.cy import cy
from g2links.cli.examples import examples
from g2links.cli.invariants import invariants
from g2links.cli.polynomials import polynomials
from g2links.cli.report import report
from g2links.cli.sample import sample
from g2links.cli.sweep import sweep
from g2links.cli.train import train


def build() -> typer.Typer:
    """The application `g2links`."""
    app = typer.Typer(
        name="g2links",
        help="G2-structures on Calabi-Yau links: computed, learned and checked.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=_options,
    )
    app.command()(cy)
    app.command()(sample)
    app.command()(train)
    app.add_typer(check.app, name="check")
    app.command("pipeline")(pipeline.pipeline)
    app.command()(report)
    app.add_typer(runs.app, name="runs")
    app.command()(polynomials)
    app.command()(invariants)
    app.add_typer(export.app, name="export")
    app.command()(sweep)
    app.command()(examples)
    app.command()(cite)
    return app


def _show_version(wanted: bool | None) -> None:
    if wanted:
        typer.echo(f"g2links {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool | None, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = None,
) -> None:
    pass
