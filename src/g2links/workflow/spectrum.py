"""`g2links.spectrum`: eigenvalues of the Laplacian of a solved metric, on V and on its link."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from g2links.errors import InputError
from g2links.measures.monge_ampere import volume_density
from g2links.plot.spectra import spectrum as plot_spectrum
from g2links.quantities.spectrum.default_sizes import default_degree, require_size
from g2links.quantities.spectrum.form_levels import FormLevel
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.quantities.spectrum.galerkin import LaplaceOperator
from g2links.quantities.spectrum.levels import Level, levels_of
from g2links.quantities.spectrum.product_space import Symmetry
from g2links.quantities.spectrum.sectors import sectors_of
from g2links.quantities.spectrum.weyl import HeatTrace, heat_trace
from g2links.records import FormSpectrumRecord, LevelRecord, SpectrumRecord
from g2links.reports.canvas import SCREEN, save
from g2links.storage.layout import Home
from g2links.storage.records import write_record
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.solve import open_run

SYMMETRIES: tuple[Symmetry, ...] = ("all", "phases", "none")


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """The lowest eigenvalues for each charge, ascending.

    Attributes:
        variety: V.
        levels: for each charge its levels.
        degree: of the functions.
        n_points: of the averages.
        sigma: of the metric.
        cy_run: its run, if it was saved.
        weyl: the heat trace against Weyl's law, of charge 0; None where it was not asked for, and on orbifolds.
        require_error: up to which relative error a level passes.
    """

    variety: AbstractVariety
    levels: dict[int, tuple[Level, ...]]
    degree: int
    n_points: int
    sigma: float
    cy_run: int | None
    weyl: HeatTrace | None
    require_error: float

    @property
    def failures(self) -> list[str]:
        """One sentence for each thing that is not good enough."""
        found = [
            sentence
            for charge, levels in self.levels.items()
            for sentence in poor_levels(levels, f"charge {charge}", self.require_error)
        ]
        if self.weyl is not None and not abs(self.weyl.deviation) <= self.weyl.allowed:
            found.append(
                f"the heat trace at t = {self.weyl.time:.3g} is off by {self.weyl.deviation:.1%} from Weyl's law "
                f"({self.weyl.allowed:.0%} are allowed): levels are missing, or too many"
            )
        return found

    @property
    def passed(self) -> bool:
        """Whether all levels are known as well as was asked for, and there are as many as there must be."""
        return not self.failures

    def record(self) -> SpectrumRecord:
        """Plain data, for JSON."""
        rows: list[LevelRecord] = [
            {
                "charge": level.charge,
                "eigenvalue": level.eigenvalue,
                "multiplicity": level.multiplicity,
                "standard_error": level.standard_error,
                "basis_error": level.basis_error,
                "character": list(level.character),
            }
            for levels in self.levels.values()
            for level in levels
        ]
        weyl = (
            None
            if self.weyl is None
            else {**self.weyl._asdict(), "deviation": self.weyl.deviation, "allowed": self.weyl.allowed}
        )
        return {
            "command": "spectrum",
            "cy_run": self.cy_run,
            "variety": self.variety.name,
            "degree": self.degree,
            "n": self.n_points,
            "sigma": self.sigma,
            "levels": rows,
            "weyl": weyl,
            "require_error": self.require_error,
            "passed": self.passed,
            "failures": self.failures,
        }

    def save(self, home: str | os.PathLike[str] = ".") -> list[str]:
        """Write `plots/spectrum_cy_run<N>.json` and a picture of the same name in a home folder.

        Returns:
            The files.

        Raises:
            ArtefactError: the disk refuses.
        """
        figure = plot_spectrum(self.record()["levels"], title=f"Spectrum of the Laplacian: {self.variety.name}")
        return saved_spectrum(home, "spectrum", self.cy_run, figure, SpectrumRecord, self.record())

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The table in words."""
        found = [
            f"spectrum of the Laplacian of {self.variety.name}: functions of degree {self.degree}, {self.n_points} "
            f"points, sigma of the metric {self.sigma:.1e}"
        ]
        for charge, levels in self.levels.items():
            where = "on V (charge 0)" if charge == 0 else f"on the link, charge {charge}"
            found.append(f"  {where}: eigenvalue +- error, multiplicity")
            found += [f"    {level.eigenvalue:14.8f} +- {level.error:7.1e}  x {level.multiplicity}" for level in levels]
        if self.weyl is not None:
            found.append(
                f"  heat trace at t = {self.weyl.time:.3g}: {self.weyl.value + self.weyl.tail:.5g} against "
                f"{self.weyl.expected:.5g} by Weyl's law and the curvature, {self.weyl.deviation:+.1%}"
            )
        elif 0 in self.levels:
            found.append("  no heat trace: V is an orbifold, or no level above 0 is known to two per cent")
        return [*found, *(f"  FAILED: {failure}" for failure in self.failures)]


