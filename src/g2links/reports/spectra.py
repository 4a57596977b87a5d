"""Pictures of spectra of Laplacians."""

import os
from collections.abc import Sequence

from matplotlib.axes import Axes

from g2links.records import LevelRecord, SpectrumRecord
from g2links.reports.canvas import BLUE, GREY, ORANGE, picture

_WIDTH = 0.36
"""Half the length of the line of a level, in units of the charge."""


def plot_spectrum(path: str | os.PathLike[str], record: SpectrumRecord) -> None:
    """Eigenvalues with their multiplicities over the charge.

    Args:
        path: of the PNG.
        record: of `g2links spectrum`.

    Raises:
        ArtefactError: the disk refuses.
    """
    charges = sorted({level["charge"] for level in record["levels"]})
    title = f"Spectrum of the Laplacian: {record['variety']}"
    with picture(path, title, width=max(5.0, 2.2 + 1.6 * len(charges)), height=6) as figure:
        axes = figure.subplots()
        highest = max(level["eigenvalue"] for level in record["levels"])
        for place, charge in enumerate(charges):
            _draw(axes, place, [level for level in record["levels"] if level["charge"] == charge], highest)
        axes.set_xticks(range(len(charges)), [str(q) for q in charges])
        axes.set_xlim(-0.6, len(charges) - 0.2)
        axes.set_xlabel("charge under the Reeb circle (0: functions on V)")
        axes.set_ylabel("eigenvalue of d†d")


def _draw(axes: Axes, place: int, levels: Sequence[LevelRecord], highest: float) -> None:
    last = -1.0
    for level in levels:
        value, error = level["eigenvalue"], level["standard_error"] + level["basis_error"]
        axes.fill_between(
            [place - _WIDTH, place + _WIDTH], value - error, value + error, color=ORANGE, alpha=0.35, linewidth=0
        )
        axes.hlines(value, place - _WIDTH, place + _WIDTH, color=BLUE)
        last = max(value, last + 0.022 * highest)
        axes.annotate(
            str(level["multiplicity"]), (place + _WIDTH + 0.03, last), color=GREY, fontsize=8, va="center", ha="left"
        )
