"""Pictures of the table of a sweep."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, picture

_DECADES = 1.5
"""From so many on a logarithmic axis shows more than a linear one."""
_LONG = 8
"""Labels of text that are longer, or more than so many, are turned."""


def plot_columns(
    path: str | os.PathLike[str], rows: Sequence[Mapping[str, Any]], x: str, y: str, *, title: str = ""
) -> int:
    """One column against another: a point for each row that has both. Text stands in the order of its rows, standard
    errors are drawn, and positive numbers over more than one and a half decades have a logarithmic axis.

    Args:
        path: of the PNG.
        rows: of the table of a sweep.
        x, y: names of columns.
        title: above the picture.

    Returns:
        How many points there are.

    Raises:
        InputError: no row has both.
        ArtefactError: the disk refuses.
    """
    shown = [row for row in rows if row.get(x) is not None and row.get(y) is not None]
    if not shown:
        raise InputError("plot", f"{x} {y}", "two columns of which some row has both")
    errors = {name: [row.get(f"{name}_error") or 0.0 for row in shown] for name in (x, y)}
    drawn = {name: any(values) for name, values in errors.items()}
    with picture(path, title or f"{y} against {x}", width=7, height=4.5) as figure:
        axes = figure.subplots()
        axes.errorbar(
            [row[x] for row in shown],
            [row[y] for row in shown],
            xerr=errors[x] if drawn[x] else None,
            yerr=errors[y] if drawn[y] else None,
            fmt="o",
            markersize=4,
            color=BLUE,
        )
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(visible=True)
        _scale(axes, "x", [row[x] for row in shown])
        _scale(axes, "y", [row[y] for row in shown])
    return len(shown)


def _scale(axes: Axes, which: str, values: Sequence[Any]) -> None:
    if any(isinstance(value, str) for value in values):
        words = dict.fromkeys(map(str, values))
        if which == "x" and (len(words) > _LONG or max(map(len, words)) > _LONG):
            axes.tick_params(axis="x", labelrotation=90)
    elif min(values) > 0 and math.log10(max(values) / min(values)) > _DECADES:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
