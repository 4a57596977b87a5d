"""How a metric was found, and how a network was trained."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, GREEN, GREY, ORANGE, drawing, note, require_choice, run_title
from g2links.reports.labels import TASKS

History = Sequence[Mapping[str, Any]]
_FEW = 40
"""Steps up to which each has a marker."""


def metric_history(history: History, *, cy_run: int | None = None) -> Figure:
    """The Monge-Ampère residual, σ and the damping over the iterations of the search for a Ricci-flat metric.

    Args:
        history: an entry for each iteration: "iteration", "rms", "sigma_validation", "damping", "seconds"; None or
            missing where it was not measured. `cy.record["history"]` is one.
        cy_run: for the title.

    Returns:
        The residuals above and the damping below, on logarithmic axes.

    Raises:
        InputError: an entry without "iteration".

    Example:
        >>> import g2links
        >>> steps = [{"iteration": i, "rms": 10.0**-i, "damping": 0.1**i, "seconds": i} for i in (1, 2, 3)]
        >>> figure = g2links.plot.metric_history(steps)
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['residual', 'damping']
    """
    curves = {
        "rms": (r"rms of $\log(\eta/\langle\eta\rangle)$ on the training points", BLUE),
        "sigma_validation": (r"$\sigma$ on the validation points", ORANGE),
    }
    title = run_title("Search for the Ricci-flat metric", cy_run=cy_run)
    return _drawn(history, "iteration", curves, ("damping", "damping"), "residual", title)


def training_history(
    history: History,
    task: str,
    *,
    optimiser: str = "adam",
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> Figure:
    """The losses of a network, and the learning rate or the damping, over its epochs; the best validation loss is
    marked.

    Args:
        history: an entry for each epoch: "epoch", "loss", "validation_loss", "learning_rate", "seconds"; None or
            missing where it was not measured. `network.record["history"]` is one.
        task: 3form, metric or 4form.
        optimiser: that of the training. With lm, least squares, "learning_rate" is the damping of Levenberg and
            Marquardt, and called so.
        cy_run, g2_run: for the title.

    Returns:
        The losses above and the rate or damping below, on logarithmic axes.

    Raises:
        InputError: another task, or an entry without "epoch".

    Example:
        >>> import g2links
        >>> epochs = [{"epoch": i, "loss": 1 / i, "validation_loss": 2 / i, "learning_rate": 0.1} for i in (1, 2)]
        >>> figure = g2links.plot.training_history(epochs, "3form", optimiser="lm")
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['loss', 'damping']
    """
    require_choice("task", task, TASKS)
    curves = {"loss": ("training loss", BLUE), "validation_loss": ("validation loss", ORANGE)}
    title = run_title(f"Training of {TASKS[task].title}", cy_run=cy_run, g2_run=g2_run)
    knob = "damping" if optimiser == "lm" else "learning rate"
    return _drawn(history, "epoch", curves, ("learning_rate", knob), "loss", title, mark_best="validation_loss")


def _drawn(
    history: History,
    step: str,
    curves: Mapping[str, tuple[str, str]],
    knob: tuple[str, str],
    unit: str,
    title: str,
    mark_best: str | None = None,
) -> Figure:
    """The curves above, the knob of the optimiser below, over the same steps."""
    if any(step not in entry for entry in history):
        raise InputError("history", "an entry without it", f'"{step}" in each entry')
    with drawing(title, width=7.5, height=5.5) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        for key, (label, colour) in curves.items():
            _curve(upper, history, step, key, label, colour)
        _curve(lower, history, step, *knob, GREEN)
        if mark_best:
            _mark_best(upper, history, step, mark_best)
        lower.xaxis.set_major_locator(MaxNLocator(integer=True))
        lower.set_xlabel(step + _duration(history))
        lower.set_ylabel(knob[1])
        upper.set_ylabel(unit)
        if upper.lines:
            upper.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3 if mark_best else 1)
        else:
            note(upper, "no steps were taken")
    return figure


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
        marker="o" if len(kept) < _FEW else None,
        markersize=3.5,
        label=f"{label}; last {values[-1]:.3g}",
    )
    axes.set_yscale("log")
    axes.grid(visible=True, which="major")
    lost = sum(entry.get(key) is not None and not _drawable(entry[key]) for entry in history)
    if lost:
        note(axes, f"{label}: {lost} values not positive and finite", x=0.02, y=0.05)


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
