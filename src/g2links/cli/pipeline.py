"""`g2links pipeline`: every step of the workflow, one after the other."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, PROGRESS, Session


def pipeline(
    n_points: Annotated[
        int | None, typer.Option("--n-points", help="Points on the threefold (default: 100000).")
    ] = None,
    n_rotations: Annotated[int | None, typer.Option("--n-rotations", help="Circle rotations (default: 4).")] = None,
    polynomial: options.Polynomial = "fermat_quintic",
    weights: options.Weights = None,
    ansatz: Annotated[str, typer.Option("--ansatz", help="auto, neural or algebraic.")] = "auto",
    degree: Annotated[int | None, typer.Option("--degree", help="Degree of the potential's features.")] = None,
    architecture: Annotated[str | None, typer.Option("--architecture", help="direct, ambient or potential.")] = None,
    seed: options.Seed = 0,
    quick: options.Quick = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an interrupted pipeline; start anew.")] = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """The whole workflow: Calabi-Yau metric, link samples, three networks, and all checks.

    Interrupted, the same command skips the steps that are done and resumes the one that was cut off.
    """
    from g2links.workflow.pipeline import pipeline as run

    session = Session(json)
    result = run(
        polynomial,
        weights=options.integers(weights, "--weights"),
        n_points=n_points,
        n_rotations=n_rotations,
        seed=seed,
        quick=quick,
        solving=options.given({"ansatz": ansatz, "degree": degree}),
        training=options.given({"architecture": architecture}),
        home=home,
        fresh=fresh,
        say=session.say,
        progress=PROGRESS,
    )
    failed = result.failed
    session.say(
        f"== pipeline: {len(result.steps)} steps in {result.seconds:.0f} s; "
        + (f"FAILED: {', '.join(failed)}" if failed else "all passed")
    )
    record = {"command": "pipeline", "steps": result.steps, "seconds": result.seconds}
    session.write_json({**record, "passed": not failed, "failed": failed})
    if failed:
        raise typer.Exit(FAILED)
