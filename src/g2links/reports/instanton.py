"""The picture of the connection of TV."""

import os

import numpy as np

from g2links.reports.canvas import BLUE, note, panels, picture, run_title
from g2links.reports.histograms import histogram_of


def plot_instanton(path: str | os.PathLike[str], defect: np.ndarray, *, cy_run: int | None) -> None:
    """A histogram of |F∧ψ|/|F| at the points.

    Args:
        path: of a PNG.
        defect: (n,) finite.
        cy_run: the number of the metric's run.

    Raises:
        ArtefactError: the disk refuses.
    """
    with picture(path, run_title("G2-instanton", cy_run=cy_run, n=len(defect)), width=6.0, height=3.6) as figure:
        (axes,) = panels(figure, 1, 1)
        counted = histogram_of(defect)
        axes.stairs(counted["counts"], counted["edges"], fill=True, color=BLUE)
        axes.set_xscale(counted["scale"])
        axes.set_xlabel("|F∧ψ|/|F|")
        axes.set_ylabel("points")
        note(axes, f"largest {defect.max():.1e}")
