"""A piece of the threefold as a surface in space, coloured by what a metric is like there."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from g2links.errors import InputError
from g2links.reports.canvas import drawing
from g2links.reports.histograms import FLOOR
from g2links.varieties.points.slices import Slice


def slice_of_threefold(part: Slice, values: Any, *, label: str = "", title: str = "") -> Figure:
    """A complex curve in V as a surface, drawn by the real parts of the two coordinates that vary on it and the sum
    of their imaginary parts.

    Args:
        part: from `g2links.varieties.points.slices.slice_of`: (n, N) points, and (m, 3) triangles.
        values: (n,) at the points, not negative, such as |1 - η/⟨η⟩|; they are coloured by their logarithm, without
            the extremes that would wash out the rest.
        label: what they are.
        title: above the picture; which coordinates are fixed if empty.

    Returns:
        The triangles, each in the colour of the mean of its corners; one at which it is not finite is left white.

    Raises:
        InputError: not one value for each point, values below 0, or none that is finite and above 0.

    Example:
        >>> import g2links
        >>> from g2links.varieties.points.slices import slice_of
        >>> variety = g2links.WeightedHypersurface(g2links.fermat_quintic())
        >>> part = slice_of(variety, 600)
        >>> figure = g2links.plot.slice_of_threefold(part, np.abs(part.z[:, part.moving]), label="|z|")
        >>> len(figure.axes[0].collections[0].get_array()) == len(part.triangles)
        True
    """
    values = np.asarray(values, dtype=float)
    if values.shape != (len(part.z),) or not len(part.triangles) or bool((values < 0).any()):
        raise InputError("values", f"shape {values.shape}", f"{len(part.z)} numbers, none below 0, one for each point")
    if not (np.isfinite(values) & (values > 0)).any():
        raise InputError("values", values[0], "at least one finite number above 0")
    corners = part.in_space[part.triangles]
    means = np.exp(np.mean(np.log(np.maximum(values[part.triangles], FLOOR)), axis=1))
    finite = means[np.isfinite(means)]
    low, high = np.quantile(finite, [0.02, 0.999])
    others = [i for i in range(part.z.shape[1]) if i not in (part.moving, part.solved)]
    fixed = ", ".join(f"$z_{i} = {_number(part.z[0, i])}$" for i in others)
    with drawing(title or f"Slice of V: {fixed}", width=6.5, height=5.2) as figure:
        axes: Any = figure.add_subplot(projection="3d")
        drawn = Poly3DCollection(
            corners,
            cmap=matplotlib.colormaps["viridis"],
            norm=LogNorm(max(low, FLOOR), max(high, 1.001 * low, 2 * FLOOR)),
            linewidth=0.3,
            rasterized=True,
        )
        drawn.set_array(np.ma.masked_invalid(means))
        axes.add_collection3d(drawn)
        drawn.set_edgecolor("face")  # without it the triangles have seams
        for k, limits in enumerate((axes.set_xlim, axes.set_ylim, axes.set_zlim)):
            limits(corners[..., k].min(), corners[..., k].max())
        axes.set_xlabel(rf"$\mathrm{{Re}}\,z_{part.moving}$")
        axes.set_ylabel(rf"$\mathrm{{Re}}\,z_{part.solved}$")
        axes.set_zlabel(rf"$(\mathrm{{Im}}\,z_{part.moving}+\mathrm{{Im}}\,z_{part.solved})/\sqrt{{2}}$")
        axes.set_box_aspect((1, 1, 0.9), zoom=0.85)
        axes.view_init(elev=28, azim=-50)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.pane.set_visible(False)
            axis.set_major_locator(MaxNLocator(4))
        figure.colorbar(drawn, ax=axes, label=label, shrink=0.7, pad=0.12)
    return figure


def _number(value: complex) -> str:
    if value.imag == 0:
        return f"{value.real:g}"
    return f"{value.imag:g}i" if value.real == 0 else f"{value.real:g}{value.imag:+g}i"
