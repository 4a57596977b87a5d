"""What a network predicts, against the forms computed from the metric: all components, and the error of each."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from g2links.errors import InputError
from g2links.forms import multi_indices
from g2links.reports.canvas import GREY, ORANGE, RED, drawing, note, require_choice, run_title
from g2links.reports.histograms import FLOOR
from g2links.reports.labels import COORDINATES, TASKS

_DIMENSION = 7
"""Of the link of a threefold."""
_CONSTANT = 1e-9
"""A component whose deviation is below this share of its size is called constant."""
_GUIDES = (1.0, 1e-2, 1e-4, 1e-6)
"""Relative errors that are drawn as lines."""
_GUIDE: dict[str, Any] = {
    "fontsize": 7,
    "ha": "right",
    "va": "top",
    "bbox": {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
}
_SPAN = 1e4
"""Of the colours of a matrix: smaller errors have the colour of the smallest in it."""
_GRID = 60
"""Cells of a density across."""


def component_indices(task: str) -> list[tuple[int, ...]]:
    """The indices of each packed component, from 1, in the order in which they are packed.

    Raises:
        InputError: an unknown task.
    """
    require_choice("task", task, TASKS)
    degree = TASKS[task].degree
    rows = np.stack(np.triu_indices(_DIMENSION), 1) if degree is None else multi_indices(_DIMENSION, degree)
    return [tuple(int(i) + 1 for i in row) for row in rows]


def relative_errors(computed: Any, predicted: Any) -> np.ndarray:
    """For each component rms(predicted - computed)/rms(computed); the bare error where the computed one is always 0.

    Args:
        computed, predicted: (n, C).

    Returns:
        (C,), not finite where a prediction is not.
    """
    computed, predicted = np.asarray(computed, dtype=float), np.asarray(predicted, dtype=float)
    with np.errstate(invalid="ignore", over="ignore"):
        error, size = _rms(predicted - computed), _rms(computed)
        return error / np.where(size == 0, 1.0, size)


def predictions(
    computed: Any, predicted: Any, task: str, *, cy_run: int | None = None, g2_run: int | None = None
) -> Figure:
    """All components that a network predicts, against those computed from the metric that it learns from.

    Args:
        computed: (n, 35), for the metric (n, 28): the components that were computed from the Kähler potential, in the
            chart of each point. They are exact for that potential, and as Ricci-flat as it is.
        predicted: the same shape, from the network.
        task: 3form, metric or 4form.
        cy_run, g2_run: for the title.

    Returns:
        Two densities of points, in which each component of each point counts once: the prediction over the computed
        value, and the size of their difference over that of the computed value, with lines of equal relative error.

    Raises:
        InputError: another task, or shapes that do not fit it.

    Example:
        >>> import g2links
        >>> computed = np.random.default_rng(0).normal(size=(50, 35))
        >>> figure = g2links.plot.predictions(computed, 1.01 * computed, "3form")
        >>> int(figure.axes[0].collections[0].get_array().sum())  # 50 points with 35 components
        1750
    """
    computed, predicted = _checked(computed, predicted, task)
    x, y = computed.ravel(), predicted.ravel()
    finite = np.isfinite(x) & np.isfinite(y)
    title = run_title(f"Prediction of {TASKS[task].title}", cy_run=cy_run, g2_run=g2_run, n=len(computed))
    with drawing(title, width=10, height=4.6) as figure:
        left, right = figure.subplots(1, 2)
        if finite.any():
            _values(left, x[finite], y[finite])
            _differences(right, x[finite], y[finite])
        if not finite.all():
            note(left, f"{np.sum(~finite)} not finite", colour=RED, x=0.03)
        left.set(xlabel="component computed from the metric", ylabel="predicted component")
        right.set(xlabel="|component computed from the metric|", ylabel="|predicted − computed|")
    return figure


def component_errors(
    computed: Any, predicted: Any, task: str, *, cy_run: int | None = None, g2_run: int | None = None
) -> Figure:
    """The relative error of each component, as a matrix in which every component has its place.

    Args:
        computed, predicted, task, cy_run, g2_run: those of `predictions`.

    Returns:
        A matrix of rms(predicted - computed)/rms(computed), with its numbers: for the metric g_ij at row i and column
        j, for φ_ijk at row k and column ij, for ψ_ijkl at row kl and column ij. Where a component vanishes everywhere
        the number is the error itself. Constant components have a frame, and errors that are not finite an ×.

    Raises:
        InputError: another task, or shapes that do not fit it.

    Example:
        >>> import g2links
        >>> computed = np.random.default_rng(0).normal(size=(50, 28))
        >>> figure = g2links.plot.component_errors(computed, 1.01 * computed, "metric")
        >>> drawn = figure.axes[0].images[0].get_array()
        >>> drawn.shape, int(drawn.count()), round(float(drawn[0, 6]), 12)
        ((7, 7), 28, 0.01)
    """
    computed, predicted = _checked(computed, predicted, task)
    errors = relative_errors(computed, predicted)
    together = float(relative_errors(computed.reshape(-1, 1), predicted.reshape(-1, 1))[0])
    places, rows, columns = component_places(task)
    table = np.full((len(rows), len(columns)), np.nan)
    for place, error in zip(places, errors, strict=True):
        table[place] = error
    drawable = errors[np.isfinite(errors) & (errors > 0)]
    title = run_title(f"Error of {TASKS[task].title} by component", cy_run=cy_run, g2_run=g2_run, n=len(computed))
    with drawing(title, width=0.52 * len(columns) + 2.6, height=0.4 * len(rows) + 2.2) as figure:
        axes = figure.subplots()
        low, high = (drawable.min(), drawable.max()) if drawable.size else (FLOOR, 1.0)
        scale = LogNorm(max(low, high / _SPAN, FLOOR) / 1.1, 1.1 * max(high, FLOOR), clip=True)
        colours = matplotlib.colormaps["cividis"]
        drawn = np.ma.masked_array(table, ~(table > 0) | ~np.isfinite(table))
        image = axes.imshow(drawn, norm=scale, cmap=colours, aspect="auto")
        for place, error, constant in zip(places, errors.tolist(), _constant(computed).tolist(), strict=True):
            dark = 0 < error < np.inf and float(scale(max(error, FLOOR))) < 0.5
            _cell(axes, place, error, constant, dark=dark)
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), rows)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        names = "ij" if TASKS[task].degree else "j"
        axes.set_xlabel(f"indices {names}" if names == "ij" else "index j")
        axes.set_ylabel({"3form": "index k", "metric": "index i", "4form": "indices kl"}[task])
        axes.set_title(f"{COORDINATES};  frame: constant", fontsize=9)
        below = "min" if low < high / _SPAN else "neither"
        shown = f"all components: {together:.2g}" if np.isfinite(together) else "not finite"
        figure.colorbar(image, label=f"rms of the error / rms of the component\n({shown})", fraction=0.06, extend=below)
    return figure


def component_places(task: str) -> tuple[list[tuple[int, int]], list[str], list[str]]:
    """Row and column of each packed component in the matrix of `component_errors`, and the names of the rows and of the
    columns.

    Raises:
        InputError: an unknown task.
    """
    cut = {"3form": 2, "metric": 1, "4form": 2}
    indices = component_indices(task)
    first = [index[: cut[task]] for index in indices]
    last = [index[cut[task] :] for index in indices]
    if task == "metric":
        first, last = last, first
    columns, rows = (sorted(set(part)) for part in (first, last))
    places = [(rows.index(b), columns.index(a)) for a, b in zip(first, last, strict=True)]
    return places, ["".join(map(str, row)) for row in rows], ["".join(map(str, column)) for column in columns]


def _cell(axes: Axes, place: tuple[int, int], error: float, constant: bool, *, dark: bool) -> None:
    row, column = place
    if np.isfinite(error):
        axes.text(column, row, _short(error), ha="center", va="center", fontsize=7, color="white" if dark else "black")
    else:
        axes.text(column, row, "×", ha="center", va="center", fontsize=11, color=RED)
    if constant:
        axes.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor=ORANGE, linewidth=1.4))


def _short(error: float) -> str:
    """In at most five characters."""
    if error == 0:
        return "0"
    text = f"{error:.0e}"
    return f"{error:.2g}" if 1e-3 <= error < 1e3 else text.replace("e-0", "e-").replace("e+0", "e")


def _values(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    margin = max(0.04 * (high - low), 1e-3 * max(abs(low), abs(high)), 1e-12)
    low, high = low - margin, high + margin
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, zorder=0)
    _density(axes, x, y, extent=(low, high, low, high))
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.set_box_aspect(1)
    axes.locator_params(nbins=5)


def _differences(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    size, error = np.maximum(np.abs(x), FLOOR), np.maximum(np.abs(y - x), FLOOR)
    ends = [(np.log10(v.min()) - 0.2, np.log10(v.max()) + 0.2) for v in (size, error)]
    across = 10.0 ** np.array(ends[0])
    for guide in _GUIDES:
        axes.plot(across, guide * across, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
        end = min(across[1], 10 ** ends[1][1] / guide)
        if end > across[0] and guide * end > 10 ** ends[1][0]:
            axes.annotate(f"{100 * guide:g} %", (end, guide * end), **_GUIDE)
    _density(axes, size, error, extent=(*ends[0], *ends[1]), xscale="log", yscale="log")
    axes.set(xlim=across, ylim=10.0 ** np.array(ends[1]))
    axes.set_box_aspect(1)
    zeros = int(np.sum(size <= FLOOR)), int(np.sum(error <= FLOOR))
    if any(zeros):
        note(axes, f"zeros at 1e-18: {zeros[0]} components, {zeros[1]} differences", x=0.03, size=7)


def _density(axes: Axes, x: np.ndarray, y: np.ndarray, **options: Any) -> None:
    drawn = axes.hexbin(
        x, y, gridsize=_GRID, mincnt=1, norm=LogNorm(), cmap=matplotlib.colormaps["viridis"], linewidths=0.1, **options
    )
    drawn.set_rasterized(True)
    axes.figure.colorbar(drawn, ax=axes, label="components of points in a cell", fraction=0.046, pad=0.02)


def _checked(computed: Any, predicted: Any, task: str) -> tuple[np.ndarray, np.ndarray]:
    count = len(component_indices(task))
    computed, predicted = np.asarray(computed, dtype=float), np.asarray(predicted, dtype=float)
    if computed.shape != predicted.shape or computed.ndim != 2 or not len(computed) or computed.shape[1] != count:
        shapes = f"shapes {computed.shape} and {predicted.shape}"
        raise InputError("computed and predicted", shapes, f"two arrays (n, {count}) for the task {task}, n >= 1")
    return computed, predicted


def _constant(computed: np.ndarray) -> np.ndarray:
    return np.ptp(computed, axis=0) <= _CONSTANT * np.max(np.abs(computed), axis=0)


def _rms(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.mean(values**2, axis=0)))
