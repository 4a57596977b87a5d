"""Several runs side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from g2links.errors import InputError
from g2links.reports.canvas import SEQUENCE, drawing

_MARKERS = "osD^v<>"
_KEPT = {"sigma": r"$\sigma$", "ma_supremum": "worst point found", "relative_error": "relative error (mean)",
         "relative_error_max": "relative error (largest)", "normalised_rmse": "normalised RMSE"}  # fmt: skip
"""Figures that are compared if none is named, where the runs have them."""


def runs(
    records: Mapping[str, Mapping[str, Any]], *, figures: Mapping[str, str] | None = None, title: str = "Runs"
) -> Figure:
    """Figures of several runs, as dots on a common logarithmic axis.

    Args:
        records: name of the run -> its record, such as `cy.record`: of its "figures" those below are drawn, with its
            "standard_errors" where it has them.
        figures: names of figures -> what they are called; σ and the supremum, and relative errors, if None.
        title: above the picture.

    Returns:
        A row for each run, the first on top, and a marker for each figure.

    Raises:
        InputError: no run, or none that has one of the figures as a number above 0.

    Example:
        >>> import g2links
        >>> records = {f"run {i}": {"figures": {"sigma": 10.0**-i, "ma_supremum": 9.0**-i}} for i in (1, 2, 3)}
        >>> figure = g2links.plot.runs(records)
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['run 1', 'run 2', 'run 3']
        >>> [float(x) for x in figure.axes[0].lines[0].get_xdata()]
        [0.1, 0.01, 0.001]
    """
    wanted = _KEPT if figures is None else figures
    found = {name: _values(records, name) for name in wanted}
    drawn = {name: part for name, part in found.items() if part}
    if not drawn:
        raise InputError("records", list(records), f"runs with one of the figures {', '.join(wanted)} above 0")
    with drawing(title, width=7, height=1.9 + 0.36 * len(records)) as figure:
        axes = figure.subplots()
        for i, (name, part) in enumerate(drawn.items()):
            rows, values, errors = (np.array(column) for column in zip(*part, strict=True))
            axes.errorbar(
                values,
                rows,
                xerr=errors if errors.any() else None,
                fmt=_MARKERS[i % len(_MARKERS)],
                color=SEQUENCE[i % len(SEQUENCE)],
                markersize=6,
                label=wanted[name],
            )
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(numticks=8))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_yticks(range(len(records)), list(records))
        axes.set_ylim(len(records) - 0.5, -0.5)
        axes.set_xlabel("smaller is better")
        axes.grid(visible=True)
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def _values(records: Mapping[str, Mapping[str, Any]], name: str) -> list[tuple[int, float, float]]:
    """Row, value and standard error of a figure, of the runs that have it as a number above 0."""
    found = []
    for row, record in enumerate(records.values()):
        value = record.get("figures", {}).get(name)
        if isinstance(value, int | float) and np.isfinite(value) and value > 0:
            found.append((row, float(value), float(record.get("standard_errors", {}).get(name) or 0.0)))
    return found
