"""The tree of commands."""

from typing import Annotated

import typer

from g2links import __version__
from g2links.cli import check, export, pipeline, runs
from g2links.cli.calibrated import calibrated
from g2links.cli.cite import cite
from g2links.cli.cy import cy
from g2links.cli.examples import examples
from g2links.cli.instanton import instanton
from g2links.cli.invariants import invariants
from g2links.cli.launch import launch
from g2links.cli.moduli import moduli
from g2links.cli.options import example
from g2links.cli.polynomials import polynomials
from g2links.cli.report import report
from g2links.cli.sample import sample
from g2links.cli.spectrum import spectrum
from g2links.cli.sweep import sweep
from g2links.cli.train import train


def build() -> typer.Typer:
    """The application `g2links`."""
    app = typer.Typer(
        name="g2links",
        help="G2-structures on Calabi-Yau links: computed, learned and checked.",
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
        pretty_exceptions_enable=False,
        callback=_options,
    )
    app.command(epilog=example("cy --polynomial 'dwork(0.3)' --time-limit 600"))(cy)
    app.command(epilog=example("sample --n-points 20000"))(sample)
    app.command(epilog=example("train --task 3form"))(train)
    app.add_typer(check.app, name="check")
    app.command("pipeline", epilog=example("pipeline --polynomial fermat_quintic --quick"))(pipeline.pipeline)
    app.command(epilog=example("report --cy-run-number 1 --open"))(report)
    app.add_typer(runs.app, name="runs")
    app.command(epilog=example("polynomials --polynomial 'z0^8+z1^8+z2^4+z3^4+z4^4' --weights 1 1 2 2 2"))(polynomials)
    app.command(epilog=example('invariants --where "h21 < 5" --out few.csv'))(invariants)
    app.command(epilog=example("spectrum --charge 0 --levels 6"))(spectrum)
    app.command(epilog=example("calibrated real-locus --plot real-locus.png"))(calibrated)
    app.command(epilog=example("instanton --n-points 5000"))(instanton)
    app.command(epilog=example("moduli --polynomial 'dwork(0.3)' --plot moduli.png"))(moduli)
    app.add_typer(export.app, name="export")
    app.command(epilog=example("sweep sweep.yaml --plot polynomial sigma"))(sweep)
    app.command(epilog=example("launch -n 2 -- cy --ansatz algebraic --degree 6"))(launch)
    app.command(epilog=example("examples g2links-examples"))(examples)
    app.command(epilog=example("cite --format text"))(cite)
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
