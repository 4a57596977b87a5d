"""Histograms of what the checks and the Monge-Ampère equation give at many points."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from g2links.checks.thresholds import describe, limits_of
from g2links.errors import InputError
from g2links.records import Threshold
from g2links.reports.canvas import BLUE, GREY, ORANGE, RED, panels, picture, run_title
from g2links.reports.histograms import FLOOR, bins, full_range, histogram_of
from g2links.reports.labels import check_title, figure_axis, figure_label, in_order
from g2links.reports.statistics import judge, summarise

_MEAN: dict[str, Any] = {"color": ORANGE, "linewidth": 1.6}
_LIMIT: dict[str, Any] = {"color": RED, "linewidth": 1.4, "linestyle": "--"}


def plot_check(
    path: str | os.PathLike[str],
    pointwise: Mapping[str, Any],
    thresholds: Mapping[str, Threshold],
    *,
    check: str,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> None:
    """One histogram for each figure, with its limit; errors on a logarithmic axis.

    Exact zeros are drawn at 1e-18. Values that are not finite are counted in the panel.

    Args:
        path: of the PNG.
        pointwise: for each figure its values (n,).
        thresholds: by name of the figure.
        check: its name.
        cy_run, g2_run: for the title.

    Raises:
        InputError: no figures.
        ArtefactError: the disk refuses.
    """
    if not pointwise:
        raise InputError("figures", pointwise, "at least one figure to draw")
    pointwise = in_order(pointwise, check)
    n = max(np.size(values) for values in pointwise.values())
    title = run_title(check_title(check), cy_run=cy_run, g2_run=g2_run, n=n)
    columns = min(3, len(pointwise)) if len(pointwise) != 4 else 2
    rows = -(-len(pointwise) // columns)
    with picture(path, title, width=max(5.5, 3.9 * columns), height=2.9 * rows + 0.9) as figure:
        for axes, (name, values) in zip(panels(figure, len(pointwise), columns), pointwise.items(), strict=True):
            _panel(axes, name, np.ravel(np.asarray(values, dtype=float)), thresholds.get(name))
        _key(figure)


def plot_monge_ampere(
    path: str | os.PathLike[str],
    ratio: Any,
    weights: Any = None,
    *,
    cy_run: int | None = None,
    split: str = "",
) -> None:
    """The distribution of det g/|h|² over its mean, which is 1 everywhere on the Ricci-flat metric.

    Args:
        path: of the PNG.
        ratio: (n,) det g/|h|², in any normalisation.
        weights: (n,) for |Ω|² averages; equal ones if None.
        cy_run: for the title.
        split: which points these are, for the title, such as "validation points".

    Raises:
        InputError: shapes that do not agree, or values that are not finite.
        ArtefactError: the disk refuses.
    """
    values = np.ravel(np.asarray(ratio, dtype=float))
    shares = np.ones_like(values) if weights is None else np.ravel(np.asarray(weights, dtype=float))
    if values.shape != shares.shape or not values.size or not np.isfinite([values, shares]).all():
        raise InputError("ratio", f"shapes {values.shape}, {shares.shape}", "finite values with one weight each")
    shares = shares / np.sum(shares)
    values = values / np.sum(shares * values)
    sigma = np.sum(shares * np.abs(values - 1))
    title = run_title("Monge-Ampère ratio", cy_run=cy_run, n=len(values)) + (f" ({split})" if split else "")
    with picture(path, title, width=6.5, height=4.2) as figure:
        axes = figure.subplots()
        axes.hist(values, bins=2 * bins(values), range=full_range(values), weights=100 * shares, color=BLUE)
        axes.axvline(1.0, color=GREY, linestyle="--", linewidth=1.2)
        axes.set_xlabel(r"$\eta\,/\,\langle\eta\rangle$,   $\eta = \det g\,/\,|h|^2$,   average over $|\Omega|^2$")
        axes.set_ylabel(r"share of $\int |\Omega|^2$ in %")
        worst = np.max(np.abs(values - 1))
        formula = r"$\sigma = \langle|1-\eta/\langle\eta\rangle|\rangle$"
        axes.set_title(f"{formula} = {sigma:.3g},  largest deviation from 1: {worst:.3g}")


def _panel(axes: Axes, name: str, values: np.ndarray, threshold: Threshold | None) -> None:
    finite = values[np.isfinite(values)]
    axes.set_xlabel(figure_label(name))
    axes.set_ylabel("points")
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
    for limit in limits:
        if limit > 0 or not logarithmic:
            axes.axvline(limit, **_LIMIT)


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
