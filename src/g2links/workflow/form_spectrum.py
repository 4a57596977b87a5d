"""`g2links.form_spectrum`: eigenvalues of the Hodge Laplacian of a solved metric on 1- and 2-forms of V."""

import os
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from g2links.errors import InputError
from g2links.measures.monge_ampere import volume_density
from g2links.plot.spectra import form_spectrum as plot_form_spectrum
from g2links.potentials.metric import Potential
from g2links.quantities.spectrum.default_sizes import default_form_degree, require_size
from g2links.quantities.spectrum.form_levels import (
    ExactPart,
    FormLevel,
    Kernel,
    betti_number,
    exact_part,
    form_levels_of,
    kernel,
)
from g2links.quantities.spectrum.form_space import TYPES, FormSpace, HodgeType
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.quantities.spectrum.galerkin import LaplaceOperator
from g2links.quantities.spectrum.hodge_operator import HodgeOperator
from g2links.quantities.spectrum.levels import Level, levels_of
from g2links.quantities.spectrum.sectors import sectors_of
from g2links.records import FormLevelRecord, FormSpectrumRecord
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.solve import open_run
from g2links.workflow.spectrum import checked_levels, checked_points, checked_symmetry, poor_levels, saved_spectrum

_POINTS = 20_000
"""By default: errors of points count for what is left of ΔF - λF alone."""
_ZERO = 1e-3
"""Of eigenvalues of functions: the constants are among them, up to rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class FormSpectrum:
    """The lowest eigenvalues on the forms of a degree, by type.

    Attributes:
        variety: V.
        form_degree: 1 or 2.
        levels: for each type (p, q), p ≥ q, its levels, ascending.
        kernels: of each type, of whose conjugates as well: its dimension, with the energies on both sides of the gap.
        betti: what topology says that it is; None where that is not known here.
        exact: the exact part of each type against the functions.
        degree: of the forms.
        n_points: of the averages.
        sigma: of the metric.
        cy_run: its run, if it was saved.
        require_error: up to which relative error a level passes.
    """

    variety: AbstractVariety
    form_degree: int
    levels: dict[HodgeType, tuple[FormLevel, ...]]
    kernels: dict[HodgeType, Kernel]
    betti: int | None
    exact: dict[HodgeType, ExactPart]
    degree: int
    n_points: int
    sigma: float
    cy_run: int | None
    require_error: float

    @property
    def harmonic(self) -> int:
        """The dimension of the kernel on all forms of this degree."""
        return sum(found.dimension for found in self.kernels.values())

    @property
    def failures(self) -> list[str]:
        """One sentence for each thing that is not good enough."""
        found = []
        if self.betti is not None and self.harmonic != self.betti:
            found.append(
                f"the kernel on {self.form_degree}-forms has dimension {self.harmonic}, but b{self.form_degree} = "
                f"{self.betti}: raise the degree or the number of points"
            )
        for hodge_type, levels in self.levels.items():
            found += poor_levels(levels, f"type {hodge_type}", self.require_error)
        for hodge_type, part in self.exact.items():
            if not part.agrees:
                found.append(
                    f"the exact part of type {hodge_type} differs from the spectrum of functions by "
                    f"{part.deviation:.2g}, relative; {part.allowed:.2g} at most would be within the errors"
                )
        return found

    @property
    def passed(self) -> bool:
        """Whether the kernel has its dimension, the exact part is that of functions, and all levels are known."""
        return not self.failures

    def record(self) -> FormSpectrumRecord:
        """Plain data, for JSON."""
        rows: list[FormLevelRecord] = [
            {
                "type": list(level.hodge_type),
                "eigenvalue": level.eigenvalue,
                "multiplicity": level.multiplicity,
                "standard_error": level.standard_error,
                "basis_error": level.basis_error,
                "exactness": level.exactness,
                "character": list(level.character),
            }
            for levels in self.levels.values()
            for level in levels
        ]
        return {
            "command": "spectrum",
            "form_degree": self.form_degree,
            "cy_run": self.cy_run,
            "variety": self.variety.name,
            "degree": self.degree,
            "n": self.n_points,
            "sigma": self.sigma,
            "levels": rows,
            "harmonic": self.harmonic,
            "betti": self.betti,
            "kernels": {
                f"{p},{q}": {"dimension": found.dimension, "highest": found.highest, "next": found.next}
                for (p, q), found in self.kernels.items()
            },
            "exact_deviation": {f"{p},{q}": part.deviation for (p, q), part in self.exact.items()},
            "require_error": self.require_error,
            "passed": self.passed,
            "failures": self.failures,
        }

    def save(self, home: str | os.PathLike[str] = ".") -> list[str]:
        """Write `plots/spectrum_<d>forms_cy_run<N>.json` and a picture of the same name in a home folder.

        Returns:
            The files.

        Raises:
            ArtefactError: the disk refuses.
        """
        title = f"Hodge Laplacian on {self.form_degree}-forms: {self.variety.name}"
        figure, name = plot_form_spectrum(self.record()["levels"], title=title), f"spectrum_{self.form_degree}forms"
        return saved_spectrum(home, name, self.cy_run, figure, FormSpectrumRecord, self.record())

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The table in words."""
        found = [
            f"spectrum of the Hodge Laplacian of {self.variety.name} on {self.form_degree}-forms: forms of degree "
            f"{self.degree}, {self.n_points} points, sigma of the metric {self.sigma:.1e}"
        ]
        for (p, q), levels in self.levels.items():
            both = f"({p}, {q})" if p == q else f"({p}, {q}) and ({q}, {p})"
            found.append(f"  type {both}: eigenvalue +- error, multiplicity, exactness")
            found += [
                f"    {level.eigenvalue:14.8f} +- {level.error:7.1e}  x {level.multiplicity:<4} {level.exactness:6.3f}"
                for level in levels
            ]
            part = self.exact[p, q]
            if part.compared:
                found.append(f"    exact part: within {part.deviation:.1e} of {part.compared} eigenvalues of functions")
            elif (p, q) != (2, 0):
                found.append("    exact part: no level is known well enough to be compared with those of functions")
        said = "" if self.betti is None else f", b{self.form_degree} = {self.betti}"
        highest = max(each.highest for each in self.kernels.values())
        above = min(each.next for each in self.kernels.values())
        found.append(
            f"  harmonic {self.form_degree}-forms: {self.harmonic}{said}; their energies are at most {highest:.2g}, "
            f"those of all others at least {above:.3g}"
        )
        return [*found, *(f"  FAILED: {failure}" for failure in self.failures)]


