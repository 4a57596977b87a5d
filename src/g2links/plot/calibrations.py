"""How far a submanifold is calibrated."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, GREEN, drawing, note, panels, run_title
from g2links.reports.histograms import histogram_of

_SHOWN = {
    "holomorphic": "omega^k/k! : complex",
    "special_lagrangian": "Upsilon : special Lagrangian",
    "associative": "phi : associative",
    "coassociative": "psi : coassociative",
}


Angles = Mapping[str, Float[np.ndarray, " _n"]]
"""For each calibration its values at points."""


def calibrated(parts: Sequence[tuple[str, Angles, Angles]], *, name: str, cy_run: int | None = None) -> Figure:
    """Angles to the calibrated planes at the points of a submanifold of V or K, and of what lies over it.

    Args:
        parts: "V" or "K", and `measured.angles` and `measured.ratios` of what `g2links.calibrated` gives.
        name: of the submanifold.
        cy_run: the number of the metric's run.

    Returns:
        Two panels for each calibration: a histogram of the angle, and one of the form over the volume form less 1.

    Raises:
        InputError: there is no part.

    Example:
        >>> import g2links
        >>> angles = {"associative": np.array([1e-8, 3e-8, 2e-8])}
        >>> ratios = {"associative": np.cos(angles["associative"])}
        >>> figure = g2links.plot.calibrated([("K", angles, ratios)], name="a sphere")
        >>> figure.axes[0].get_title()
        'in K, phi : associative'
    """
    if not parts:
        raise InputError("parts", parts, "at least one")
    rows = [(within, angles[kind], ratios[kind], kind) for within, angles, ratios in parts for kind in angles]
    n = sum(len(next(iter(angles.values()))) for _, angles, _ in parts)
    with drawing(run_title(name, cy_run=cy_run, n=n), width=9.0, height=0.6 + 2.8 * len(rows)) as figure:
        axes = panels(figure, 2 * len(rows), 2)
        for (within, angle, ratio, kind), left, right in zip(rows, axes[::2], axes[1::2], strict=True):
            for place, values, colour, label in (
                (left, angle, BLUE, "angle to the calibrated planes"),
                (right, np.abs(ratio - 1), GREEN, "|form over volume form - 1|"),
            ):
                counted = histogram_of(values)
                place.stairs(counted["counts"], counted["edges"], fill=True, color=colour)
                place.set_xscale(counted["scale"])
                place.set_xlabel(label)
                place.set_ylabel("points")
                note(place, f"largest {values.max():.1e}", x=0.03)
            left.set_title(f"in {within}, {_SHOWN[kind]}")
    return figure
