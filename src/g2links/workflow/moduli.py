"""`g2links.moduli`: periods and special geometry of a member of a family, in closed form and by random points."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from g2links.errors import InputError
from g2links.quantities.moduli.deformation_space import monomial_basis, product_of_coordinates, read_direction
from g2links.quantities.moduli.estimates import THREEFOLD, Measured, Moduli, Pair, Triple, all_triples, measure_moduli
from g2links.quantities.moduli.exact import ExactModuli, coupled_triples, exact_moduli
from g2links.quantities.moduli.kodaira_spencer import Directions
from g2links.quantities.moduli.special_geometry import family_of
from g2links.settings.limits import require_new_file
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.periods import is_beyond_series
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety, require_calabi_yau
from g2links.workflow.polynomials import resolve_variety, smoothness
from g2links.workflow.progress import ProgressWish, progress_if_watched

FEWEST_POINTS = 1000
"""From so many the standard errors can be trusted: the control variates are fitted to a part of the points."""
_FEW = 6
"""Directions up to which all G_ab and all couplings are asked for; of more, all G_aa and the couplings that are known
and not 0."""
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
        from g2links.reports.moduli import plot_family

        require_plot(self.variety, self.directions)
        share, shares, members = family_of(self.variety)
        size = abs(self.directions[0].terms[0][0]) ** 2
        return plot_family(
            path,
            shares,
            [size * member.metric for member in members],
            [member.coupling for member in members],
            (share, self.measured.metric[0, 0], self.measured.couplings[0, 0, 0]),
            title=f"{self.variety.name}: the family of z0···z4",
            parameter="|ψ|" if is_dwork(self.variety.polynomial) else "|t| over that of the singular member",
        )

    def __repr__(self) -> str:
        names = ", ".join(m.name for m in self.directions[:_FEW])
        more = "" if len(self.directions) <= _FEW else f", ... ({len(self.directions)} directions)"
        verdict = "agrees with" if self.passed else "differs from"
        return f"ModuliReport({self.variety.name}; {names}{more}; {verdict} what is known)"


def moduli(
    variety: AbstractVariety | Polynomial | str = "fermat_quintic",
    *,
    weights: tuple[int, ...] | None = None,
    directions: str | Sequence[Polynomial | str] | None = None,
    n_points: int = 100_000,
    seed: int = 0,
    exact: bool = True,
    progress: ProgressWish = None,
) -> ModuliReport:
    """∫|h|², Weil-Petersson metric and normalised Yukawa couplings, by Kodaira-Spencer theory at random points and,
    where there is a closed form, exactly. No metric is needed.

    Args:
        variety: V, a polynomial, an expression, a name of the catalogue, or the path of a YAML file.
        weights: of an expression.
        directions: polynomials of the degree of f, or "all" for the monomials of the Milnor algebra; without them the
            product of all coordinates, for the Dwork family of the quintic times -5, which is ψ.
        n_points: about how many points.
        seed: of the random choices.
        exact: False to do without the closed form beyond the disc in which its series converges.
        progress: whether to show a bar (`workflow.progress.ProgressWish`).

    Raises:
        InputError: for directions that are none, too few points, or a member beyond the disc.
        PolynomialError: when f is singular.

    Example:
        >>> report = moduli("dwork(0.3)", n_points=2000)
        >>> report.passed, f"{report.exact.metric[0, 0]:.6f}", f"{report.exact.couplings[0, 0, 0]:.6f}"
        (True, '0.190954', '1.602468')
    """
    if n_points < FEWEST_POINTS:
        raise InputError("n_points", n_points, f"at least {FEWEST_POINTS} points are needed")
    hypersurface = _member(variety, weights, exact)
    smoothness(hypersurface.polynomial)
    chosen = chosen_directions(hypersurface, directions)
    pairs, triples = _asked(hypersurface, chosen)
    known = exact_moduli(hypersurface, chosen, [*_own(chosen), *pairs], triples)
    if not exact:
        known = ExactModuli(None, {}, {})
    with progress_if_watched(progress) as show:
        measured = measure_moduli(
            hypersurface,
            Directions(chosen),
            n_points,
            seed,
            pairs=pairs,
            triples=triples,
            progress=partial(show, "points"),
        )
    return ModuliReport(hypersurface, chosen, measured, known, n_points, seed)


def _member(
    variety: AbstractVariety | Polynomial | str, weights: Sequence[int] | None, exact: bool
) -> WeightedHypersurface:
    """V, a Calabi-Yau hypersurface and, where the closed form is asked for, not beyond its disc."""
    found = require_hypersurface(resolve_variety(variety, None if weights is None else (*weights,)), "moduli")
    require_calabi_yau(found)
    if exact and is_beyond_series(found):
        raise InputError(
            "polynomial",
            found.name,
            "the series of the periods converges up to the singular member, |psi| = 1 on the quintic, and this one "
            "lies beyond; --no-exact measures without it",
        )
    return found


def chosen_directions(
    variety: WeightedHypersurface, given: str | Sequence[Polynomial | str] | None
) -> tuple[Polynomial, ...]:
    """The directions that a user asks for.

    Raises:
        InputError: for what is no direction of V.
    """
    f = variety.polynomial
    if given is None:
        psi = Polynomial([(-5, (1,) * 5)], name="psi")
        return (psi if is_dwork(f) else read_direction(product_of_coordinates(f), f),)
    if isinstance(given, str):
        if given.strip() == "all":
            return monomial_basis(f)
        words = given.split(",")
        if not all(word.strip() for word in words):
            raise InputError("directions", given, "polynomials with single commas between them, or all")
        given = words
    chosen = tuple(read_direction(m, f) for m in given)
    if not chosen:
        raise InputError("directions", given, "at least one polynomial")
    return chosen


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


def require_drawn(
    variety: AbstractVariety | Polynomial | str,
    weights: Sequence[int] | None,
    directions: str | Sequence[Polynomial | str] | None,
    exact: bool,
) -> None:
    """Refuse, before any work, a picture that `ModuliReport.plot` will not draw.

    Raises:
        InputError: and the others of `moduli`.
    """
    found = _member(variety, weights, exact)
    require_plot(found, chosen_directions(found, directions))


def require_picture_target(path: Path) -> None:
    """Refuse, before any work, a file that no picture can be written to.

    Raises:
        InputError: names `--plot`.
    """
    if path.suffix != ".png":
        raise InputError("--plot", str(path), "a file that ends in .png")
    require_new_file(path, "--plot")


def _own(directions: tuple[Polynomial, ...]) -> list[Pair]:
    return [(a, a) for a in range(len(directions))]


def _asked(variety: WeightedHypersurface, directions: tuple[Polynomial, ...]) -> tuple[list[Pair], list[Triple]]:
    """The G_ab, a < b, and the Y_abc that are worth their time."""
    count = len(directions)
    if count > _FEW:
        return [], coupled_triples(variety, directions)
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    return pairs, all_triples(count) if variety.dimension == THREEFOLD else []


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
