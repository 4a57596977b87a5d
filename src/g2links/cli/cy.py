"""`g2links cy`: step 1."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import choices, options
from g2links.cli.session import Session, require_new_home
from g2links.cli.varieties import named_variety

_POTENTIAL, _SEARCH = "The family of potentials", "The search"
"""Panels of the help."""


def cy(
    n_points: Annotated[
        int | None, typer.Option("--n-points", help="Points on the threefold (default: 100000).")
    ] = None,
    polynomial: options.Polynomial = "fermat_quintic",
    weights: options.Weights = None,
    configuration: options.Configuration = None,
    ambient: options.Ambient = None,
    equations: options.Equations = None,
    polarisation: options.Polarisation = None,
    ansatz: Annotated[
        choices.Ansatz, typer.Option("--ansatz", rich_help_panel=_POTENTIAL, help="The family of potentials.")
    ] = "auto",
    degree: Annotated[
        int | None,
        typer.Option(
            "--degree",
            rich_help_panel=_POTENTIAL,
            help="Degree of the invariant features, by default as high as time allows.",
        ),
    ] = None,
    widths: Annotated[
        str | None,
        typer.Option("--widths", rich_help_panel=_POTENTIAL, help="Units of each hidden layer (default: 16,16)."),
    ] = None,
    activation: Annotated[
        choices.SmoothActivation | None,
        typer.Option(
            "--activation",
            rich_help_panel=_POTENTIAL,
            metavar="NAME",
            help="Of the layers: tanh, gelu, gelu_tanh, swish, softplus or sine (default: tanh).",
        ),
    ] = None,
    optimiser: Annotated[
        choices.Optimiser,
        typer.Option("--optimiser", "--optimizer", rich_help_panel=_SEARCH, help="Levenberg-Marquardt (lm) or Adam."),
    ] = "lm",
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            "--epochs",
            rich_help_panel=_SEARCH,
            help="Steps of lm (default: 80), or epochs of adam (200).",
        ),
    ] = None,
    training_points: Annotated[
        int | None,
        typer.Option(
            "--training-points",
            rich_help_panel=_SEARCH,
            help="Points that the residual is fitted on (default: 20 for each parameter; 30 for weights above 1).",
        ),
    ] = None,
    learning_rate: Annotated[
        float, typer.Option("--learning-rate", rich_help_panel=_SEARCH, help="Learning rate of adam.")
    ] = 1e-3,
    batch_size: Annotated[
        int, typer.Option("--batch-size", rich_help_panel=_SEARCH, help="Batch size of adam.")
    ] = 1000,
    start_from: Annotated[
        int | None,
        typer.Option(
            "--start-from",
            rich_help_panel=_POTENTIAL,
            help="An earlier run whose potential to start at; algebraic ones of any degree, coefficients or class.",
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            rich_help_panel=_SEARCH,
            help="Seconds after which training stops; a degree not given is raised until then.",
        ),
    ] = None,
    require_sigma: options.RequireSigma = None,
    require_supremum: options.RequireSupremum = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    fresh: options.Fresh = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """Step 1: draw points on the Calabi-Yau threefold and train its Ricci-flat Kähler metric."""
    from g2links.storage.layout import Home
    from g2links.workflow.plan import fit_options
    from g2links.workflow.polynomials import refusals_name_the_file, resolve_variety
    from g2links.workflow.steps import metric_step

    session = Session(json, quiet, verbose)
    require_new_home(home)
    given = {
        "n_points": n_points,
        "ansatz": ansatz,
        "degree": degree,
        "widths": widths,
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
    named = named_variety(
        {
            "polynomial": polynomial,
            "weights": weights,
            "configuration": configuration,
            "ambient": ambient,
            "equations": equations,
            "polarisation": polarisation,
        },
        seed,
    )
    variety = resolve_variety(named.given, named.weights)
    chosen = fit_options(variety, solving_options(given), quick=quick)
    with refusals_name_the_file(polynomial):
        report = metric_step(Home(home), variety, chosen, time_limit=time_limit, fresh=fresh, progress=session.progress)
    session.finish(report)


def solving_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options of `g2links.solve` from those of this command."""
    return options.given({**given, "widths": options.integers(given.get("widths"), "--widths")})
