"""Pictures as files: one look for all, drawn without pyplot, written whole or not at all."""

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from g2links.storage.files import replace_atomically

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#5F5F5F"
"""From the palette of Okabe and Ito, which colour-blind readers can tell apart."""
LIGHT = "#E8E8E8"
_DPI = 130
"""Sharp at the width of a page, in a file below 100 kB."""

_STYLE: dict[str, Any] = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LIGHT,
    "lines.linewidth": 1.6,
    "mathtext.fontset": "dejavusans",
}


@contextlib.contextmanager
def picture(path: str | os.PathLike[str], title: str, *, width: float, height: float) -> Iterator[Figure]:
    """An empty figure to draw in; a PNG at `path` when the block ends well, nothing otherwise.

    The same calls give the same bytes; the user's own matplotlib settings have no effect.

    Args:
        path: ends in `.png`; its folder exists.
        title: above everything.
        width, height: in inches.

    Raises:
        ArtefactError: the disk refuses.
    """
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        figure.suptitle(title, fontsize=12)
        yield figure
        pixels = _rendered(figure)
        with replace_atomically(path) as temporary:
            pixels.save(temporary, format="png", optimize=True, dpi=(_DPI, _DPI))


def panels(figure: Figure, count: int, columns: int) -> list[Axes]:
    """A grid of at least `count` axes, row by row; those that are left over are removed."""
    rows = math.ceil(count / columns)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for extra in axes[count:]:
        extra.remove()
    return axes[:count]


def _rendered(figure: Figure) -> Image.Image:
    """The figure in at most 256 colours, which makes files three times smaller."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(256, dither=Image.Dither.NONE)


def note(axes: Axes, text: str, *, colour: str = "black", x: float = 0.97, y: float = 0.95, size: float = 9) -> None:
    """Text in the upper right corner of the axes, or at another corner given in axes units."""
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    across = "right" if x > 0.5 else "left"
    up = "top" if y > 0.5 else "bottom"
    axes.text(x, y, text, transform=axes.transAxes, ha=across, va=up, color=colour, fontsize=size, bbox=box)


def run_title(what: str, *, cy_run: int | None = None, g2_run: int | None = None, n: int | None = None) -> str:
    """`what`, then the run numbers and the number of points that are known."""
    parts = [
        what,
        None if cy_run is None else f"CY run {cy_run}",
        None if g2_run is None else f"G2 run {g2_run}",
        None if n is None else f"{n:,} points",
    ]
    return ", ".join(part for part in parts if part)
