"""Histograms of the figures of a check."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullFormatter

from g2links.checks.thresholds import describe, limits_of
from g2links.errors import InputError
from g2links.records import Threshold
from g2links.reports.canvas import BLUE, FAR, ORANGE, RED, drawing, far_limit, panels, run_title
from g2links.reports.histograms import FLOOR, histogram_of
from g2links.reports.labels import check_title, figure_axis, figure_label, in_order
from g2links.reports.statistics import judge, summarise

_MEAN: dict[str, Any] = {"color": ORANGE, "linewidth": 1.6}
_LIMIT: dict[str, Any] = {"color": RED, "linewidth": 1.4, "linestyle": "--"}


def check(
    pointwise: Mapping[str, Any],
    thresholds: Mapping[str, Threshold] | None = None,
    *,
    name: str = "",
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> Figure:
    """One histogram for each figure of a check, with its limit; errors on a logarithmic axis.

    Args:
        pointwise: for each figure its values (n,). Exact zeros are drawn at 1e-18; values that are not finite are
            counted in the title of the panel.
        thresholds: by name of the figure.
        name: of the check, for the title and for the order of the panels.
        cy_run, g2_run: for the title.

    Returns:
        A panel for each figure, with its mean and its limit. A limit more than two decades away from all values is an
        arrow at the side where it lies.

    Raises:
        InputError: no figures, or one without values.

    Example:
        >>> import g2links
        >>> limits = {"d_psi": {"statistic": "max", "at_most": 1e-9}}
        >>> figure = g2links.plot.check({"d_psi": [1e-15, 1e-14, 2e-14]}, limits, name="analytic", cy_run=1)
        >>> int(sum(bar.get_height() for bar in figure.axes[0].patches))
        3
    """
    values = {key: np.ravel(np.asarray(found, dtype=float)) for key, found in in_order(pointwise, name).items()}
    if not values or not all(found.size for found in values.values()):
        raise InputError("figures", sorted(values), "at least one figure to draw, with values")
    thresholds = thresholds or {}
    n = max(found.size for found in values.values())
    title = run_title(check_title(name) if name else "Check", cy_run=cy_run, g2_run=g2_run, n=n)
    columns = min(3, len(values)) if len(values) != 4 else 2
    rows = -(-len(values) // columns)
    with drawing(title, width=max(5.5, 3.9 * columns), height=2.9 * rows + 0.9) as figure:
        for axes, (key, found) in zip(panels(figure, len(values), columns), values.items(), strict=True):
            _panel(axes, key, found, thresholds.get(key))
        _key(figure)
    return figure


def _panel(axes: Axes, name: str, values: np.ndarray, threshold: Threshold | None) -> None:
    finite = values[np.isfinite(values)]
    axes.set_xlabel(figure_label(name))
    axes.set_ylabel("points")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    if figure_axis(name) == "flag":
        _draw_positive(axes, finite)
    elif finite.size:
        _draw_histogram(axes, finite, limits_of(threshold), linear=figure_axis(name) == "linear")
    failed = bool(judge({name: values}, {name: threshold} if threshold else {}))
    lines = [
        _statistics(values),
        f"needed: {describe(threshold)}: {'FAIL' if failed else 'pass'}" if threshold else "",
    ]
    axes.set_title("\n".join(filter(None, lines)), color=RED if failed else "black", fontsize=9)


def _statistics(values: np.ndarray) -> str:
    lost = int(np.sum(~np.isfinite(values)))
    if lost:
        return f"{lost} of {values.size} not finite"
    figures = summarise(values)
    form = ".6g" if figures["mean"] == 0 or 1e-2 <= abs(figures["mean"]) < 1e5 else ".2e"
    return f"mean {figures['mean']:{form}}, max {figures['max']:{form}}"


def _draw_histogram(axes: Axes, values: np.ndarray, limits: list[float], *, linear: bool) -> None:
    """Errors on a logarithmic axis, if together with their limit they span a factor of ten."""
    drawn = histogram_of(values, limits, linear=linear)
    logarithmic = drawn["scale"] == "log"
    axes.hist(np.maximum(values, FLOOR) if logarithmic else values, bins=drawn["edges"], color=BLUE)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())  # between decades they would overlap
    else:
        axes.ticklabel_format(axis="x", useOffset=False)
        axes.locator_params(axis="x", nbins=5)
    axes.axvline(max(float(np.mean(values)), FLOOR if logarithmic else -np.inf), **_MEAN)
    low, high = drawn["edges"][0], drawn["edges"][-1]
    margin = FAR if logarithmic else FAR * (high - low)
    for limit in limits:
        if logarithmic and limit <= 0:
            continue
        below = math.log10(low / limit) if logarithmic else low - limit
        above = math.log10(limit / high) if logarithmic else limit - high
        if max(below, above) <= margin:
            axes.axvline(limit, **_LIMIT)
        else:
            axes.set_ylim(top=1.2 * axes.dataLim.y1)
            far_limit(axes, f"limit {limit:.3g}", right=above > below)


def _draw_positive(axes: Axes, values: np.ndarray) -> None:
    counts = [int(np.sum(values <= 0.5)), int(np.sum(values > 0.5))]
    bars = axes.bar([0, 1], counts, width=0.6, color=[RED, BLUE])
    axes.bar_label(bars, [f"{count:,}" for count in counts], fontsize=9)
    axes.set_xticks([0, 1])
    axes.set_xlim(-0.7, 1.7)
    axes.set_ylim(0, 1.15 * max(1, *counts))


def _key(figure: Figure) -> None:
    """What the vertical lines are, once for all panels."""
    lines = [Line2D([], [], label="mean", **_MEAN), Line2D([], [], label="limit", **_LIMIT)]
    figure.legend(handles=lines, loc="outside lower center", ncols=2)
