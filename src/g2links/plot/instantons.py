"""How near the connection of TV comes to a G2-instanton."""

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, drawing, note, panels, run_title
from g2links.reports.histograms import histogram_of


def instanton(defect: Float[np.ndarray, "..."], *, cy_run: int | None = None) -> Figure:
    """A histogram of |F∧ψ|/|F| at points.

    Args:
        defect: (n,) `defect` of what `g2links.instanton` gives.
        cy_run: the number of the metric's run.

    Raises:
        InputError: for another shape, or values that are not finite.

    Example:
        >>> import g2links
        >>> figure = g2links.plot.instanton(np.array([1e-3, 2e-3, 5e-3]))
        >>> figure.axes[0].get_ylabel()
        'points'
    """
    if defect.ndim != 1 or not len(defect) or not np.isfinite(defect).all():
        raise InputError("defect", f"shape {defect.shape}", "(n,) finite numbers, at least one")
    with drawing(run_title("G2-instanton", cy_run=cy_run, n=len(defect)), width=6.0, height=3.6) as figure:
        (axes,) = panels(figure, 1, 1)
        counted = histogram_of(defect)
        axes.stairs(counted["counts"], counted["edges"], fill=True, color=BLUE)
        axes.set_xscale(counted["scale"])
        axes.set_xlabel("|F∧ψ|/|F|")
        axes.set_ylabel("points")
        note(axes, f"largest {defect.max():.1e}")
    return figure
