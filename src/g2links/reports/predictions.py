"""What a network predicts, against the truth, component by component."""

import os
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from g2links.errors import InputError
from g2links.forms import multi_indices
from g2links.reports.canvas import BLUE, GREY, LIGHT, ORANGE, RED, note, panels, picture, run_title
from g2links.reports.labels import COORDINATES, TASKS

_DIMENSION = 7
"""Of the link of a threefold."""
_CONSTANT = 1e-9
"""A component whose deviation is below this share of its size is called constant."""


def component_labels(task: str) -> list[str]:
    """The components in the order in which they are packed, such as `$\\varphi_{123}$`; indices from 1.

    Raises:
        InputError: an unknown task.
    """
    if task not in TASKS:
        raise InputError("task", task, f"one of {', '.join(TASKS)}")
    _, symbol, degree = TASKS[task]
    rows = np.stack(np.triu_indices(_DIMENSION), 1) if degree is None else multi_indices(_DIMENSION, degree)
    return [f"${symbol}_{{{''.join(str(i + 1) for i in row)}}}$" for row in rows]


def component_errors(truth: Any, prediction: Any) -> np.ndarray:
    """For each component rms(prediction - truth)/rms(truth); the bare error where the truth is always 0.

    Args:
        truth, prediction: (n, C).

    Returns:
        (C,), not finite where a prediction is not.
    """
    truth, prediction = np.asarray(truth, dtype=float), np.asarray(prediction, dtype=float)
    with np.errstate(invalid="ignore", over="ignore"):
        error, size = _rms(prediction - truth), _rms(truth)
        return error / np.where(size == 0, 1.0, size)


def plot_predictions(
    path: str | os.PathLike[str],
    truth: Any,
    prediction: Any,
    *,
    task: str,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> None:
    """Predicted against true value, a panel for each component with its relative error.

    Args:
        path: of the PNG.
        truth, prediction: (n, 35), for the metric (n, 28), in the chart of each point and its real order.
        task: 3form, metric or 4form.
        cy_run, g2_run: for the title.

    Raises:
        InputError: shapes that do not fit the task.
        ArtefactError: the disk refuses.
    """
    truth, prediction, labels = _checked(truth, prediction, task)
    errors = component_errors(truth, prediction)
    title = _title(f"Prediction against truth of {TASKS[task].title}", cy_run, g2_run, len(truth))
    rows = len(labels) // _DIMENSION
    with picture(path, title, width=13, height=1.95 * rows + 1.0) as figure:
        axes = panels(figure, len(labels), _DIMENSION)
        for i, (ax, label) in enumerate(zip(axes, labels, strict=True)):
            size = _percent(errors[i]) if truth[:, i].any() else f"error {errors[i]:.2g}"
            _panel(ax, truth[:, i], prediction[:, i], f"{label}   {size}")
        figure.supxlabel(
            "true component   (title of a panel: rms of the error / rms of the component;  "
            f"colour: points, logarithmic;  {COORDINATES})",
            fontsize=10,
        )
        figure.supylabel("predicted component", fontsize=10)


def plot_component_errors(
    path: str | os.PathLike[str],
    truth: Any,
    prediction: Any,
    *,
    task: str,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> None:
    """The relative error of each component as a bar, and that of all together as a line.

    Arguments and errors are those of `plot_predictions`.
    """
    truth, prediction, labels = _checked(truth, prediction, task)
    errors = component_errors(truth, prediction)
    together = float(component_errors(truth.reshape(-1, 1), prediction.reshape(-1, 1))[0])
    drawn = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    title = _title(f"Error by component of {TASKS[task].title}", cy_run, g2_run, len(truth))
    with picture(path, title, width=11, height=4.4) as figure:
        axes = figure.subplots()
        axes.bar(range(len(labels)), drawn, color=[LIGHT if c else BLUE for c in _constant(truth)], edgecolor=BLUE)
        axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=9)
        axes.set_xlim(-0.7, len(labels) - 0.3)
        axes.set_ylabel("rms of the error / rms of the component")
        axes.set_xlabel(f"{COORDINATES};  pale: constant component;  ×: not finite;  no bar: no error")
        axes.grid(visible=True, axis="y")
        if np.isfinite(drawn).any():
            axes.set_yscale("log")
        if np.isfinite(together) and together > 0:
            axes.axhline(together, color=ORANGE, linestyle="--", label=f"all components: {together:.3g}")
            axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)
        for i in np.flatnonzero(~np.isfinite(errors)):
            axes.annotate("×", (i, 0.02), xycoords=("data", "axes fraction"), color=RED, ha="center")


def _panel(axes: Axes, truth: np.ndarray, prediction: np.ndarray, title: str) -> None:
    axes.set_title(title, fontsize=9)
    axes.tick_params(labelsize=7)
    finite = np.isfinite(truth) & np.isfinite(prediction)
    low, high = _limits(truth[finite], prediction[finite])
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.set_box_aspect(1)
    axes.locator_params(nbins=3)
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, zorder=0)
    if finite.any():
        axes.hexbin(
            truth[finite],
            prediction[finite],
            gridsize=28,
            extent=(low, high, low, high),
            mincnt=1,
            bins="log",
            cmap=matplotlib.colormaps["viridis"],
            linewidths=0.1,
        )
    if _constant(truth[:, None])[0]:
        note(axes, f"constant {truth[0]:.4g}", y=0.05, size=7)
    if not finite.all():
        note(axes, f"{np.sum(~finite)} not finite", x=0.03, size=7)


def _checked(truth: Any, prediction: Any, task: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    labels = component_labels(task)
    truth, prediction = np.asarray(truth, dtype=float), np.asarray(prediction, dtype=float)
    if truth.shape != prediction.shape or truth.ndim != 2 or not len(truth) or truth.shape[1] != len(labels):
        shapes = f"shapes {truth.shape} and {prediction.shape}"
        raise InputError("truth and prediction", shapes, f"two arrays (n, {len(labels)}) for the task {task}, n >= 1")
    return truth, prediction, labels


def _constant(truth: np.ndarray) -> np.ndarray:
    return np.ptp(truth, axis=0) <= _CONSTANT * np.max(np.abs(truth), axis=0)


def _rms(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.mean(values**2, axis=0)))


def _limits(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
    """The same range for both axes: all values, with a margin."""
    if not truth.size:
        return -1.0, 1.0
    low, high = min(truth.min(), prediction.min()), max(truth.max(), prediction.max())
    margin = max(0.06 * (high - low), 1e-3 * max(abs(low), abs(high)), 1e-12)
    return float(low - margin), float(high + margin)


def _percent(error: float) -> str:
    if not np.isfinite(error):
        return "not finite"
    return f"{100 * error:.2g} %" if error < 0.995 else f"{100 * error:.0f} %"


def _title(what: str, cy_run: int | None, g2_run: int | None, n: int) -> str:
    return run_title(what, cy_run=cy_run, g2_run=g2_run, n=n)
