"""Along curves: the Monge-Ampère ratio on a rational curve in V, and forms along a path in the link."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.plot.components import component_indices
from g2links.reports.canvas import BLUE, GREY, SEQUENCE, STYLES, drawing, require_choice, run_title
from g2links.reports.histograms import FLOOR
from g2links.reports.labels import COORDINATES, TASKS

_NAMED = 7
"""Components that have a colour and a name: those that vary most."""


def rational_curve(t: Any, ratio: Any, *, cy_run: int | None = None) -> Figure:
    """The Monge-Ampère ratio on the rational curve (z, -z, tz, 0, -tz) of the Fermat quintic and its kind, on which all
    terms of the equation cancel; errors of a metric gather there.

    Args:
        t: (a, b) complex parameters of the curve: rows of one |t|, columns of one argument.
        ratio: (a, b) η/⟨η⟩ there, 1 on the Ricci-flat metric.
        cy_run: for the title.

    Returns:
        The mean over the arguments of t and the range of the ratio, over |t| on a logarithmic axis.

    Raises:
        InputError: shapes that do not agree, numbers that are not finite, or t = 0.

    Example:
        >>> import g2links
        >>> t = np.outer([0.1, 1.0, 10.0], [1, 1j, -1, -1j])
        >>> figure = g2links.plot.rational_curve(t, 1 + 0.01 * t.real)
        >>> figure.axes[0].lines[0].get_ydata().tolist()
        [1.0, 1.0, 1.0]
    """
    t, ratio = np.asarray(t, dtype=complex), np.asarray(ratio, dtype=float)
    if t.ndim != 2 or t.shape != ratio.shape or not t.size:
        raise InputError("t and ratio", f"shapes {t.shape} and {ratio.shape}", "two tables (a, b) of the same shape")
    if not (np.isfinite(t).all() and np.isfinite(ratio).all() and t.all()):
        raise InputError("t and ratio", "numbers", "finite numbers, and t other than 0")
    radius, mean = np.abs(t[:, 0]), ratio.mean(axis=1)
    worst = float(np.max(np.abs(ratio - 1)))
    title = run_title("Monge-Ampère ratio on the rational curve (z, −z, tz, 0, −tz)", cy_run=cy_run)
    with drawing(title, width=6.5, height=4.0) as figure:
        axes = figure.subplots()
        axes.fill_between(
            radius, ratio.min(axis=1), ratio.max(axis=1), color=BLUE, alpha=0.25, linewidth=0, label="range over arg t"
        )
        axes.plot(radius, mean, color=BLUE, label=f"mean over arg t; largest |ratio − 1| {worst:.3g}")
        axes.axhline(1.0, color=GREY, linestyle="--", linewidth=1.2, label="Ricci-flat")
        axes.set_xscale("log")
        axes.ticklabel_format(axis="y", useOffset=False)
        axes.set_xlabel("|t|")
        axes.set_ylabel(r"$\eta\,/\,\langle\eta\rangle$")
        axes.grid(visible=True)
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def along(
    parameter: Any,
    computed: Any,
    task: str = "3form",
    *,
    predicted: Any = None,
    label: str = "parameter",
    what: str = "",
) -> Figure:
    """The components of φ, ψ or the metric along a curve in the link, such as a Reeb circle or a path, and how far a
    network is from them.

    Args:
        parameter: (n,) of the curve, such as the angle θ of a Reeb circle.
        computed: (n, 35), for the metric (n, 28): components from the metric, in one chart along the curve or in the
            canonical chart of each point. Along a Reeb circle they are constant.
        task: 3form, metric or 4form.
        predicted: the same shape, from a network; None draws the computed ones alone.
        label: what the parameter is.
        what: the curve, for the title.

    Returns:
        A line for each component, the seven that vary most with a name, and predictions as dots; below, with a
        prediction, the largest and the root mean square difference over the components, logarithmic; without one the
        largest difference from the first point.

    Raises:
        InputError: another task, shapes that do not agree, or numbers that are not finite.

    Example:
        >>> import g2links
        >>> angle = np.linspace(0, 2 * np.pi, 9)
        >>> computed = np.cos(angle)[:, None] * np.arange(35.0)
        >>> figure = g2links.plot.along(angle, computed, label="angle", what="a path")
        >>> len(figure.axes[0].lines)
        35
    """
    require_choice("task", task, TASKS)
    parameter, computed = np.asarray(parameter, dtype=float), np.asarray(computed, dtype=float)
    guesses = None if predicted is None else np.asarray(predicted, dtype=float)
    indices = component_indices(task)
    arrays = [computed] if guesses is None else [computed, guesses]
    wanted = (len(parameter) if parameter.ndim == 1 else 0, len(indices))
    if not wanted[0] or any(array.shape != wanted for array in arrays):
        shapes = " and ".join(str(array.shape) for array in (parameter, *arrays))
        raise InputError("parameter and components", f"shapes {shapes}", f"(n,) and (n, {len(indices)}), n >= 1")
    if not all(np.isfinite(array).all() for array in (parameter, *arrays)):
        raise InputError("parameter and components", "numbers", "finite numbers")
    named = np.argsort(-np.ptp(computed, axis=0), kind="stable")[:_NAMED]
    title = f"{TASKS[task].title[4:].capitalize()} along {what or 'a curve'}"
    with drawing(title, width=7.5, height=5.5) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.3])
        for i, values in enumerate(computed.T):
            rank = int(np.flatnonzero(named == i)[0]) if i in named else None
            colour = "#BBBBBB" if rank is None else SEQUENCE[rank]
            words = None if rank is None else f"${TASKS[task].symbol}_{{{''.join(map(str, indices[i]))}}}$"
            upper.plot(
                parameter,
                values,
                color=colour,
                linestyle="-" if rank is None else STYLES[rank % len(STYLES)],
                linewidth=0.7 if rank is None else 1.5,
                zorder=1 if rank is None else 2,
                label=words,
            )
            if guesses is not None:
                upper.plot(parameter, guesses[:, i], "o", color=colour, markersize=2.2, zorder=3)
        difference = np.abs((computed[:1] if guesses is None else guesses) - computed)
        rms = np.sqrt(np.mean(difference**2, axis=1))
        lower.plot(parameter, _positive(difference.max(axis=1)), color=BLUE, label="largest")
        lower.plot(parameter, _positive(rms), color=SEQUENCE[1], linestyle="--", label="rms")
        lower.set_yscale("log")
        lower.set_ylabel("change" if guesses is None else "|predicted\n − computed|")
        lower.set_xlabel(label)
        upper.set_ylabel("component" if guesses is None else "component\nline: computed, dots: predicted")
        upper.set_title(COORDINATES, fontsize=9)
        for axes in (upper, lower):
            axes.grid(visible=True)
        lower.legend(loc="best", ncols=2, fontsize=8)
        handles, names = upper.get_legend_handles_labels()
        order = np.argsort([list(named).index(j) for j in sorted(named)])
        figure.legend([handles[k] for k in order], [names[k] for k in order], loc="outside right upper")
    return figure


def _positive(values: np.ndarray) -> np.ndarray:
    """For a logarithmic axis: zeros are left out, or, where there is nothing else, drawn at 1e-18."""
    return np.where(values > 0, values, np.nan if values.any() else FLOOR)