def poor_levels(levels: Sequence[Level] | Sequence[FormLevel], of: str, require_error: float) -> list[str]:
    """A sentence where levels, such as those "of charge 1", are not known as well as is required; none otherwise."""
    poor = [level for level in levels if level.error > require_error * max(level.eigenvalue, 1.0)]
    if not poor:
        return []
    return [
        f"{len(poor)} of {len(levels)} levels of {of}, from {poor[0].eigenvalue:.6g} ± {poor[0].error:.2g} on, have "
        f"relative errors above {require_error:g}: raise the degree or the number of points, or ask for fewer levels"
    ]


def saved_spectrum(
    home: str | os.PathLike[str],
    name: str,
    cy_run: int | None,
    figure: Figure,
    kind: type,
    record: SpectrumRecord | FormSpectrumRecord,
) -> list[str]:
    """Write a picture and a record of one name among the pictures of a home; the files.

    Raises:
        ArtefactError: the disk refuses.
    """
    place = Home(home)
    place.make(place.plots)
    stem = place.plots / (name if cy_run is None else f"{name}_cy_run{cy_run}")
    picture, file = stem.with_suffix(".png"), stem.with_suffix(".json")
    save(figure, picture, dpi=SCREEN)
    write_record(file, kind, record)
    return [str(picture), str(file)]


