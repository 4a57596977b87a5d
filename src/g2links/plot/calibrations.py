"""How far a submanifold is calibrated."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.quantities.calibrated.volumes import Measured
from g2links.reports.canvas import BLUE, GREEN, drawing, note, panels, run_title
from g2links.reports.histograms import histogram_of

_SHOWN = {
    "holomorphic": "omega^k/k! : complex",
    "special_lagrangian": "Upsilon : special Lagrangian",
    "associative": "phi : associative",
    "coassociative": "psi : coassociative",
}


def calibrated(parts: Sequence[tuple[str, Measured]], *, name: str, cy_run: int | None = None) -> Figure:
    """Angles to the calibrated planes at the points of a submanifold of V or K, and of what lies over it.

    Args:
        parts: "V" or "K", and `measured` of what `g2links.calibrated` gives.
        name: of the submanifold.
        cy_run: the number of the metric's run.

    Returns:
        Two panels for each calibration: a histogram of the angle, and one of the form over the volume form less 1.

    Raises:
        InputError: there is no part.

    Example:
        >>> import g2links
        >>> report = g2links.calibrated(g2links.load_cy(), "line")  # doctest: +SKIP
        >>> figure = g2links.plot.calibrated([("V", report.measured)], name="a line")  # doctest: +SKIP
        >>> g2links.plot.calibrated([], name="nothing")
        Traceback (most recent call last):
        g2links.errors.InputError: parts: got []; at least one
    """
    if not parts:
        raise InputError("parts", parts, "at least one")
    rows = [(within, found, kind) for within, found in parts for kind in found.angles]
    n = sum(len(found.density) for _, found in parts)
    with drawing(run_title(name, cy_run=cy_run, n=n), width=9.0, height=0.6 + 2.8 * len(rows)) as figure:
        axes = panels(figure, 2 * len(rows), 2)
        for (within, found, kind), left, right in zip(rows, axes[::2], axes[1::2], strict=True):
            for place, values, colour, label in (
                (left, found.angles[kind], BLUE, "angle to the calibrated planes"),
                (right, np.abs(found.ratios[kind] - 1), GREEN, "|form over volume form - 1|"),
            ):
                counted = histogram_of(values)
                place.stairs(counted["counts"], counted["edges"], fill=True, color=colour)
                place.set_xscale(counted["scale"])
                place.set_xlabel(label)
                place.set_ylabel("points")
                note(place, f"largest {values.max():.1e}", x=0.03)
            left.set_title(f"in {within}, {_SHOWN[kind]}")
    return figure
