"""The eigenvalues of a Kähler metric over V."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.plot.locations import binned_quantiles
from g2links.reports.canvas import SEQUENCE, drawing, run_title

_MARKERS = "osD^v<>"
_DECADE = 10.0
"""From such a factor on the axis of the eigenvalues is logarithmic."""


def eigenvalues(
    position: Any,
    values: Any,
    *,
    label: str = "position",
    cy_run: int | None = None,
) -> Figure:
    """The eigenvalues of g relative to the reference metric, which do not depend on a chart, against a position on V:
    how anisotropic the metric is, and where it is close to degenerate.

    Args:
        position: (n,), such as the least share of a coordinate, or |ψ - 1| of what comes close to a singular point.
        values: (n, d) in ascending order, from `cy.eigenvalues(points)`.
        label: what the position is; it is logarithmic where all of it is positive over more than two decades.
        cy_run: for the title.

    Returns:
        The points of each of the d eigenvalues and the line of its median; logarithmic from a factor of ten on.

    Raises:
        InputError: shapes that do not agree, numbers that are not finite, or eigenvalues that are not positive or not
            ascending.

    Example:
        >>> import g2links
        >>> values = np.sort(np.random.default_rng(0).uniform(0.5, 2, (100, 3)))
        >>> figure = g2links.plot.eigenvalues(np.arange(100.0), values)
        >>> [bool((line.get_ydata() == values[:, i]).all()) for i, line in enumerate(figure.axes[0].lines[::2])]
        [True, True, True]
    """
    position, values = np.asarray(position, dtype=float), np.asarray(values, dtype=float)
    if position.ndim != 1 or values.ndim != 2 or len(position) != len(values) or not values.size:
        raise InputError(
            "position and values", f"shapes {position.shape} and {values.shape}", "(n,) and (n, d), n >= 1"
        )
    if not (np.isfinite(position).all() and np.isfinite(values).all()):
        raise InputError("position and values", "numbers", "finite numbers")
    if not (values > 0).all() or (np.diff(values, axis=1) < 0).any():
        raise InputError("values", float(values.min()), "positive eigenvalues in ascending order")
    title = run_title("Eigenvalues of g over V", cy_run=cy_run, n=len(values))
    with drawing(title, width=6.5, height=4.4) as figure:
        axes = figure.subplots()
        size = 2.4 if len(values) < 2000 else 1.4
        for i, column in enumerate(values.T):
            look: dict[str, Any] = {"color": SEQUENCE[i % len(SEQUENCE)]}
            marker = _MARKERS[i % len(_MARKERS)]
            axes.plot(position, column, marker, markersize=size, alpha=0.35, markeredgewidth=0, rasterized=True, **look)
            centres, quantiles = binned_quantiles(position, column)
            name = f"$\\lambda_{i + 1}$ from {column.min():.3g} to {column.max():.3g}; line: median"
            axes.plot(centres, quantiles[0], marker=marker, markersize=4, label=name, **look)
        if values.max() > _DECADE * values.min():
            axes.set_yscale("log")
        if position.min() > 0 and position.max() > 100 * position.min():
            axes.set_xscale("log")
        axes.set_xlabel(label)
        axes.set_ylabel("eigenvalue of $g$, relative to\nthe reference metric")
        axes.grid(visible=True)
        figure.legend(loc="outside lower center", ncols=2)
    return figure
