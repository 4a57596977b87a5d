"""Pictures of Weil-Petersson metric and Yukawa coupling along a family."""

import os
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from g2links.reports.canvas import BLUE, ORANGE, picture


def plot_family(
    path: str | os.PathLike[str],
    shares: Sequence[float],
    metric: Sequence[float],
    coupling: Sequence[float],
    measured: tuple[float, tuple[float, float], tuple[float, float]],
    *,
    title: str,
    parameter: str,
) -> Path:
    """Two panels: G and Y as curves, and one measured member with its standard errors.

    Args:
        path: of the PNG.
        shares: (n,) the members, as shares of the modulus of the singular one.
        metric, coupling: (n,) of each.
        measured: a share, G with its error, and Y with its error.
        title: above the picture.
        parameter: below its axes.

    Raises:
        ArtefactError: the disk refuses.
    """
    with picture(path, title, width=8, height=3.6) as figure:
        panels: list[Axes] = list(figure.subplots(1, 2))
        share, *values = measured
        names = ("Weil-Petersson metric G", "normalised Yukawa coupling Y")
        for axes, name, curve, (value, error) in zip(panels, names, (metric, coupling), values, strict=True):
            axes.plot(shares, curve, color=BLUE, label="closed form")
            axes.errorbar([share], [value], yerr=[error], fmt="o", color=ORANGE, markersize=5, label="random points")
            axes.set_title(name)
            axes.set_xlabel(parameter)
            axes.grid(visible=True)
            axes.legend()
    return Path(path)
