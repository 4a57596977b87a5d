"""Where on V a network errs: its errors near the coordinate hyperplanes and along each coordinate."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, GREY, ORANGE, RED, drawing, note, panels, run_title
from g2links.reports.labels import figure_label

_PER_BIN = 60
"""Points for each mean that is drawn, so that it means something."""
_MOST_BINS = 24
"""More would show noise."""
_FLOOR = 1e-18
"""Zeros are drawn here on a logarithmic axis, below all rounding errors."""
_MANY = 5000
"""From so many points on, smaller dots."""
_CURVES = (("median", 50, BLUE, "-"), ("90 %", 90, ORANGE, "-"), ("99 %", 99, RED, "--"))


def binned_quantiles(position: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median, 90 % and 99 % quantile of `values` in bins of equally many points along `position`.

    A value that is not finite counts as larger than all others.

    Args:
        position, values: (n,), n >= 1.

    Returns:
        The median position of each bin (b,), and the quantiles (3, b), infinite where such values reach them. There are
        at most 24 bins, of at least 60 points where there is more than one.
    """
    bins = max(1, min(_MOST_BINS, len(position) // _PER_BIN))
    parts = np.array_split(np.argsort(position, kind="stable"), bins)
    size = np.where(np.isfinite(values), values, np.inf)
    quantiles = [[np.quantile(size[part], q / 100, method="higher") for part in parts] for _, q, _, _ in _CURVES]
    return np.array([np.median(position[part]) for part in parts]), np.array(quantiles)


def error_locations(
    shares: Any,
    errors: Mapping[str, Any],
    *,
    what: str = "Error over V",
    weighted: bool = False,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> Figure:
    """Errors at points of V against the least share of a coordinate, which is 0 on the coordinate hyperplanes, and
    against the share of each.

    Args:
        shares: (n, N) |z_i|²/|z|², which sum to 1 over the coordinates of each projective space.
        errors: name of the figure -> (n,), such as "phi_error".
        what: for the title, such as "Error of the 3-form".
        weighted: whether the shares are those of weights other than 1, which are written |ζ_i|².
        cy_run, g2_run: for the title.

    Returns:
        For each error a panel of its points for the least share and one for each coordinate, with the median and the
        quantiles of 90 % and 99 % in bins of equally many points; errors are logarithmic.

    Raises:
        InputError: shapes that do not agree, or no points.

    Example:
        >>> import g2links
        >>> shares = np.random.default_rng(0).dirichlet(np.ones(5), size=100)
        >>> figure = g2links.plot.error_locations(shares, {"phi_error": 1e-3 * shares[:, 0]})
        >>> len(figure.axes)
        6
    """
    shares = np.asarray(shares, dtype=float)
    table = {name: np.asarray(values, dtype=float) for name, values in errors.items()}
    shapes = {shares.shape[:1], *(values.shape for values in table.values())}
    if not table or len(shapes) > 1 or not shares.size or shares.ndim != 2:
        shown = f"{shares.shape} and {', '.join(str(values.shape) for values in table.values())}"
        raise InputError("shares and errors", shown, "arrays (n, N) and (n,), n >= 1")
    each = 1 + shares.shape[1]
    columns = 3 if len(table) == 1 else each
    rows = math.ceil(each / columns) if len(table) == 1 else len(table)
    title = run_title(what, cy_run=cy_run, g2_run=g2_run, n=len(shares))
    symbols = [rf"$|\zeta_{i}|^2$" if weighted else rf"$|z_{i}|^2/|z|^2$" for i in range(shares.shape[1])]
    least = r"least $|\zeta_i|^2$" if weighted else r"least $|z_i|^2/|z|^2$"
    width = 3.9 if columns == 3 else 2.8
    with drawing(title, width=width * columns, height=3.1 * rows + 0.8) as figure:
        axes = iter(panels(figure, each * len(table), columns))
        for name, values in table.items():
            first = next(axes)
            _panel(first, np.min(shares, axis=1), values, f"{least}: distance to the hyperplanes", log=True)
            first.set_ylabel(figure_label(name))
            for i, symbol in enumerate(symbols):
                _panel(next(axes), shares[:, i], values, symbol)
        handles, labels = first.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _panel(axes: Axes, position: np.ndarray, values: np.ndarray, label: str, *, log: bool = False) -> None:
    finite = np.isfinite(values)
    position = np.maximum(position, _FLOOR)
    drawn = np.maximum(values[finite], _FLOOR)
    look: dict[str, Any] = {"marker": "o", "linestyle": "", "color": GREY, "markeredgewidth": 0}
    size = 2.4 if len(values) < _MANY else 1.2
    axes.plot(position[finite], drawn, markersize=size, alpha=0.4, zorder=1, label="points", rasterized=True, **look)
    centres, quantiles = binned_quantiles(position, values)
    for (name, _, colour, style), curve in zip(_CURVES, quantiles, strict=True):
        shown = np.where(np.isfinite(curve), np.maximum(curve, _FLOOR), np.nan)
        marker = "o" if len(curve) == 1 else None
        axes.plot(centres, shown, style, color=colour, marker=marker, label=name, zorder=2)
    axes.set_yscale("log")
    if log:
        axes.set_xscale("log")
    axes.set_xlabel(label)
    axes.grid(visible=True)
    if not finite.all():
        note(axes, f"{np.sum(~finite)} not finite", size=7)
