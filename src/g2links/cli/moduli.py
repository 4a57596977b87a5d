"""`g2links moduli`: periods and special geometry, in closed form and by random points."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session

if TYPE_CHECKING:
    from g2links.workflow.moduli_report import ModuliReport, Row

_SHOWN = 20
"""Rows on the screen; of more, those that differ most."""


def moduli(
    polynomial: options.Polynomial = "fermat_quintic",
    weights: options.Weights = None,
    directions: Annotated[
        str | None,
        typer.Option(
            "--directions",
            metavar="M,M,...",
            help='Polynomials m of f + t m, such as "z0^3*z1^2, z0*z1*z2*z3*z4", or all: a basis '
            "(default: the product of all coordinates; psi on the Dwork family).",
        ),
    ] = None,
    n_points: Annotated[int, typer.Option("--n-points", help="About how many random points.")] = 100_000,
    exact: Annotated[
        bool, typer.Option("--exact/--no-exact", help="Compare with the closed form, where there is one.")
    ] = True,
    seed: options.Seed = 0,
    json: options.JsonFile = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="A picture (.png) of metric and coupling along the family.")
    ] = None,
) -> None:
    """Volume form, Weil-Petersson metric and Yukawa couplings of complex structures, without a metric of V."""
    from g2links.workflow import moduli as verb

    session = Session(json)
    if plot is not None:
        verb.require_picture_target(plot)
        verb.require_drawn(polynomial, options.integers(weights, "--weights"), directions, exact)
    report = verb.moduli(
        polynomial,
        weights=options.integers(weights, "--weights"),
        directions=directions,
        n_points=n_points,
        seed=seed,
        exact=exact,
        progress=session.progress,
    )
    session.say("\n".join(_lines(report)))
    drawn = None if plot is None else report.plot(plot)
    if drawn is not None:
        session.say(f"picture: {drawn}")
    session.write_json({**report.to_record(), "plot": drawn})
    if not report.passed:
        raise typer.Exit(FAILED)


def _lines(report: "ModuliReport") -> list[str]:
    """The table, then the verdict."""
    from g2links.reports.tables import fixed_width

    rows = report.rows
    shown = rows if len(rows) <= _SHOWN else sorted(rows, key=lambda row: -abs(row.deviation or 0.0))[:_SHOWN]
    header = ["quantity", "closed form", "random points", "error", "deviation"]
    lines = [
        f"{report.variety.name}: {len(report.directions)} direction{'s' * (len(report.directions) != 1)}, "
        f"{report.measured.points:,} points",
        fixed_width(header, [_cells(row) for row in shown]),
    ]
    if len(rows) > len(shown):
        known = [row for row in rows if row.exact]
        largest = max((abs(row.measured.value / row.exact - 1) for row in known if row.exact), default=float("nan"))
        lines.append(f"{len(rows)} quantities, of which those that deviate most are shown; {len(known)} are known, and")
        lines.append(f"of these the largest relative deviation is {largest:.2g}")
    judged = [row for row in rows if row.deviation is not None]
    if not judged:
        lines.append("no closed form is known, so that there is nothing to compare with")
    elif report.passed:
        lines.append(f"PASS: all {len(judged)} known values lie within {report.limit:.1f} standard errors")
    if not report.passed:
        worst = ", ".join(row.name for row in report.failures[:3])
        lines.append(f"FAIL: {len(report.failures)} beyond {report.limit:.1f} standard errors, or not finite: {worst}")
    return lines


def _cells(row: "Row") -> list[str]:
    exact = "-" if row.exact is None else f"{row.exact:.10g}"
    deviation = "-" if row.deviation is None else f"{row.deviation:+.1f}"
    return [row.name, exact, f"{row.measured.value:.7g}", f"{row.measured.error:.2g}", deviation]
