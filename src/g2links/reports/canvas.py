"""One look for all pictures, drawn without pyplot, and written whole or not at all."""

import contextlib
import io
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from g2links.errors import InputError
from g2links.storage.files import replace_atomically

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#5F5F5F"
"""From the palette of Okabe and Ito, which colour-blind readers can tell apart."""
LIGHT = "#E8E8E8"
SEQUENCE = (BLUE, ORANGE, GREEN, RED, "#CC79A7", "#56B4E9", GREY)
"""For curves in one panel, in this order."""
STYLES = ("-", "--", "-.", ":")
"""For the same curves, so that they differ in black and white."""
FAR = 2.0
"""Decades, or widths of what is drawn, beyond which a limit is an arrow."""
SCREEN = 130
"""Dots per inch: sharp at the width of a page, in a file below 100 kB."""
_PAPER = 300
_ENDINGS = (".png", ".pdf")

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
    "pdf.fonttype": 42,  # fonts that journals take and that can be searched
}


class Picture(Figure):
    """A figure of matplotlib that keeps its look wherever it is drawn, and shows itself in a notebook."""

    def draw(self, renderer: Any) -> None:
        """As every figure is drawn, in the look of this package."""
        with _look():
            super().draw(renderer)

    def savefig(self, *arguments: Any, **options: Any) -> None:
        """As every figure is saved, in the look of this package; `g2links.plot.save` never leaves half a file."""
        with _look():
            super().savefig(*arguments, **options)

    def _repr_png_(self) -> bytes:
        return _png(self, SCREEN)


@contextlib.contextmanager
def drawing(title: str, *, width: float, height: float) -> Iterator[Figure]:
    """An empty figure to draw in, in one look; the user's own matplotlib settings have no effect.

    Args:
        title: above everything; none if empty.
        width, height: in inches.
    """
    with _look():
        figure = Picture(figsize=(width, height), dpi=SCREEN, layout="constrained")
        if title:
            figure.suptitle(title, fontsize=12)
        yield figure


def save(figure: Figure, path: str | os.PathLike[str], *, dpi: int = _PAPER) -> None:
    """Write a figure to a PNG or a PDF, whole or not at all. The same calls give the same bytes.

    Args:
        figure: from a function of this module, or any other of matplotlib.
        path: ends in `.png` or `.pdf`; its folder exists.
        dpi: dots per inch of a PNG, and of what is drawn in a PDF as pixels because it is many points.

    Raises:
        InputError: for another ending, or for dots per inch that are not from 20 to 2400.
        ArtefactError: the disk refuses.

    Example:
        >>> import g2links
        >>> import os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> figure = g2links.plot.monge_ampere([0.99, 1.0, 1.02])
        >>> for name in ("ratio.png", "ratio.pdf"):
        ...     g2links.plot.save(figure, os.path.join(folder.name, name))
        >>> sorted(os.listdir(folder.name))
        ['ratio.pdf', 'ratio.png']
        >>> folder.cleanup()
    """
    ending = Path(path).suffix.lower()
    if ending not in _ENDINGS:
        raise InputError("path", os.fspath(path), f"the name of a file that ends in {' or '.join(_ENDINGS)}")
    if not 20 <= dpi <= 2400:
        raise InputError("dpi", dpi, "dots per inch from 20 to 2400")
    content = _png(figure, dpi) if ending == ".png" else _pdf(figure, dpi)
    with replace_atomically(path) as temporary:
        temporary.write_bytes(content)


def panels(figure: Figure, count: int, columns: int) -> list[Axes]:
    """A grid of at least `count` axes, row by row; those that are left over are removed."""
    rows = math.ceil(count / columns)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for extra in axes[count:]:
        extra.remove()
    return axes[:count]


def require_choice(field: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse a word that is none of those.

    Raises:
        InputError: names the field.
    """
    if value not in allowed:
        raise InputError(field, value, f"one of {', '.join(allowed)}")


def _look() -> contextlib.AbstractContextManager[None]:
    return matplotlib.style.context(["default", _STYLE])


def _png(figure: Figure, dpi: int) -> bytes:
    """The figure in at most 256 colours, which makes files three times smaller."""
    content = io.BytesIO()
    before = figure.dpi
    try:
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        with _look():
            canvas.draw()
        pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    finally:
        figure.set_dpi(before)
    pixels.quantize(256, dither=Image.Dither.NONE).save(content, format="png", optimize=True, dpi=(dpi, dpi))
    return content.getvalue()


def _pdf(figure: Figure, dpi: int) -> bytes:
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # here: the commands write no PDF

    content = io.BytesIO()
    with _look():
        FigureCanvasPdf(figure).print_figure(
            content, format="pdf", dpi=dpi, metadata={"CreationDate": None, "Creator": None, "Producer": None}
        )
    return content.getvalue()


def note(axes: Axes, text: str, *, colour: str = "black", x: float = 0.97, y: float = 0.95, size: float = 9) -> None:
    """Text in the upper right corner of the axes, or at another corner given in axes units."""
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    across = "right" if x > 0.5 else "left"
    up = "top" if y > 0.5 else "bottom"
    axes.text(x, y, text, transform=axes.transAxes, ha=across, va=up, color=colour, fontsize=size, bbox=box)


def far_limit(axes: Axes, words: str, *, right: bool) -> None:
    """An arrow towards a limit that is too far away to be drawn, where what is drawn would be squeezed."""
    text, x = (rf"{words} $\rightarrow$", 0.98) if right else (rf"$\leftarrow$ {words}", 0.02)
    note(axes, text, colour=RED, x=x, y=1.0, size=8)


def run_title(what: str, *, cy_run: int | None = None, g2_run: int | None = None, n: int | None = None) -> str:
    """`what`, then the run numbers and the number of points that are known."""
    parts = [
        what,
        None if cy_run is None else f"CY run {cy_run}",
        None if g2_run is None else f"G2 run {g2_run}",
        None if n is None else f"{n:,} points",
    ]
    return ", ".join(part for part in parts if part)
