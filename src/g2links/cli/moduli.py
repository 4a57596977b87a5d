"""`g2links moduli`: periods and special geometry, in closed form and by random points."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session, require_home
from g2links.errors import InputError

if TYPE_CHECKING:
    from g2links.reports.tables import Words
    from g2links.workflow.moduli_report import ModuliReport, Row

_SHOWN = 20
"""Rows on the screen; of more, those that differ most."""


def moduli(
    polynomial: Annotated[
        str | None,
        typer.Option(
            "--polynomial",
            help="Expression, YAML file or name of a polynomial (default: the Fermat quintic, or with --harmonic that "
            "of the run).",
        ),
    ] = None,
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
    harmonic: Annotated[
        bool, typer.Option("--harmonic", help="By harmonic representatives too, for the metric of a run.")
    ] = False,
    cy_run_number: options.CyRun = None,
    degree: Annotated[
        int | None,
        typer.Option("--degree", min=1, help="Of the vector fields of --harmonic (default: as high as is useful)."),
    ] = None,
    home: options.Home = Path(),
    seed: options.Seed = 0,
    json: options.JsonFile = None,
    verbose: options.Verbose = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="A picture (.png) of metric and coupling along the family.")
    ] = None,
) -> None:
    """Volume form, Weil-Petersson metric and Yukawa couplings of complex structures, with or without a metric."""
    from g2links.settings.limits import require_picture
    from g2links.workflow import moduli as verb

    session = Session(json, verbose=verbose)
    require_home(home)
    if not harmonic:
        for name, value in (("--cy-run-number", cy_run_number), ("--degree", degree)):
            if value is not None:
                raise InputError(name, value, "with --harmonic only")
    metric = None
    if harmonic:
        from g2links.workflow.solve import open_run

        if polynomial is not None:
            raise InputError("--polynomial", polynomial, "not with --harmonic, which is about the polynomial of a run")
        metric = open_run(home, cy_run_number)
    if plot is not None:
        require_picture(plot, "--plot")
        given = verb.wanted(polynomial, metric)
        verb.require_drawn(given, options.integers(weights, "--weights"), directions, exact)
    report = verb.moduli(
        polynomial,
        weights=options.integers(weights, "--weights"),
        directions=directions,
        n_points=n_points,
        seed=seed,
        exact=exact,
        metric=metric,
        degree=degree,
        progress=session.progress,
    )
    session.say(*_words(report))
    drawn = None if plot is None else report.plot(plot)
    if drawn is not None:
        session.say(f"picture: {drawn}")
    session.write_json({**report.to_record(), "plot": drawn})
    if not report.passed:
        raise typer.Exit(FAILED)


def _words(report: "ModuliReport") -> list["Words"]:
    """The table, then the verdict."""
    from g2links.reports.tables import Table

    rows = report.rows
    shown = rows if len(rows) <= _SHOWN else sorted(rows, key=lambda row: -abs(row.deviation or 0.0))[:_SHOWN]
    header = ["quantity", "closed form", "random points", "error", "deviation"]
    if report.harmonic is not None:
        header += ["harmonic", "error"]
    lines: list[Words] = [
        f"{report.variety.name}: {len(report.directions)} direction{'s' * (len(report.directions) != 1)}, "
        f"{report.measured.points:,} points",
        Table(header, [_cells(row)[: len(header)] for row in shown]),
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
    if report.harmonic is not None:
        share = report.harmonic.asymmetry.max()
        lines.append(f"harmonic forms: {share:.1e} of them is not symmetric, at most")
    if report.rough:
        names = ", ".join(row.name for row in report.rough[:3])
        lines.append(
            f"warning: {len(report.rough)} harmonic values have errors above 1 %, which tells little: {names}; "
            "take more points (cy --n-points)"
        )
    if not report.passed:
        worst = ", ".join(row.name for row in report.failures[:3])
        higher = "" if report.harmonic is None else "; for harmonic values a higher --degree may help"
        lines.append(
            f"FAIL: {len(report.failures)} beyond {report.limit:.1f} standard errors, harmonic and off by over 1 %, "
            f"or not finite: {worst}{higher}"
        )
    return lines


def _cells(row: "Row") -> list[str]:
    exact = "-" if row.exact is None else f"{row.exact:.10g}"
    deviation = "-" if row.deviation is None else f"{row.deviation:+.1f}"
    harmonic = ["-", "-"] if row.harmonic is None else [f"{row.harmonic.value:.7g}", f"{row.harmonic.error:.2g}"]
    return [row.name, exact, f"{row.measured.value:.7g}", f"{row.measured.error:.2g}", deviation, *harmonic]
