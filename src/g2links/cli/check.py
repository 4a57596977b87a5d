"""`g2links check kahlerity|analytic|model|measures|torsion`: step 4."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session
from g2links.settings.sizes import size

if TYPE_CHECKING:
    import numpy as np

    from g2links.checks.identities import Derivative
    from g2links.checks.setting import CheckSetting

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
def contact(
    cy_run_number: options.CyRun = None,
    n_points: options.CheckPoints = None,
    derivative: options.Derivative = "autodiff",
    epsilon: options.Epsilon = 1e-3,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """The contact Calabi-Yau structure, in every dimension: d eta = omega, d omega = 0, d Upsilon = 0."""
    session = Session(json)
    points = size("check_points", n_points, quick)
    finish(session, run_contact(session, home, cy_run_number, points, derivative, epsilon, seed))


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


@app.command()
def measures(
    cy_run_number: options.CyRun = None,
    n_points: options.CheckPoints = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """How good the Calabi-Yau metric is: Monge-Ampere, curvature, volume and Chern numbers, with their errors."""
    from g2links.cli.measures import run_measures

    session = Session(json)
    finish(session, run_measures(session, home, cy_run_number, size("check_points", n_points, quick), seed))


@app.command()
def torsion(
    cy_run_number: options.CyRun = None,
    g2_run_number: Annotated[
        int | None,
        typer.Option("--g2-run-number", min=1, help="Run of a 3form network to judge instead of the analytic forms."),
    ] = None,
    n_points: options.CheckPoints = None,
    derivative: options.Derivative = "autodiff",
    epsilon: options.Epsilon = 1e-3,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """Torsion classes and Ricci curvature of the G2-structure, analytic or learned."""
    session = Session(json)
    points = size("check_points", n_points, quick)
    finish(
        session,
        run_torsion(session, home, cy_run_number, g2_run_number, points, derivative, epsilon, seed, quick=quick),
    )


def finish(session: Session, record: dict[str, Any]) -> None:
    """Write the JSON and end with the check's exit code."""
    session.write_json(record)
    if not record["passed"]:
        raise typer.Exit(FAILED)


