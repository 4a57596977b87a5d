"""Weil-Petersson metric and Yukawa coupling along a family."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, ORANGE, drawing

_NAMES = ("Weil-Petersson metric G", "normalised Yukawa coupling Y")


def special_geometry(
    shares: Sequence[float],
    metric: Sequence[float],
    coupling: Sequence[float],
    measured: tuple[float, tuple[float, float], tuple[float, float]],
    *,
    title: str = "",
    parameter: str = "|ψ|",
) -> Figure:
    """Metric and coupling of a family in closed form, and one member by random points.

    Args:
        shares: (n,) the members, as shares of the modulus of the singular one.
        metric, coupling: (n,) of each.
        measured: a share, G with its standard error, and Y with its.
        title: above the picture.
        parameter: below its axes.

    Returns:
        Two panels: G and Y as curves, with a point and its error bar in each.

    Raises:
        InputError: there are not as many values as members.

    Example:
        >>> import g2links
        >>> member = (0.3, (0.191, 1e-4), (1.60, 1e-3))
        >>> figure = g2links.plot.special_geometry([0.0, 0.5], [0.192, 0.190], [1.56, 1.71], member)
        >>> [axes.get_title() for axes in figure.axes]
        ['Weil-Petersson metric G', 'normalised Yukawa coupling Y']
    """
    if not len(shares) == len(metric) == len(coupling) > 0:
        raise InputError("metric", f"{len(metric)} values", f"one of G and of Y for each of the {len(shares)} members")
    with drawing(title, width=8, height=3.6) as figure:
        panels: list[Axes] = list(figure.subplots(1, 2))
        share, *values = measured
        for axes, name, curve, (value, error) in zip(panels, _NAMES, (metric, coupling), values, strict=True):
            axes.plot(shares, curve, color=BLUE, label="closed form")
            axes.errorbar([share], [value], yerr=[error], fmt="o", color=ORANGE, markersize=5, label="random points")
            axes.set_title(name)
            axes.set_xlabel(parameter)
            axes.grid(visible=True)
            axes.legend()
    return figure