def form_spectrum(
    cy: CalabiYau | None = None,
    *,
    form_degree: int = 1,
    levels: int = 10,
    degree: int | None = None,
    n_points: int | None = None,
    symmetry: str = "all",
    require_error: float = 0.01,
    home: str | os.PathLike[str] = ".",
    cy_run: int | None = None,
    progress: ProgressWish = None,
) -> FormSpectrum:
    """The lowest eigenvalues of the Hodge Laplacian dd† + d†d on 1- or 2-forms of V, with multiplicities and errors.

    On a Kähler manifold it preserves the type (p, q); complex conjugation exchanges (p, q) and (q, p), so that (1, 0)
    stands for the 1-forms, (2, 0) and (1, 1) for the 2-forms. Forms are products of holomorphic forms and complex
    conjugates of such (`quantities.spectrum.form_space`), divided by the symmetries of V, and the operator itself is
    applied at every point (`quantities.spectrum.hodge_operator`). Two things are known beforehand, and what is found
    is held against them: the dimension of the kernel, b1 or b2, and the exact part, whose eigenvalues are those of
    functions.

    Args:
        cy: a solved metric; if None the run `cy_run` of `home`.
        form_degree: 1 or 2.
        levels: how many eigenvalues for each type.
        degree: of the forms; by default as high as some minutes allow, at most 6.
        n_points: of the points of the run; 20,000, or all of fewer, if None.
        symmetry: "all" that V has, "phases" alone, or "none".
        require_error: the relative error up to which a level passes.
        home: the folder of the run.
        cy_run: its number; the most recent if None.
        progress: see `workflow.progress.ProgressWish`.

    Raises:
        InputError: for sizes, degrees or symmetries that cannot be.
        ArtefactError: there is no such run, or it is damaged.

    Example:
        >>> found = g2links.form_spectrum(home=".", form_degree=1, levels=3)  # doctest: +SKIP
        >>> found.harmonic, found.passed  # doctest: +SKIP
        (0, True)
    """
    if isinstance(form_degree, bool) or form_degree not in (1, 2):
        raise InputError("form_degree", form_degree, "1 or 2; functions are in g2links.spectrum")
    divided = checked_symmetry(symmetry)
    checked_levels(levels, require_error)
    metric = open_run(home, cy_run) if cy is None else cy
    variety, potential = metric.variety, metric.model.kahler_potential
    points = checked_points(metric, min(_POINTS, metric.points.n) if n_points is None else n_points)
    types = [(p, q) for p, q in TYPES if p + q == form_degree and p <= variety.dimension]
    k = default_form_degree(variety, types[-1], points.n, divided) if degree is None else degree
    spaces = {hodge_type: FormSpace(variety, hodge_type, k, divided) for hodge_type in types}
    for space in spaces.values():
        require_size(space, points.n)
    found: dict[HodgeType, tuple[FormLevel, ...]] = {}
    kernels: dict[HodgeType, Kernel] = {}
    with progress_if_watched(progress) as show:
        show("evaluating the volume form", 0, 1)
        weights = points.weights * volume_density(variety, potential, points)
        below = FunctionSpace(variety, 0, max(k - 1, variety.heaviest), divided)
        show(f"functions of degree {below.degree}", 0, 1)
        functions = _functions(below, potential, points, weights)
        lowest = min(level.eigenvalue for level in functions if level.eigenvalue > _ZERO)
        for hodge_type, space in spaces.items():
            show(f"finding the representations of type {hodge_type}", 0, 1)
            sectors = list(sectors_of(space))
            said = partial(show, f"averages for type {hodge_type}")
            moments = HodgeOperator(space, potential).moments(sectors, points, weights, said)
            found[hodge_type] = tuple(form_levels_of(space, sectors, moments))
            kernels[hodge_type] = kernel(sectors, moments, lowest, space.in_degree)
    chosen = {hodge_type: each[:levels] for hodge_type, each in found.items()}
    exact = {hodge_type: exact_part(hodge_type, each, functions) for hodge_type, each in chosen.items()}
    return FormSpectrum(
        variety,
        form_degree,
        chosen,
        kernels,
        betti_number(variety, form_degree),
        exact,
        k,
        points.n,
        metric.sigma,
        metric.cy_run,
        require_error,
    )


def _functions(
    space: FunctionSpace, potential: Potential, points: Points, weights: Float[np.ndarray, " points"]
) -> list[Level]:
    """The levels of functions whose differentials are among the forms."""
    sectors = list(sectors_of(space))
    moments = LaplaceOperator(space, potential).moments(sectors, points, weights, lambda *_: None)
    return levels_of(space, potential, sectors, moments)
