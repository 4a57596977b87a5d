"""The picture of a calibrated submanifold."""

import os
from collections.abc import Sequence

import numpy as np

from g2links.quantities.calibrated.volumes import Measured
from g2links.reports.canvas import BLUE, GREEN, note, panels, picture, run_title
from g2links.reports.histograms import histogram_of

_SHOWN = {
    "holomorphic": "omega^k/k! : complex",
    "special_lagrangian": "Upsilon : special Lagrangian",
    "associative": "phi : associative",
    "coassociative": "psi : coassociative",
}


def plot_calibrated(
    path: str | os.PathLike[str], parts: Sequence[tuple[str, Measured]], *, name: str, cy_run: int | None
) -> None:
    """Histograms of the angle to the calibrated planes, and of the calibration over the volume form less 1, at the
    points of a submanifold of V or K, and of what lies over it.

    Args:
        path: of a PNG.
        parts: "V" or "K", and what was measured there.
        name: of the submanifold.
        cy_run: the number of the metric's run.

    Raises:
        ArtefactError: the disk refuses.
    """
    rows = [(within, found, kind) for within, found in parts for kind in found.angles]
    n = sum(len(found.density) for _, found in parts)
    with picture(path, run_title(name, cy_run=cy_run, n=n), width=9.0, height=0.6 + 2.8 * len(rows)) as figure:
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
