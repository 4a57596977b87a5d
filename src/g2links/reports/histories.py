"""How a training went."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from g2links.reports.canvas import BLUE, GREEN, GREY, ORANGE, note, picture, run_title
from g2links.reports.labels import TASKS

History = Sequence[Mapping[str, Any]]


def plot_cy_history(path: str | os.PathLike[str], history: History, *, cy_run: int | None = None) -> None:
    """The Monge-Ampère residual, σ and the damping, over the iterations of the Ricci-flat solve.

    Args:
        path: of the PNG.
        history: an entry for each iteration: "iteration", "rms", "sigma_validation", "damping", "seconds";
            None or missing where it was not measured.
        cy_run: for the title.

    Raises:
        ArtefactError: the disk refuses.
    """
    curves = {
        "rms": ("rms of log(det g / |h|²) on the training points", BLUE),
        "sigma_validation": ("σ on the validation points", ORANGE),
    }
    _plot(
        path,
        history,
        "iteration",
        curves,
        "damping",
        "residual",
        run_title("Ricci-flat Kähler metric", cy_run=cy_run),
    )


def plot_training_history(
    path: str | os.PathLike[str],
    history: History,
    *,
    task: str,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> None:
    """The losses and the learning rate of a network, over its epochs; the best validation loss is marked.

    Args:
        path: of the PNG.
        history: an entry for each epoch: "epoch", "loss", "validation_loss", "learning_rate", "seconds"; None
            or missing where it was not measured.
        task: 3form, metric or 4form.
        cy_run, g2_run: for the title.

    Raises:
        ArtefactError: the disk refuses.
    """
    curves = {"loss": ("training loss", BLUE), "validation_loss": ("validation loss", ORANGE)}
    title = run_title(f"Training of {TASKS[task].title}", cy_run=cy_run, g2_run=g2_run)
    _plot(path, history, "epoch", curves, "learning_rate", "loss", title, mark_best="validation_loss")


def _plot(
    path: str | os.PathLike[str],
    history: History,
    step: str,
    curves: Mapping[str, tuple[str, str]],
    knob: str,
    unit: str,
    title: str,
    mark_best: str | None = None,
) -> None:
    """The curves above, the knob of the optimiser below, over the same steps."""
    with picture(path, title, width=7.5, height=5.5) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        for key, (label, colour) in curves.items():
            _curve(upper, history, step, key, label, colour)
        _curve(lower, history, step, knob, knob.replace("_", " "), GREEN)
        if mark_best:
            _mark_best(upper, history, step, mark_best)
        lower.xaxis.set_major_locator(MaxNLocator(integer=True))
        lower.set_xlabel(step + _duration(history))
        lower.set_ylabel(knob.replace("_", " "))
        upper.set_ylabel(unit)
        if upper.lines:
            upper.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3 if mark_best else 1)
        else:
            note(upper, "no steps were taken")


def _curve(axes: Axes, history: History, step: str, key: str, label: str, colour: str) -> None:
    """Positive finite values, on a logarithmic axis; a marker for each where they are few."""
    kept = [(entry[step], float(entry[key])) for entry in history if _drawable(entry.get(key))]
    if not kept:
        return
    steps, values = zip(*kept, strict=True)
    axes.plot(
        steps,
        values,
        color=colour,
        marker="o" if len(kept) < 40 else None,
        markersize=3.5,
        label=f"{label}; last {values[-1]:.3g}",
    )
    axes.set_yscale("log")
    axes.grid(visible=True, which="major")
    lost = sum(entry.get(key) is not None and not _drawable(entry[key]) for entry in history)
    if lost:
        note(axes, f"{key}: {lost} values not positive and finite", x=0.02, y=0.05)


def _mark_best(axes: Axes, history: History, step: str, key: str) -> None:
    kept = [(float(entry[key]), entry[step]) for entry in history if _drawable(entry.get(key))]
    if kept:
        value, where = min(kept)
        axes.axvline(where, color=GREY, linestyle=":", linewidth=1.2, label=f"best: {value:.3g} at {step} {where}")


def _drawable(value: Any) -> bool:
    return value is not None and math.isfinite(value) and value > 0


def _duration(history: History) -> str:
    seconds = [entry["seconds"] for entry in history if entry.get("seconds") is not None]
    return f"  (wall time {seconds[-1]:.3g} s)" if seconds else ""
