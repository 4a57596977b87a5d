"""`g2links pipeline`: every step of the workflow, one after the other."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.check import run_check
from g2links.cli.cy import run_cy
from g2links.cli.sample import run_sample
from g2links.cli.session import FAILED, Session
from g2links.cli.train import run_train
from g2links.settings.quick_sizes import SMALL_TRAINING, size


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
    from g2links.storage.journal import Journal
    from g2links.storage.layout import Home

    session = Session(json)
    config = {
        "n_points": size("n_points", n_points, quick),
        "n_rotations": size("n_rotations", n_rotations, quick),
        "polynomial": polynomial,
        "weights": weights,
        "ansatz": ansatz,
        "degree": degree,
        "architecture": architecture,
        "seed": seed,
        "quick": quick,
    }
    place = Home(home)
    started = time.monotonic()
    with Journal(place, config, fresh=fresh) as journal:
        for name, step in _steps(session, home, config, journal).items():
            if name in journal.done:
                session.say(f"== {name}: done before, skipped")
                continue
            session.say(f"== {name}")
            begun = time.monotonic()
            journal.record(name, {**step(), "wall_seconds": time.monotonic() - begun})
        results = dict(journal.done)
        journal.finish()
    failed = [name for name, record in results.items() if not record.get("passed", True)]
    seconds = time.monotonic() - started
    session.say(
        f"== pipeline: {len(results)} steps in {seconds:.0f} s; "
        + (f"FAILED: {', '.join(failed)}" if failed else "all passed")
    )
    session.write_json(
        {"command": "pipeline", "steps": results, "seconds": seconds, "passed": not failed, "failed": failed}
    )
    if failed:
        raise typer.Exit(FAILED)


def _steps(
    session: Session, home: Path, config: dict[str, Any], journal: Any
) -> dict[str, Callable[[], dict[str, Any]]]:
    """The steps by name; each reads the run numbers of earlier ones from the journal."""
    from g2links.settings.config import TASKS
    from g2links.workflow.check import PSI_METHODS
    from g2links.workflow.pipeline import LINK_CHECKS, METRIC_CHECKS

    quick, seed = config["quick"], config["seed"]
    n = size("check_points", None, quick)
    training = {**(SMALL_TRAINING if quick else {}), "architecture": config["architecture"], "seed": seed}
    fit = {
        "n_points": config["n_points"],
        "ansatz": config["ansatz"],
        **({} if config["degree"] is None else {"degree": config["degree"]}),
        "seed": seed,
    }
    weights = options.integers(config["weights"], "--weights")

    def cy_run() -> int:
        return int(journal.done["cy"]["cy_run"])

    def train_task(task: str) -> dict[str, Any]:
        return run_train(session, home, task, None, dict(training), cy_run())

    def model_check(method: str) -> dict[str, Any]:
        return run_check(session, "model", home, cy_run(), n, psi_method=method, seed=seed, quick=quick)

    def check(name: str) -> dict[str, Any]:
        return run_check(session, name, home, cy_run(), n, seed=seed)

    metric = {"cy": lambda: run_cy(session, home, config["polynomial"], weights, fit, quick=quick)}
    if not _is_threefold(config["polynomial"], weights):
        session.say("note: no G2-structure outside complex dimension 3; the metric and the contact structure alone")
        return {
            **metric,
            **{f"check {name}": partial(check, name) for name in METRIC_CHECKS},
        }
    return {
        **metric,
        "sample": lambda: run_sample(session, home, cy_run(), None, config["n_rotations"], seed=seed),
        **{f"train {task}": partial(train_task, task) for task in TASKS},
        **{f"check {name}": partial(check, name) for name in LINK_CHECKS},
        **{f"check model ({method})": partial(model_check, method) for method in PSI_METHODS},
    }


def _is_threefold(polynomial: str, weights: tuple[int, ...] | None) -> bool:
    from g2links.varieties.topology import THREEFOLD
    from g2links.workflow.polynomials import resolve_variety

    return resolve_variety(polynomial, weights).dimension == THREEFOLD
