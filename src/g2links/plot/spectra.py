"""Spectra of Laplacians."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.records import FormLevelRecord, LevelRecord
from g2links.reports.canvas import BLUE, GREY, ORANGE, SEQUENCE, STYLES, drawing

_WIDTH = 0.36
"""Half the length of the line of a level, in units of the charge."""
_LINE_OF_TEXT = 0.022
"""Its height, as a share of that of the picture."""
_ONE = 1e-8
"""Levels that agree up to this share are one line."""


def spectrum(levels: Sequence[LevelRecord], *, title: str = "") -> Figure:
    """Eigenvalues with their multiplicities and errors over the charge.

    Args:
        levels: `record()["levels"]` of `g2links.spectrum`.
        title: above the picture.

    Returns:
        A column for each charge: lines at the eigenvalues, bands of their errors, multiplicities beside them, as a sum
        where several representations have one eigenvalue.

    Raises:
        InputError: there is no level.

    Example:
        >>> import g2links
        >>> level = {"charge": 1, "eigenvalue": 4.0, "multiplicity": 5, "standard_error": 0.0, "basis_error": 0.0}
        >>> figure = g2links.plot.spectrum([level])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['5']
    """
    if not levels:
        raise InputError("levels", levels, "at least one")
    charges = sorted({level["charge"] for level in levels})
    with drawing(title or "Spectrum of the Laplacian", width=max(5.0, 2.2 + 1.6 * len(charges)), height=6) as figure:
        axes = figure.subplots()
        height = max(level["eigenvalue"] for level in levels)
        for place, charge in enumerate(charges):
            _draw(axes, place, [level for level in levels if level["charge"] == charge], _LINE_OF_TEXT * height)
        axes.set_xticks(range(len(charges)), [str(q) for q in charges])
        axes.set_xlim(-0.6, len(charges) - 0.2)
        axes.set_ylim(top=1.04 * height)
        axes.set_xlabel("charge under the Reeb circle (0: functions on V)")
        axes.set_ylabel("eigenvalue of d†d")
    return figure


def form_spectrum(levels: Sequence[FormLevelRecord], *, title: str = "") -> Figure:
    """Eigenvalues of the Hodge Laplacian on forms, with their multiplicities and errors, by type.

    Args:
        levels: `record()["levels"]` of `g2links.form_spectrum`.
        title: above the picture.

    Returns:
        A column for the exact and one for the coclosed forms of each type; harmonic ones are among the latter.

    Raises:
        InputError: there is no level.

    Example:
        >>> import g2links
        >>> level = {"type": [1, 0], "eigenvalue": 6.9, "multiplicity": 40, "standard_error": 0.0, "basis_error": 0.0}
        >>> figure = g2links.plot.form_spectrum([{**level, "exactness": 1.0}])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['40']
    """
    if not levels:
        raise InputError("levels", levels, "at least one")
    columns = sorted({(*level["type"], round(level["exactness"])) for level in levels}, reverse=True)
    with drawing(title or "Spectrum of the Hodge Laplacian", width=2.2 + 1.8 * len(columns), height=6) as figure:
        axes = figure.subplots()
        height = max(level["eigenvalue"] for level in levels)
        for place, column in enumerate(columns):
            own = [level for level in levels if (*level["type"], round(level["exactness"])) == column]
            _draw(axes, place, own, _LINE_OF_TEXT * height)
        names = [f"({p}, {q})\n{_FROM.get((p + q, exact), '')}" for p, q, exact in columns]
        axes.set_xticks(range(len(columns)), names)
        axes.set_xlim(-0.6, len(columns) - 0.2)
        axes.set_ylim(top=1.04 * height)
        axes.set_ylabel("eigenvalue of dd† + d†d")
    return figure


_FROM = {
    (1, 1): "∂ of functions",
    (1, 0): "coclosed",
    (2, 2): "∂∂̄ of functions",
    (2, 1): "∂ of 1-forms",
    (2, 0): "coclosed",
}
"""By the degree and the exactness."""


def _draw(
    axes: Axes, place: int, levels: Sequence[LevelRecord] | Sequence[FormLevelRecord], line_of_text: float
) -> None:
    last = -line_of_text
    for together in _together(levels):
        value = together[0]["eigenvalue"]
        error = max(level["standard_error"] + level["basis_error"] for level in together)
        left, right = place - _WIDTH, place + _WIDTH
        axes.fill_between([left, right], value - error, value + error, color=ORANGE, alpha=0.35, linewidth=0)
        axes.hlines(value, left, right, color=BLUE)
        last = max(value, last + line_of_text)
        said = " + ".join(str(level["multiplicity"]) for level in together)
        axes.annotate(said, (place + _WIDTH + 0.03, last), color=GREY, fontsize=8, va="center", ha="left")


def _together(levels: Sequence[Any]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for level in levels:
        if found and abs(level["eigenvalue"] - found[-1][0]["eigenvalue"]) <= _ONE * abs(level["eigenvalue"]):
            found[-1].append(level)
        else:
            found.append([level])
    return found


def spectrum_flow(levels: Mapping[float, Sequence[LevelRecord]], *, parameter: str = "ψ", title: str = "") -> Figure:
    """Eigenvalues of one charge along a family, such as the Dwork family.

    Args:
        levels: for each value of the parameter `record()["levels"]` of `g2links.spectrum`, of one charge.
        parameter: what it is called.
        title: above the picture.

    Returns:
        A line with error bars for each multiplicity and its place among the levels of this multiplicity, as far as all
        members of the family have it.

    Raises:
        InputError: there are less than two values, or several charges.

    Example:
        >>> import g2links
        >>> level = {"charge": 0, "multiplicity": 20, "standard_error": 0.0, "basis_error": 0.0}
        >>> family = {psi: [{**level, "eigenvalue": value}] for psi, value in ((0.0, 6.9), (0.5, 6.8))}
        >>> figure = g2links.plot.spectrum_flow(family)
        >>> figure.axes[0].lines[0].get_ydata().tolist()
        [6.9, 6.8]
    """
    values = sorted(levels)
    if len(values) < 2 or len({level["charge"] for each in levels.values() for level in each}) != 1:
        raise InputError("levels", values, "at least two values of the parameter, with levels of one charge")
    with drawing(title or "Flow of the spectrum", width=7.5, height=5.5) as figure:
        axes = figure.subplots()
        sizes = sorted({level["multiplicity"] for each in levels.values() for level in each})
        for i, size in enumerate(sizes):
            rows = [[level for level in levels[value] if level["multiplicity"] == size] for value in values]
            for k in range(min(map(len, rows))):
                axes.errorbar(
                    values,
                    [row[k]["eigenvalue"] for row in rows],
                    yerr=[row[k]["standard_error"] + row[k]["basis_error"] for row in rows],
                    color=SEQUENCE[i % len(SEQUENCE)],
                    linestyle=STYLES[i // len(SEQUENCE) % len(STYLES)],
                    marker="o",
                    markersize=3,
                    label=str(size) if k == 0 else None,
                )
        axes.set_xlabel(parameter)
        axes.set_ylabel("eigenvalue of d†d")
        axes.legend(title="multiplicity", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
