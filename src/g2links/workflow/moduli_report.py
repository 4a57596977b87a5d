"""What `g2links.moduli` found."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from g2links.errors import InputError
from g2links.plot.families import special_geometry
from g2links.quantities.moduli.estimates import Measured, Moduli
from g2links.quantities.moduli.exact import ExactModuli, exact_moduli
from g2links.quantities.moduli.special_geometry import family_of
from g2links.reports.canvas import SCREEN, save
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

_FEW = 6
"""Directions that are named."""
_FALSE_ALARM = 1e-4
"""The probability that one of all values is judged wrong by chance."""


class Row(NamedTuple):
    """One quantity.

    Attributes:
        name: shown to users.
        exact: in closed form, or None.
        measured: by random points.
        deviation: of the two, in standard errors; None where nothing is known.
    """

    name: str
    exact: float | None
    measured: Measured
    deviation: float | None


@dataclass(frozen=True, eq=False)
class ModuliReport:
    """Weil-Petersson metric and Yukawa couplings of directions m_a at a member V.

    Attributes:
        variety: V.
        directions: m_a.
        measured: what random points say.
        exact: what is known in closed form.
        points, seed: what was asked for.
    """

    variety: WeightedHypersurface
    directions: tuple[Polynomial, ...]
    measured: Moduli
    exact: ExactModuli
    points: int
    seed: int

    @property
    def rows(self) -> list[Row]:
        """∫|h|², all G, all Y."""
        names = [m.name for m in self.directions]
        found = [_row("volume", self.exact.volume, self.measured.volume)]
        for pair, value in self.measured.metric.items():
            found.append(_row(f"G({_among(pair, names)})", self.exact.metric.get(pair), value))
        for triple, value in self.measured.couplings.items():
            found.append(_row(f"Y({_among(triple, names)})", self.exact.couplings.get(triple), value))
        return found

    @property
    def limit(self) -> float:
        """Standard errors that no value differs by, but for a chance of one in 10,000."""
        judged = max(1, sum(row.deviation is not None for row in self.rows))
        return NormalDist().inv_cdf(1 - _FALSE_ALARM / 2 / judged)

    @property
    def failures(self) -> list[Row]:
        """Values that differ from what is known by more than their errors allow, and those that are not finite."""
        return [row for row in self.rows if not _finite(row.measured) or not abs(row.deviation or 0.0) <= self.limit]

    @property
    def passed(self) -> bool:
        """Whether there are none."""
        return not self.failures

    def to_record(self) -> dict[str, Any]:
        """What `--json` writes; of one direction single values, of more lists in the order of `pairs` and `triples`."""
        single = len(self.directions) == 1
        metric, couplings = self.measured.metric, self.measured.couplings
        return {
            "command": "moduli",
            "polynomial": self.variety.name,
            "weights": list(self.variety.weights),
            "directions": [str(m) for m in self.directions],
            "n_points": self.points,
            "seed": self.seed,
            "volume_form": {**self.measured.volume._asdict(), "exact": self.exact.volume},
            "weil_petersson": _part(single, metric, self.exact.metric),
            "yukawa": _part(single, couplings, self.exact.couplings),
            **({} if single else {"pairs": [*map(list, metric)], "triples": [*map(list, couplings)]}),
            "limit": self.limit,
            "passed": self.passed,
        }

    def plot(self, path: str | os.PathLike[str]) -> Path:
        """A picture of G and Y along the family of V, with what was measured.

        Args:
            path: of the PNG.

        Raises:
            InputError: for more than one direction, or where no family is known in closed form.
            ArtefactError: the disk refuses.
        """
        require_plot(self.variety, self.directions)
        share, shares, members = family_of(self.variety)
        size = abs(self.directions[0].terms[0][0]) ** 2
        figure = special_geometry(
            shares,
            [size * member.metric for member in members],
            [member.coupling for member in members],
            (share, self.measured.metric[0, 0], self.measured.couplings[0, 0, 0]),
            title=f"{self.variety.name}: the family of z0···z4",
            parameter="|ψ|" if is_dwork(self.variety.polynomial) else "|t| over that of the singular member",
        )
        save(figure, path, dpi=SCREEN)
        return Path(path)

    def __repr__(self) -> str:
        names = ", ".join(m.name for m in self.directions[:_FEW])
        more = "" if len(self.directions) <= _FEW else f", ... ({len(self.directions)} directions)"
        verdict = "agrees with" if self.passed else "differs from"
        return f"ModuliReport({self.variety.name}; {names}{more}; {verdict} what is known)"


def is_dwork(f: Polynomial) -> bool:
    """Whether f is Σ z_i^5 - 5 ψ Π z_i."""
    powers = {tuple(row) for row in 5 * np.eye(5, dtype=int)}
    coefficients = {e: c for c, e in f.terms}
    return powers <= set(coefficients) <= powers | {(1,) * 5} and all(coefficients[e] == 1 for e in powers)


def require_plot(variety: WeightedHypersurface, directions: tuple[Polynomial, ...]) -> None:
    """Refuse a picture of what is no family in closed form.

    Raises:
        InputError: names `--plot`.
    """
    product = len(directions) == 1 and [set(e) for _, e in directions[0].terms] == [{1}]
    pairs, triples = [(0, 0)], [(0, 0, 0)]
    if not product or not exact_moduli(variety, directions[:1], pairs, triples).couplings:
        raise InputError("plot", variety.name, "a picture is of the one direction z0*...*z4 of a family in closed form")


def _row(name: str, exact: float | None, measured: Measured) -> Row:
    deviation = None if exact is None else (measured.value - exact) / measured.error
    return Row(name, exact, measured, deviation)


def _finite(measured: Measured) -> bool:
    return all(value - value == 0 for value in measured)


def _among(places: Iterable[int], names: list[str]) -> str:
    places = tuple(places)
    return names[places[0]] if len(set(places)) == 1 else ", ".join(names[a] for a in places)


def _part(single: bool, measured: dict[Any, Measured], exact: dict[Any, float]) -> dict[str, Any]:
    values: list[Any] = [[*found] for found in measured.values()]
    known: list[Any] = [exact.get(key) for key in measured]
    if single:
        return {"exact": known[0], "kodaira_spencer": values[0]} if values else {"exact": None, "kodaira_spencer": None}
    return {"exact": known, "kodaira_spencer": values}
