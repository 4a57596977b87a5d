"""`g2links cy`: step 1."""

from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session
from g2links.settings.quick_sizes import size, small_fit


def cy(
    n_points: Annotated[
        int | None, typer.Option("--n-points", help="Points on the threefold (default: 100000).")
    ] = None,
    polynomial: options.Polynomial = "fermat_quintic",
    weights: options.Weights = None,
    ansatz: Annotated[str, typer.Option("--ansatz", help="auto, neural or algebraic.")] = "auto",
    degree: Annotated[
        int | None,
        typer.Option("--degree", help="Degree of the invariant features, by default as high as time allows."),
    ] = None,
    widths: Annotated[str | None, typer.Option("--widths", help="Units of each hidden layer (default: 16,16).")] = None,
    activation: Annotated[
        str | None, typer.Option("--activation", help="tanh, gelu, softplus, swish or sine (default: tanh).")
    ] = None,
    optimiser: Annotated[
        str, typer.Option("--optimiser", "--optimizer", help="lm (Levenberg-Marquardt) or adam.")
    ] = "lm",
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "--epochs", help="Steps of lm [80], or epochs of adam [200]."),
    ] = None,
    training_points: Annotated[
        int | None,
        typer.Option(
            "--training-points", help="Points the residual is fitted on [20 for each parameter; 30 for weights]."
        ),
    ] = None,
    learning_rate: Annotated[float, typer.Option("--learning-rate", help="Of adam.")] = 1e-3,
    batch_size: Annotated[int, typer.Option("--batch-size", help="Of adam.")] = 1000,
    start_from: Annotated[
        int | None,
        typer.Option("--start-from", help="An earlier run whose potential to start at; for algebraic, of any degree."),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", help="Seconds after which training stops at the best state."),
    ] = None,
    require_sigma: options.RequireSigma = None,
    require_supremum: options.RequireSupremum = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    fresh: options.Fresh = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """Step 1: draw points on the Calabi-Yau threefold and train its Ricci-flat Kähler metric."""
    session = Session(json)
    chosen = {
        "n_points": size("n_points", n_points, quick),
        "ansatz": ansatz,
        "degree": degree,
        "widths": options.integers(widths, "--widths"),
        "activation": activation,
        "optimiser": optimiser,
        "iterations": iterations,
        "training_points": training_points,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "require_sigma": require_sigma,
        "require_supremum": require_supremum,
        "seed": seed,
        "start_from": start_from,
    }
    chosen = {name: value for name, value in chosen.items() if value is not None}
    record = run_cy(
        session,
        home,
        polynomial,
        options.integers(weights, "--weights"),
        chosen,
        time_limit,
        fresh,
        quick=quick,
    )
    session.write_json(record)
    if not record["passed"]:
        raise typer.Exit(FAILED)


def run_cy(
    session: Session,
    home: Path,
    polynomial: str,
    weights: tuple[int, ...] | None,
    chosen: dict[str, Any],
    time_limit: float | None = None,
    fresh: bool = False,
    *,
    quick: bool = False,
) -> dict[str, Any]:
    """Fit, plot, judge and print; returns the record for `--json`."""
    from g2links.checks.verdict import verdict
    from g2links.reports.checks import plot_monge_ampere
    from g2links.reports.histories import plot_cy_history
    from g2links.storage.layout import Home
    from g2links.varieties.points.sampling import POOR_SAMPLE
    from g2links.workflow.fit import FitOptions, fit_cy
    from g2links.workflow.polynomials import resolve_variety

    variety = resolve_variety(polynomial, weights)
    if quick:
        chosen = small_fit(FitOptions(**chosen).family(variety).kind, variety.heaviest, chosen)
    place = Home(home)
    place.make(place.plots)
    with session.progress() as progress:
        report = fit_cy(place, variety, FitOptions(**chosen), progress=progress, time_limit=time_limit, fresh=fresh)
    for note in report.notes:
        session.say(f"note: {note}")
    figures = report.record["figures"]
    error = report.record["standard_errors"]
    sample_size = report.record["effective_sample_size"]
    if sample_size < POOR_SAMPLE:
        session.say(
            f"warning: the points count for {100 * sample_size:.1f} % of as many equal ones; take more (--n-points), "
            "and see whether f is close to a singular one (g2links polynomials)"
        )
    history = place.plots / f"cy_history_run{report.run}.png"
    plot_cy_history(history, report.record["history"], cy_run=report.run)
    if report.ratio is not None:
        ratio_plot = place.plots / f"cy_monge_ampere_run{report.run}.png"
        plot_monge_ampere(ratio_plot, *report.ratio, cy_run=report.run, split="test points")
    session.say(f"Calabi-Yau metric of {variety.name}: run {report.run}{' (resumed)' if report.resumed else ''}")
    session.say(f"  ansatz         {_described(report.record)}")
    tested = report.record["points"]["test"]
    session.say(f"  sigma          {figures['sigma']:.3e} +- {error['sigma']:.1e}  on {tested} test points")
    session.say(f"  ma_rms         {figures['ma_rms']:.3e}   largest {figures['ma_max']:.3e}")
    if "supremum" in report.record:
        session.say(f"  ma_supremum    {figures['ma_supremum']:.3e} at z = {_point(report.record['supremum'])}")
    session.say(f"  volume_ratio   {figures['volume_ratio']:.6f} +- {error['volume_ratio']:.6f}")
    session.say(f"  normalisation  {figures['normalisation']:.6f} +- {error['normalisation']:.6f}")
    session.say(f"  d_omega        {figures['d_omega']:.1e}   smallest eigenvalue {figures['smallest_eigenvalue']:.3g}")
    session.say(f"  stopped after {report.record['iterations']} iterations: {report.record['stopped_because']}")
    session.say(f"  effective sample size of the |Omega|^2 weights: {100 * sample_size:.1f} %")
    session.say(f"  {figures['seconds']:.1f} s; {report.model_path}; {history}")
    judged = verdict(report.record)
    session.say(f"  verdict        {judged.words}")
    for failure in judged.failures:
        session.say(f"FAILED: {failure}")
    if judged.advice:
        session.say(f"to do: {judged.advice}")
    return {
        "command": "cy",
        "cy_run": report.run,
        "ansatz": report.record["ansatz"]["kind"],
        "figures": figures,
        "standard_errors": error,
        "effective_sample_size": sample_size,
        "supremum": report.record.get("supremum"),
        "thresholds": judged.thresholds,
        "verdict": judged.words,
        "failures": list(judged.failures),
        "advice": judged.advice,
        "passed": judged.passed,
        "model": report.model_path,
    }


def _point(supremum: dict[str, Any]) -> str:
    """A point as it can be pasted into Python, to four digits."""
    return "[" + ", ".join(f"{complex(*pair):.4g}" for pair in supremum["z"]) + "]"


def _described(record: dict[str, Any]) -> str:
    """The kind of potential, its size, and why it was taken; runs of version 0.1 do not say why."""
    from g2links.ricci_flat.family import described_ansatz

    reason = record.get("ansatz_reason", "asked for")
    return f"{described_ansatz(record['ansatz'])}, {record['parameters']} unknowns ({reason})"
