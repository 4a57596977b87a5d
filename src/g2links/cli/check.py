"""`g2links check kahlerity|analytic|model`: step 4."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session
from g2links.cli.sizes import size

if TYPE_CHECKING:
    import numpy as np

    from g2links.links.checks import Derivative
    from g2links.runs.checks import CheckSetting

app = typer.Typer(no_args_is_help=True, help="Step 4: how far the identities hold. Exit code 1 if a threshold fails.")

_Thresholds = dict[str, dict[str, Any]]
_Pointwise = dict[str, "np.ndarray"]


@app.command()
def kahlerity(
    cy_run_number: options.CyRun = None,
    n_points: options.CheckPoints = None,
    derivative: options.Derivative = "autodiff",
    epsilon: options.Epsilon = 1e-3,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """Is the learned Kähler form closed (d omega = 0)?"""
    session = Session(json)
    points = size("check_points", n_points, quick)
    finish(session, run_kahlerity(session, home, cy_run_number, points, derivative, epsilon, seed))


@app.command()
def analytic(
    cy_run_number: options.CyRun = None,
    n_points: options.CheckPoints = None,
    derivative: options.Derivative = "autodiff",
    epsilon: options.Epsilon = 1e-3,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """The identities of the G2-structure built from the Calabi-Yau metric."""
    session = Session(json)
    points = size("check_points", n_points, quick)
    finish(session, run_analytic(session, home, cy_run_number, points, derivative, epsilon, seed))


@app.command()
def model(
    cy_run_number: options.CyRun = None,
    g2_run_number: options.G2Run = None,
    psi_method: Annotated[
        str,
        typer.Option("--psi-method", help="star (psi = *phi in the learned metric) or model (the 4form network)."),
    ] = "star",
    n_points: options.CheckPoints = None,
    derivative: options.Derivative = "autodiff",
    epsilon: options.Epsilon = 1e-3,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """The identities of the learned G2-structure, and its errors at points it has not seen."""
    session = Session(json)
    points = size("check_points", n_points, quick)
    record = run_model(
        session,
        home,
        cy_run_number,
        g2_run_number,
        psi_method,
        points,
        derivative,
        epsilon,
        seed,
        quick=quick,
    )
    finish(session, record)


def finish(session: Session, record: dict[str, Any]) -> None:
    """Write the JSON and end with the check's exit code."""
    session.write_json(record)
    if not record["passed"]:
        raise typer.Exit(FAILED)


def run_kahlerity(
    session: Session, home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.links.checks import kahlerity_errors
    from g2links.runs.thresholds import closedness

    setting = _setting(home, cy_run, n, derivative, epsilon, seed)
    return _report(
        session,
        setting,
        "kahlerity",
        lambda d: kahlerity_errors(setting.link, setting.points, d),
        {"d_omega": closedness(derivative, epsilon)},
    )


def run_analytic(
    session: Session, home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.links.checks import analytic_errors
    from g2links.runs.thresholds import analytic_thresholds

    setting = _setting(home, cy_run, n, derivative, epsilon, seed)
    limits = analytic_thresholds(setting.cy_record["figures"]["ma_rms"], derivative, epsilon)
    return _report(session, setting, "analytic", lambda d: analytic_errors(setting.link, setting.points, d), limits)


def run_model(
    session: Session,
    home: Path,
    cy_run: int | None,
    g2_run: int | None,
    psi_method: str,
    n: int,
    derivative: str,
    epsilon: float,
    seed: int,
    *,
    quick: bool = False,
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.learn.checks import model_errors
    from g2links.runs.checks import learned_models
    from g2links.runs.thresholds import model_thresholds

    setting = _setting(home, cy_run, n, derivative, epsilon, seed)
    models = learned_models(setting, g2_run, psi_method)
    for note in models.notes:
        session.say(f"note: {note}")
    limits = model_thresholds(models, psi_method, quick=quick)
    return _report(
        session,
        setting,
        "model",
        lambda d: model_errors(setting.link, setting.points, psi_method=psi_method, d=d, **models.networks),  # type: ignore[arg-type]
        limits,
        g2_run=models.number,
        suffix=f"_g2_run{models.number}_{psi_method}",
    )


def _setting(home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int) -> "CheckSetting":
    from g2links.runs.checks import check_setting
    from g2links.runs.layout import Home

    return check_setting(Home(home), cy_run, n, derivative, epsilon, seed)


def _report(
    session: Session,
    setting: "CheckSetting",
    name: str,
    evaluate: Callable[["Derivative"], _Pointwise],
    thresholds: _Thresholds,
    g2_run: int | None = None,
    suffix: str = "",
) -> dict[str, Any]:
    from g2links.reports.checks import plot_check
    from g2links.reports.statistics import check_record
    from g2links.reports.tables import check_table
    from g2links.runs.json_files import write_json

    place = setting.home
    place.make(place.plots)
    with session.progress() as progress:
        progress(f"evaluating {name} at {len(setting.points.z)} points", 0, 1)
        pointwise = evaluate(setting.derivative)
    limits = {key: limit for key, limit in thresholds.items() if key in pointwise}
    record = check_record(name, setting.cy_number, g2_run, pointwise, limits)
    stem = place.plots / f"check_{name}_cy_run{setting.cy_number}{suffix}"
    plot_check(f"{stem}.png", pointwise, limits, check=name, cy_run=setting.cy_number, g2_run=g2_run)
    write_json(f"{stem}.json", record, non_finite="null")
    session.say(check_table(record))
    session.say(f"{stem}.png, {stem.name}.json")
    return record