def spectrum(
    cy: CalabiYau | None = None,
    *,
    charge: int | Sequence[int] = 0,
    levels: int = 10,
    degree: int | None = None,
    n_points: int | None = None,
    symmetry: str = "all",
    require_error: float = 0.01,
    home: str | os.PathLike[str] = ".",
    cy_run: int | None = None,
    progress: ProgressWish = None,
) -> Spectrum:
    """The lowest eigenvalues of the Laplacian d†d on functions, with multiplicities and errors.

    Functions of charge q, F(e^{iθ}·z) = e^{iqθ} F(z), on the link with the metric η² + g_T are sections of O(q) on V;
    those of charge 0 are the functions on V. Symmetries divide them into irreducible representations, so that
    multiplicities are exact (`quantities.spectrum.sectors`); in each the operator is applied to the products of
    monomials (`quantities.spectrum.galerkin`). Polynomials of degree q, the lowest functions of charge q > 0, have the
    eigenvalue q(q + n), n = dim V, exactly, whatever the metric.

    Args:
        cy: a solved metric; if None the run `cy_run` of `home`.
        charge: q, or several; those of -q are the complex conjugates.
        levels: how many eigenvalues for each charge.
        degree: of the functions; by default as high as some minutes allow, at most 8.
        n_points: of the points of the run; all if None.
        symmetry: "all" that V has, "phases" alone, or "none".
        require_error: the relative error up to which a level passes.
        home: the folder of the run.
        cy_run: its number; the most recent if None.
        progress: see `workflow.progress.ProgressWish`.

    Raises:
        InputError: for sizes, charges or symmetries that cannot be.
        ArtefactError: there is no such run, or it is damaged.

    Example:
        >>> found = g2links.spectrum(home=".", levels=3)  # doctest: +SKIP
        >>> [(level.eigenvalue, level.multiplicity) for level in found.levels[0]]  # doctest: +SKIP
        [(0.0, 1), (6.92, 20), (13.06, 20)]
    """
    charges = _charges(charge)
    checked_levels(levels, require_error)
    divided = checked_symmetry(symmetry)
    if degree is not None and degree < (1 if 0 in charges else 0):
        raise InputError("degree", degree, "at least 1; 0, holomorphic sections alone, for positive charges")
    metric = open_run(home, cy_run) if cy is None else cy
    points = checked_points(metric, n_points)
    variety, potential = metric.variety, metric.model.kahler_potential
    k = default_degree(variety, max(charges), points.n, divided) if degree is None else degree
    spaces = {q: FunctionSpace(variety, q, k, divided) for q in charges}
    for space in spaces.values():
        require_size(space, points.n)
    if symmetry == "phases" and all(len(space.block_sizes()) == 1 for space in spaces.values()):
        raise InputError("symmetry", symmetry, f"all or none: no phases but the circle preserve {variety.name}")
    found: dict[int, tuple[Level, ...]] = {}
    with progress_if_watched(progress) as show:
        show("evaluating the volume form", 0, 1)
        weights = points.weights * volume_density(variety, potential, points)
        for q, space in spaces.items():
            show(f"finding the representations of charge {q}", 0, 1)
            sectors = list(sectors_of(space))
            said = partial(show, f"averages for charge {q}")
            moments = LaplaceOperator(space, potential).moments(sectors, points, weights, said)
            show(f"solving for the eigenvalues of charge {q}", 0, 1)
            found[q] = tuple(levels_of(space, potential, sectors, moments))
    weyl = heat_trace(variety, _resolved(found[0])) if 0 in found else None
    chosen = {q: each[:levels] for q, each in found.items()}
    return Spectrum(variety, chosen, k, points.n, metric.sigma, metric.cy_run, weyl, require_error)


def checked_levels(levels: int, require_error: float) -> None:
    """Refuse numbers of levels and errors that cannot be.

    Raises:
        InputError: naming which.
    """
    if levels < 1:
        raise InputError("levels", levels, "at least 1")
    if not 0 < require_error <= 1:
        raise InputError("require_error", require_error, "above 0 and at most 1")


def checked_points(metric: CalabiYau, n_points: int | None) -> Points:
    """So many of the points of a run, all if None.

    Raises:
        InputError: there are not so many, or less than 2.
    """
    if n_points is not None and not 2 <= n_points <= metric.points.n:
        raise InputError("n_points", n_points, f"from 2 to the {metric.points.n} points of the run")
    return metric.points.rows(slice(n_points))


def checked_symmetry(given: str) -> Symmetry:
    """One of `SYMMETRIES`.

    Raises:
        InputError: for another word.
    """
    for known in SYMMETRIES:
        if given == known:
            return known
    raise InputError("symmetry", given, f"one of {', '.join(SYMMETRIES)}")


def _charges(charge: int | Sequence[int]) -> list[int]:
    charges = [charge] if isinstance(charge, int | np.integer) else list(charge)
    for q in charges:
        if not isinstance(q, int | np.integer) or isinstance(q, bool) or q < 0:
            raise InputError("charge", q, "whole numbers from 0 on; those below 0 have the eigenvalues of -q")
    if not charges or len(set(charges)) < len(charges):
        raise InputError("charge", charges, "different whole numbers, at least one")
    return [int(q) for q in charges]


_RESOLVED = 0.02


def _resolved(levels: Sequence[Level]) -> Sequence[Level]:
    """Those below the first that is not known to some per cent."""
    poor = [i for i, level in enumerate(levels) if level.error > _RESOLVED * max(level.eigenvalue, 1.0)]
    return levels[: poor[0]] if poor else levels