def run_kahlerity(
    session: Session, home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.checks.identities import kahlerity_errors
    from g2links.checks.thresholds import closedness

    setting = _setting(home, cy_run, n, derivative, epsilon, seed)
    return _report(
        session,
        setting,
        "kahlerity",
        lambda d: kahlerity_errors(setting.link, setting.points, d),
        {"d_omega": closedness(derivative, epsilon)},
    )


def run_contact(
    session: Session, home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.checks.identities import contact_errors
    from g2links.checks.thresholds import closedness

    setting = _setting(home, cy_run, n, derivative, epsilon, seed)
    limits = {name: closedness(derivative, epsilon) for name in ("d_eta_minus_omega", "d_omega", "d_upsilon")}
    return _report(session, setting, "contact", lambda d: contact_errors(setting.link, setting.points, d), limits)


def run_analytic(
    session: Session, home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int
) -> dict[str, Any]:
    """Evaluate, plot and print; returns the check's JSON."""
    from g2links.checks.identities import analytic_errors
    from g2links.checks.thresholds import analytic_thresholds

    setting = _setting(home, cy_run, n, derivative, epsilon, seed, needs_g2="analytic")
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
    from g2links.checks.learned import model_errors
    from g2links.checks.setting import learned_models
    from g2links.checks.thresholds import model_thresholds

    setting = _setting(home, cy_run, n, derivative, epsilon, seed, needs_g2="model")
    models = learned_models(setting, g2_run, psi_method)
    for note in models.notes:
        session.say(f"note: {note}")
    limits = model_thresholds(models, psi_method, quick=quick)
    suffix = f"_g2_run{models.number}_{psi_method}"
    return _report(
        session,
        setting,
        "model",
        lambda d: model_errors(setting.link, setting.points, psi_method=psi_method, d=d, **models.networks),  # type: ignore[arg-type]
        limits,
        g2_run=models.number,
        suffix=suffix,
        remarks=partial(_locations, setting, models.number, suffix),
    )


def run_torsion(
    session: Session,
    home: Path,
    cy_run: int | None,
    g2_run: int | None,
    n: int,
    derivative: str,
    epsilon: float,
    seed: int,
    *,
    quick: bool = False,
) -> dict[str, Any]:
    """Evaluate, plot and print, for the learned 3-form where `g2_run` is given; returns the check's JSON."""
    from g2links.checks.learned import learned_torsion
    from g2links.checks.setting import learned_phi
    from g2links.checks.thresholds import learned_torsion_thresholds, torsion_thresholds
    from g2links.links.expansion import difference_step
    from g2links.links.torsion import link_torsion

    setting = _setting(home, cy_run, n, derivative, epsilon, seed, needs_g2="torsion")
    step = difference_step(derivative, epsilon)  # type: ignore[arg-type]
    remarks = partial(_structure, session)
    if g2_run is None:
        ma_rms = setting.cy_record["figures"]["ma_rms"]
        return _report(
            session,
            setting,
            "torsion",
            lambda _: link_torsion(setting.link, setting.points, step),
            lambda found: torsion_thresholds(ma_rms, found["kahler_ricci"], derivative, epsilon),
            remarks=remarks,
        )
    models = learned_phi(setting, g2_run)
    for note in models.notes:
        session.say(f"note: {note}")
    return _report(
        session,
        setting,
        "torsion",
        lambda _: learned_torsion(setting.link, setting.points, phi_model=models.phi, step=step),
        learned_torsion_thresholds(models, derivative, epsilon, quick=quick),
        g2_run=models.number,
        suffix=f"_g2_run{models.number}",
        remarks=remarks,
    )


def _locations(setting: "CheckSetting", g2_run: int, suffix: str, pointwise: _Pointwise) -> dict[str, Any]:
    """Draw where on V the networks err, and name the worst points of each."""
    from g2links.networks.locations import coordinate_shares, worst_points
    from g2links.reports.labels import TASK_ERRORS
    from g2links.reports.locations import plot_error_locations

    polynomial, points = setting.link.polynomial, setting.points
    errors = {name: pointwise[name] for name in TASK_ERRORS.values() if name in pointwise}
    plot_error_locations(
        setting.home.plots / f"check_model_cy_run{setting.cy_number}{suffix}_error_locations.png",
        coordinate_shares(polynomial, points.z),
        errors,
        what="Errors of the learned forms over V",
        weighted=max(polynomial.weights) > 1,
        cy_run=setting.cy_number,
        g2_run=g2_run,
    )
    worst = {name: worst_points(polynomial, points.z, points.one, points.el, e) for name, e in errors.items()}
    return {"worst_points": worst}


def _structure(session: Session, pointwise: _Pointwise) -> dict[str, Any]:
    """The name of the structure by the largest torsion at any point."""
    import numpy as np

    from g2links.checks.thresholds import TORSION_TOLERANCE
    from g2links.g2.torsion import name_structure

    sizes = [np.max(np.abs(pointwise[name])) for name in ("tau0", "tau1", "tau2", "tau3_norm2")]
    sizes[3] = np.sqrt(sizes[3])
    if not np.all(np.isfinite(sizes)):
        return {"structure": None}
    found = name_structure(np.array(sizes), tolerance=TORSION_TOLERANCE)
    session.say(f"structure: {found.name} (a torsion class counts as 0 up to {found.tolerance:g})")
    return {"structure": found._asdict()}


def _setting(
    home: Path, cy_run: int | None, n: int, derivative: str, epsilon: float, seed: int, needs_g2: str | None = None
) -> "CheckSetting":
    """The setting of a check; one that needs a G2-structure is refused, by its name, where there is none."""
    from g2links.checks.setting import check_setting
    from g2links.links.structure import require_threefold
    from g2links.storage.layout import Home

    setting = check_setting(Home(home), cy_run, n, derivative, epsilon, seed)
    if needs_g2 is not None:
        require_threefold(setting.link.polynomial, f"check {needs_g2}")
    return setting


def _report(
    session: Session,
    setting: "CheckSetting",
    name: str,
    evaluate: Callable[["Derivative"], _Pointwise],
    thresholds: "_Thresholds | Callable[[_Pointwise], _Thresholds]",
    g2_run: int | None = None,
    suffix: str = "",
    remarks: Callable[[_Pointwise], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    from g2links.reports.checks import plot_check
    from g2links.reports.statistics import check_record
    from g2links.reports.tables import check_table
    from g2links.storage.json_files import write_json

    place = setting.home
    place.make(place.plots)
    with session.progress() as progress:
        progress(f"evaluating {name} at {len(setting.points.z)} points", 0, 1)
        pointwise = evaluate(setting.derivative)
    known = thresholds(pointwise) if callable(thresholds) else thresholds
    limits = {key: limit for key, limit in known.items() if key in pointwise}
    record = check_record(name, setting.cy_number, g2_run, pointwise, limits)
    if remarks is not None:
        record |= remarks(pointwise)
    stem = place.plots / f"check_{name}_cy_run{setting.cy_number}{suffix}"
    plot_check(f"{stem}.png", pointwise, limits, check=name, cy_run=setting.cy_number, g2_run=g2_run)
    write_json(f"{stem}.json", record, non_finite="null")
    session.say(check_table(record))
    session.say(f"{stem}.png, {stem.name}.json")
    return record
