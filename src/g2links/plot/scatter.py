"""One column of a table against another, such as σ against the degree or the number of points of many runs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from g2links.errors import InputError
from g2links.reports.canvas import SEQUENCE, drawing

_DECADES = 1.5
"""From so many on a logarithmic axis shows more than a linear one."""
_LONG = 8
"""Labels of text that are longer, or more than so many, are turned."""
_MARKERS = "osD^v<>PX*"


def columns(
    rows: Sequence[Mapping[str, Any]],
    x: str,
    y: str,
    *,
    by: str | None = None,
    title: str = "",
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """One column of a table of runs against another: a point for each row that has both.

    Args:
        rows: mappings from names of columns to values, such as `sweep.rows`; a column "sigma_error" beside "sigma"
            gives its standard errors.
        x, y: names of columns. Text stands in the order of its rows; positive numbers over more than one and a half
            decades have a logarithmic axis.
        by: a third column: rows with the same value of it are one line, in the order of x.
        title: above the picture; "y against x" if empty.
        labels: what columns are called in the picture, such as {"sigma": "σ"}; by their names if not given.

    Returns:
        A point for each row, with error bars; with `by` lines with a legend.

    Raises:
        InputError: no row has both.

    Example:
        >>> import g2links
        >>> runs = [{"degree": d, "n_points": n, "sigma": 10.0**-d} for n in (1000, 9000) for d in (4, 2, 3)]
        >>> figure = g2links.plot.columns(runs, "degree", "sigma", by="n_points")
        >>> [line.get_xdata().tolist() for line in figure.axes[0].lines]
        [[2, 3, 4], [2, 3, 4]]
    """
    shown = [row for row in rows if row.get(x) is not None and row.get(y) is not None]
    if not shown:
        raise InputError("plot", f"{x} {y}", "two columns of which some row has both")
    called = {name: (labels or {}).get(name, name) for name in (x, y, *([by] if by else []))}
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for row in shown:
        groups.setdefault(None if by is None else row.get(by), []).append(row)
    with drawing(title or f"{called[y]} against {called[x]}", width=7, height=4.5) as figure:
        axes = figure.subplots()
        for i, (value, group) in enumerate(groups.items()):
            words = isinstance(group[0][x], str)
            ordered = group if by is None or words else sorted(group, key=lambda row: float(row[x]))
            errors = {name: [row.get(f"{name}_error") or 0.0 for row in ordered] for name in (x, y)}
            axes.errorbar(
                [row[x] for row in ordered],
                [row[y] for row in ordered],
                xerr=errors[x] if any(errors[x]) else None,
                yerr=errors[y] if any(errors[y]) else None,
                fmt=_MARKERS[i % len(_MARKERS)],
                linestyle="-" if by is not None and not words else "",
                markersize=4,
                color=SEQUENCE[i % len(SEQUENCE)],
                label=None if by is None else f"{called[by]} = {value}",
            )
        axes.set_xlabel(called[x])
        axes.set_ylabel(called[y])
        axes.grid(visible=True)
        _scale(axes, "x", [row[x] for row in shown])
        _scale(axes, "y", [row[y] for row in shown])
        if by is not None:
            figure.legend(loc="outside right upper")
    return figure


def _scale(axes: Axes, which: str, values: Sequence[Any]) -> None:
    if any(isinstance(value, str) for value in values):
        words = dict.fromkeys(map(str, values))
        if which == "x" and (len(words) > _LONG or max(map(len, words)) > _LONG):
            axes.tick_params(axis="x", labelrotation=90)
    elif min(values) > 0 and math.log10(max(values) / min(values)) > _DECADES:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    elif all(isinstance(value, int) for value in values):
        (axes.xaxis if which == "x" else axes.yaxis).set_major_locator(MaxNLocator(integer=True))
