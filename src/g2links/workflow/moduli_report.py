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
from g2links.quantities.moduli.estimates import Measured, Moduli, Pair
from g2links.quantities.moduli.exact import ExactModuli, exact_moduli
from g2links.quantities.moduli.harmonic import HarmonicModuli
from g2links.quantities.moduli.special_geometry import family_of
from g2links.reports.canvas import SCREEN, save
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial

PROMISED = 0.01
"""By what share harmonic values may be off."""
_ERRORS, _SMALL = 4.0, 1e-2
"""Standard errors of harmonic values that are allowed beside it; of smaller values it is a share of so much."""
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
        harmonic: by harmonic representatives; None without a metric, and for the volume.
    """

    name: str
    exact: float | None
    measured: Measured
    deviation: float | None
    harmonic: Measured | None = None

    @property
    def harmonic_deviation(self) -> float | None:
        """By what share the harmonic value is off from the closed form or, where there is none, from the other, beyond
        the standard errors of both."""
        if self.harmonic is None:
            return None
        known = self.measured.value if self.exact is None else self.exact
        allowed = _ERRORS * (self.harmonic.error + (self.measured.error if self.exact is None else 0.0))
        return max(abs(self.harmonic.value - known) - allowed, 0.0) / max(abs(known), _SMALL)


@dataclass(frozen=True, eq=False)
class ModuliReport:
    """Weil-Petersson metric and Yukawa couplings of directions m_a at a member V.

    Attributes:
        variety: V.
        directions: m_a.
        measured: what random points say.
        exact: what is known in closed form.
        points, seed: what was asked for.
        harmonic: what harmonic representatives say, where there is a metric.
    """

    variety: WeightedHypersurface
    directions: tuple[Polynomial, ...]
    measured: Moduli
    exact: ExactModuli
    points: int
    seed: int
    harmonic: HarmonicModuli | None = None

    @property
    def rows(self) -> list[Row]:
        """∫|h|², all G, all Y."""
        names = [m.name for m in self.directions]
        found = [_row("volume", self.exact.volume, self.measured.volume)]
        for pair, value in self.measured.metric.items():
            row = _row(f"G({_among(pair, names)})", self.exact.metric.get(pair), value)
            found.append(row._replace(harmonic=self._harmonic_metric(pair)))
        for triple, value in self.measured.couplings.items():
            row = _row(f"Y({_among(triple, names)})", self.exact.couplings.get(triple), value)
            found.append(row._replace(harmonic=self.harmonic and self.harmonic.couplings.get(triple)))
        return found

    def _harmonic_metric(self, pair: Pair) -> Measured | None:
        return None if self.harmonic is None else self.harmonic.metric.get(pair)

    @property
    def limit(self) -> float:
        """Standard errors that no value differs by, but for a chance of one in 10,000."""
        judged = max(1, sum(row.deviation is not None for row in self.rows))
        return NormalDist().inv_cdf(1 - _FALSE_ALARM / 2 / judged)

    @property
    def failures(self) -> list[Row]:
        """Values that differ from what is known by more than their errors allow, harmonic ones by more than one per
        cent beside, and those that are not finite."""
        return [
            row
            for row in self.rows
            if not _finite(row.measured)
            or not abs(row.deviation or 0.0) <= self.limit
            or not (row.harmonic_deviation or 0.0) <= PROMISED
        ]

    @property
    def rough(self) -> list[Row]:
        """Those whose harmonic value has a standard error above one per cent: it agrees with everything."""
        return [
            row
            for row in self.rows
            if row.harmonic is not None and row.harmonic.error > PROMISED * max(abs(row.harmonic.value), _SMALL)
        ]

    @property
    def passed(self) -> bool:
        """Whether there are no failures."""
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
            "weil_petersson": _part(single, metric, self.exact.metric, self._harmonic_values(metric)),
            "yukawa": _part(single, couplings, self.exact.couplings, self._harmonic_values(couplings)),
            **({} if self.harmonic is None else {"asymmetry": self.harmonic.asymmetry.tolist()}),
            **({} if single else {"pairs": [*map(list, metric)], "triples": [*map(list, couplings)]}),
            "limit": self.limit,
            "rough": [row.name for row in self.rough],
            "passed": self.passed,
        }

    def _harmonic_values(self, keys: Iterable[Any]) -> list[Measured | None]:
        found = self.harmonic
        return [
            None if found is None else self._harmonic_metric(key) if len(key) == 2 else found.couplings.get(key)
            for key in keys
        ]

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


def _part(
    single: bool, measured: dict[Any, Measured], exact: dict[Any, float], harmonic: list[Measured | None]
) -> dict[str, Any]:
    values: list[Any] = [[*found] for found in measured.values()]
    known: list[Any] = [exact.get(key) for key in measured]
    third: list[Any] = [None if found is None else [*found] for found in harmonic]
    columns = {"exact": known, "kodaira_spencer": values, "harmonic": third}
    return {name: column[0] if column else None for name, column in columns.items()} if single else columns
