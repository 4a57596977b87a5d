"""Networks: error against base points, size and time, and what the three families reach with 20,000 base points.

`python benchmarks/run.py learning learned`, or smaller, for a trial: `python benchmarks/learning.py --home /tmp/trial
--counts 500 1000 --seconds 20`.
"""

import argparse
import itertools
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from bars import Bar, at_most
from commands import call_json, g2links

from g2links.networks.architecture import Row
from g2links.networks.tasks import TASKS, change_frame
from g2links.reports.canvas import BLUE, GREEN, ORANGE, SCREEN, drawing, panels, save
from g2links.storage.json_files import read_json, write_json
from g2links.storage.layout import Home
from g2links.storage.models import load_link_model
from g2links.training import evaluate
from g2links.varieties.charts import ChartPoint, SliceChart, complex_coordinates, embed, origin, selector
from g2links.workflow.samples import read_rows

FAMILIES = {"direct": BLUE, "ambient": ORANGE, "potential": GREEN}
COUNTS = (1_000, 3_000, 10_000, 30_000, 100_000)
UNITS = {"direct": (32, 64, 128, 256), "ambient": (4, 8, 16, 32), "potential": (4, 8, 16, 24)}
DEFAULT_UNITS = {"direct": 256, "ambient": 16, "potential": 16}
BASE_POINTS = 20_000
SECONDS = 300
PREDICTED = 100_000
CHECKED = 1_000
PHYSICS = {
    "optimiser": "soap",
    "epochs": 75,
    "physics": {
        "d_phi": 0.1,
        "d_psi": 0.02,
        "d_eta": 0.15,
        "volume": 0.01,
        "start_epoch": 4,
        "ramp_epochs": 10,
        "points": 16_000,
        "batch_size": 128,
    },
}
"""Training with identity terms, that fits into five minutes on one core."""

ERROR = {"direct": 5e-2, "ambient": 5e-4, "potential": 1e-4}
PREDICTION = {"direct": 1, "ambient": 2, "potential": 5}
IDENTITIES = ("d_phi_minus_omega2", "d_eta_minus_omega", "d_psi")


def learning(
    home: Path,
    counts: Sequence[int] = COUNTS,
    seconds: float = SECONDS,
    base_points: int = BASE_POINTS,
    families: Sequence[str] = tuple(FAMILIES),
) -> Iterator[Bar]:
    """The 3-form: error on 12,500 common held-out base points against base points, weights and training time; draws
    `learning/learning.png`."""
    place = home / "learning"
    _data(home, place / "held_out", round(1.25 * PREDICTED), seed=1)
    held_out = read_rows(Home(place / "held_out"), "test", "3form").rows
    curves: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for kind in families:
        by_count = [_trained(home, place, kind, n, None, seconds, held_out) for n in counts]
        by_size = [_trained(home, place, kind, base_points, units, seconds, held_out) for units in UNITS[kind]]
        default = by_size[UNITS[kind].index(DEFAULT_UNITS[kind])]
        curves[kind] = {"count": by_count, "size": by_size, "time": [default]}
        for found in by_count:
            yield Bar(f"{kind}, {found['base_points']:,} base points: error of phi", "-", _words(found), True)
        for found in by_size:
            yield Bar(f"{kind}, {found['weights']:,} weights: error of phi", "-", _words(found), True)
    (place / "learning.json").write_text(json.dumps(curves, indent=1), encoding="utf-8")
    draw(place / "learning.png", curves)


def learned(
    home: Path,
    base_points: int = BASE_POINTS,
    seconds: float | None = None,
    families: Sequence[str] = tuple(FAMILIES),
) -> Iterator[Bar]:
    """All tasks by all families, trained with their default settings; `direct` also with identity terms in the loss."""
    for kind in families:
        plain = _family(home, kind, kind, base_points, {}, seconds)
        yield from _family_bars(kind, plain)
        if kind == "ambient":  # by least squares, without the identity terms that the other bar is for
            for name in IDENTITIES:
                yield at_most(
                    f"{kind}: {name}, mean, against the bar with physics terms", _mean(plain["check"], name), 2e-3
                )
        if kind == "direct":
            yield from _physics_bars(plain, _family(home, "direct_physics", kind, base_points, PHYSICS, seconds))


def _physics_bars(plain: dict[str, Any], helped: dict[str, Any]) -> Iterator[Bar]:
    for name in IDENTITIES:
        before, after = (_mean(found["check"], name) for found in (plain, helped))
        yield at_most(f"direct with physics terms: {name}, mean, from {before:.2g} without", after, before / 5)
    for task, record in helped["runs"].items():
        error, before = (found["figures"]["relative_error"] for found in (record, plain["runs"][task]))
        yield Bar(f"direct with physics terms: error of {task}, from {before:.2g} without", "-", f"{error:.2g}", True)
        yield at_most(f"direct with physics terms: training of {task}", record["figures"]["seconds"], SECONDS, " s")


def draw(path: Path, curves: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """Three panels, a curve for each family."""
    labels = {"count": "base points for training", "size": "weights", "time": "training time in seconds"}
    with drawing("Error of the learned 3-form on held-out base points", width=13, height=4.2) as figure:
        for axes, (key, label) in zip(panels(figure, 3, 3), labels.items(), strict=True):
            for kind, curve in curves.items():
                x, y = _curve(key, curve[key])
                axes.plot(x, y, "o-" if key != "time" else "-", color=FAMILIES[kind], markersize=4, label=kind)
            axes.set(xscale="log", yscale="log", xlabel=label)
            axes.grid(visible=True)
            axes.set_ylabel("rms relative error (validation)" if key == "time" else "mean relative error")
        axes.legend()
    save(figure, path, dpi=SCREEN)


def _curve(key: str, found: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    """For `time` the best validation loss so far of the network of default size, as an rms error."""
    if key != "time":
        name = {"count": "base_points", "size": "weights"}[key]
        return [entry[name] for entry in found], [entry["error"] for entry in found]
    history = [entry for entry in found[0]["history"] if entry["validation_loss"] is not None]
    losses = np.minimum.accumulate([entry["validation_loss"] for entry in history])
    return [entry["seconds"] for entry in history], np.sqrt(losses).tolist()


def _trained(
    home: Path, place: Path, kind: str, count: int, units: int | None, seconds: float, held_out: Row
) -> dict[str, Any]:
    """Train the 3-form on `count` base points and judge it on the common ones; kept, so that a benchmark that was
    interrupted goes on."""
    folder = place / f"n{count}"
    kept = folder / f"{kind}_{units or 'default'}_{seconds:g}s.json"
    if kept.exists():
        return read_json(kept)
    _data(home, folder, round(1.25 * count), seed=2)
    size = [] if units is None else ["--units", str(units)]
    record = _train(folder, "3form", kind, ["--time-limit", str(seconds), *size])
    model = load_link_model("3form", record["run"], folder)
    found = {
        "base_points": record["base_points"]["train"],
        "weights": record["weights"],
        "error": evaluate(model, held_out).relative_error,
        "seconds": record["figures"]["seconds"],
        "history": record["history"],
    }
    write_json(kept, found)
    return found


def _family(
    home: Path,
    name: str,
    kind: str,
    base_points: int,
    settings: dict[str, Any],
    seconds: float | None,
) -> dict[str, Any]:
    """Records of the three networks of one family, and of their check, in a folder of that name."""
    folder = home / "learned" / name
    _data(home, folder, round(1.25 * base_points), seed=2)
    hyperparameters = folder / "settings.yaml"
    hyperparameters.write_text(json.dumps(settings), encoding="utf-8")
    options = ["--hyperparameters", str(hyperparameters)]
    options += [] if seconds is None else ["--time-limit", str(seconds)]
    runs = {}
    for task in TASKS:
        runs[task] = _train(folder, task, kind, options)
    command = [g2links(), "check", "model", "--home", str(folder), "--n-points", str(CHECKED)]
    checks = {
        method: call_json([*command, "--psi-method", method], folder / f"{method}.json", may_fail=True)
        for method in ("star", "model")
    }
    models = {task: load_link_model(task, record["run"], folder) for task, record in runs.items()}
    return {"runs": runs, "check": checks["model"], "star": checks["star"], "models": models}


def _family_bars(kind: str, found: dict[str, Any]) -> Iterator[Bar]:
    for task, record in found["runs"].items():
        yield at_most(f"{kind}: relative error of {task}", record["figures"]["relative_error"], ERROR[kind])
        yield at_most(f"{kind}: training of {task}", record["figures"]["seconds"], SECONDS, " s")
    for name in IDENTITIES:
        figure = found["check"]["figures"][name]
        if kind == "potential":
            yield at_most(f"{kind}: {name}, max", _number(figure["max"]), 1e-9)
        elif kind == "ambient":
            yield at_most(f"{kind}: {name}, mean", _number(figure["mean"]), 1e-2)
        else:
            yield Bar(f"{kind}: {name}, mean", "-", f"{_number(figure['mean']):.3g}", True)
    for method, record in (("model", found["check"]), ("star", found["star"])):
        difference = _mean(record, "metric_minus_induced")
        yield Bar(f"{kind}: metric_minus_induced, mean ({method})", "-", f"{difference:.3g}", True)
    positive = _mean(found["star"], "positive")
    least = 0.999 if kind == "direct" else 1.0
    yield Bar(f"{kind}: positive, mean", f">= {least:g}", f"{positive:g}", positive >= least)
    yield at_most(
        f"{kind}: phi of 100,000 points", _prediction_seconds(found["models"]["3form"]), PREDICTION[kind], " s"
    )
    for task, model in found["models"].items():
        charts, circle = invariance(model)
        for what, value in (("change of chart", charts), ("circle rotation", circle)):
            if kind == "direct":
                yield Bar(f"{kind}: {what} of {task}, max", "-", f"{value:.2g}", True)
            else:
                yield at_most(f"{kind}: {what} of {task}, max", value, 1e-10)


def invariance(model: Any, count: int = 200) -> tuple[float, float]:
    """The largest relative change of the predicted components, at `count` points, when computed in another chart
    and brought back, and when the points are rotated along the circle."""
    points = model.variety.sample(count, 11)
    task = TASKS[model.task]

    def change(at: ChartPoint, fixed: Any, solved: Any) -> Any:
        here, there = SliceChart(at, jnp.asarray(0.0)), ChartPoint(at.z / at.z[fixed], fixed[None], solved[None])

        def move(x: Any) -> Any:
            w = embed(model.variety, here, complex_coordinates(x))
            moved = selector(there) @ (w / w[fixed])
            return jnp.concatenate([moved.real, moved.imag, (x[6] + jnp.angle(w[fixed]))[None]])

        x = origin(here)
        value = model.components(at)
        other = change_frame(task, model.components(there), jax.jacfwd(move)(x))
        return jnp.linalg.norm(other - value) / jnp.linalg.norm(value)

    order = np.argsort(-np.abs(points.z), axis=1)
    second = np.where(order[:, 0] == points.at.fixed[:, 0], order[:, 1], order[:, 0])
    slopes = np.abs(np.asarray(jax.vmap(model.variety.gradient)(jnp.asarray(points.z))))
    slopes[np.arange(count), second] = -1
    changes = jax.jit(jax.vmap(change))(points.at, second, np.argmax(slopes, axis=1))
    rotated = points.z * np.exp(1j * np.random.default_rng(0).uniform(0, 2 * np.pi, (count, 1)))
    values, turned = (np.asarray(model(np.concatenate([z.real, z.imag], axis=1))) for z in (points.z, rotated))
    circle = np.linalg.norm(turned - values, axis=1) / np.linalg.norm(values, axis=1)
    return float(np.max(changes)), float(np.max(circle))


def _prediction_seconds(model: Any) -> float:
    """Wall time of `model(points)` at 100,000 points, once it is compiled."""
    z = model.variety.sample(PREDICTED, 12).z
    points = np.concatenate([z.real, z.imag], axis=1)
    jax.block_until_ready(model(points))
    begun = time.monotonic()
    jax.block_until_ready(model(points))
    return time.monotonic() - begun


def _data(home: Path, folder: Path, points: int, seed: int) -> None:
    """The metric of `home` (made if there is none) and new samples of it, in a home of their own."""
    if (folder / "samples" / "link_data" / "manifest.json").exists():
        return
    copy_metric(home, folder)
    how = f"--source fresh --n-rotations 1 --n-points {points} --seed {seed}".split()
    call_json([g2links(), "sample", "--home", str(folder), *how], folder / "sample.json")


def copy_metric(home: Path, folder: Path) -> None:
    """The Calabi-Yau models of `home` (made if there are none) in another home."""
    folder.mkdir(parents=True, exist_ok=True)
    if not list(home.glob("models/cy_models/*.json")):
        call_json([g2links(), "cy", "--home", str(home)], home / "cy.json")
    shutil.copytree(home / "models" / "cy_models", folder / "models" / "cy_models", dirs_exist_ok=True)


def _train(folder: Path, task: str, kind: str, options: Sequence[str]) -> dict[str, Any]:
    """The record beside the model that this training writes."""
    command = [g2links(), "train", "--home", str(folder), "--task", task, "--architecture", kind, *options]
    model = Path(call_json(command, folder / "train.json", may_fail=True)["model"])
    record: dict[str, Any] = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    return record


def _words(found: dict[str, Any]) -> str:
    return f"{found['error']:.2e} after {found['seconds']:.0f} s"


def _mean(record: dict[str, Any], name: str) -> float:
    return _number(record["figures"][name]["mean"])


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def main() -> int:
    """Both measures, if asked for in a smaller size; exit code 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--seconds", type=float, help="limit of each training")
    parser.add_argument("--base-points", type=int, default=BASE_POINTS)
    parser.add_argument("--only", choices=("learning", "learned"))
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=tuple(FAMILIES))
    options = parser.parse_args()
    home = options.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    bars: list[Bar] = []
    for bar in itertools.chain(
        []
        if options.only == "learned"
        else learning(home, options.counts, options.seconds or SECONDS, options.base_points, options.families),
        [] if options.only == "learning" else learned(home, options.base_points, options.seconds, options.families),
    ):
        print(*bar, sep="  |  ", flush=True)
        bars.append(bar)
    return 0 if all(bar.holds for bar in bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
