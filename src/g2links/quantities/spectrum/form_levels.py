"""Eigenvalues of the Hodge Laplacian on forms of a type, with multiplicities, errors and where they come from."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from g2links.quantities.spectrum.averages import Moments
from g2links.quantities.spectrum.form_space import FormSpace, HodgeType
from g2links.quantities.spectrum.levels import Level, independent_basis, sector_values
from g2links.quantities.spectrum.sectors import Sector
from g2links.varieties.variety import AbstractVariety

_HARMONIC = 0.25
"""Of the first eigenvalue of functions: forms of less energy are harmonic."""
_NEARLY = 0.2
"""Exactness is a whole number but for the error of the form, in its square."""
_ZERO = 1e-6
_ROUGHLY, _STANDARD = 0.15, 4
"""The relative error of a level that is compared; how many standard errors it may be off."""
_K3 = 22


class FormLevel(NamedTuple):
    """An eigenvalue.

    Attributes:
        eigenvalue: λ of dd† + d†d.
        multiplicity: among all forms of degree p + q, those of type (q, p) with them; exact.
        hodge_type: (p, q).
        standard_error: from the points.
        basis_error: from the forms: how far λ can be from the nearest eigenvalue of its sector.
        exactness: 2 |δF|²/(λ|F|²), of which ∂ and ∂̄ have a part each: of type (1, 0) it is 1 for ∂f and 0 for a
            coclosed form; of type (1, 1) 2 for ∂∂̄f, 1 for ∂ and ∂̄ of a coclosed 1-form and 0 for a coclosed form.
        character: of the phases, as its smallest representative.
    """

    eigenvalue: float
    multiplicity: int
    hodge_type: HodgeType
    standard_error: float
    basis_error: float
    exactness: float
    character: tuple[int, ...]

    @property
    def error(self) -> float:
        """Both errors together."""
        return float(np.hypot(self.standard_error, self.basis_error))


def form_levels_of(space: FormSpace, sectors: list[list[Sector]], moments: list[list[Moments]]) -> list[FormLevel]:
    """All eigenvalues of all sectors, ascending."""
    found = []
    for sector, averages in zip(itertools.chain(*sectors), itertools.chain(*moments), strict=True):
        solved = sector_values(averages)
        vectors = solved.vectors
        squares = np.sum(vectors.conj() * (averages.adjoint @ vectors), axis=0).real
        for i, value in enumerate(solved.values):
            found.append(
                FormLevel(
                    float(value),
                    space.in_degree * sector.multiplicity,
                    space.hodge_type,
                    float(solved.standard_errors[i]),
                    float(solved.basis_errors[i]),
                    float(2 * squares[i] / value) if value > 0 else 0.0,
                    sector.character,
                )
            )
    return sorted(found, key=lambda level: level.eigenvalue)


class ExactPart(NamedTuple):
    """The exact forms of a type against the functions that they come from.

    Attributes:
        compared: how many eigenvalues, with their multiplicities, both have.
        deviation: the largest relative one.
        allowed: what the errors of both allow.
    """

    compared: int
    deviation: float
    allowed: float

    @property
    def agrees(self) -> bool:
        """Whether the deviation is within the errors."""
        return self.deviation <= self.allowed


def exact_part(
    hodge_type: HodgeType,
    forms: Sequence[FormLevel],
    functions: Sequence[Level] | Sequence[FormLevel],
) -> ExactPart:
    """How far the eigenvalues of exact forms are from those of functions, one by one with their multiplicities.

    Of type (1, 0) these are the ∂f: each function above 0 once. Of type (1, 1) they are the ∂∂̄f. Those of type (2, 0)
    come from coclosed 1-forms. Compared is what lies below the first that is not known to 15 %, of both.

    Args:
        hodge_type: (p, q).
        forms: the levels of forms.
        functions: those of functions.
    """
    if hodge_type == (2, 0):
        return ExactPart(0, 0.0, 0.0)
    whole = hodge_type[0] + hodge_type[1]
    exact = [level for level in forms if level.exactness > whole - _NEARLY]
    pairs = 2 if hodge_type == (1, 0) else 1
    ours, theirs = _one_by_one(exact, 1), _one_by_one([f for f in functions if f.eigenvalue > _ZERO], pairs)
    count = min(ours.shape[1], theirs.shape[1])
    if not count:
        return ExactPart(0, 0.0, 0.0)
    a, b = ours[:, :count], theirs[:, :count]
    deviations, allowed = np.abs(a[0] - b[0]) / b[0], (a[1] + b[1]) / b[0] + _ZERO
    worst = int(np.argmax(deviations - allowed))
    return ExactPart(count, float(deviations[worst]), float(allowed[worst]))


def _one_by_one(levels: Sequence[Any], times: int) -> Float[np.ndarray, "2 n"]:
    """The eigenvalues before the first that is not known, and what is allowed for each, as often as they occur: four
    standard errors, and that of the basis."""
    poor = [i for i, level in enumerate(levels) if level.error > _ROUGHLY * level.eigenvalue]
    known = list(levels[: poor[0]] if poor else levels)
    rows = [[level.eigenvalue, level.basis_error + _STANDARD * level.standard_error] for level in known]
    return np.repeat(np.array(rows).reshape(-1, 2), [times * level.multiplicity for level in known], axis=0).T


def betti_number(variety: AbstractVariety, degree: int) -> int | None:
    """b1 or b2 of V where the hyperplane theorem of Lefschetz gives it: of curves and surfaces, which are tori and K3
    surfaces, and of intersections in one projective space; None elsewhere."""
    n = variety.dimension
    if n == 1:
        return 2 if degree == 1 else 1
    if degree == 1:
        return 0
    if n == 2:
        return _K3 if variety.heaviest == 1 else None
    return 1 if len(variety.charges) == 1 else None


class Kernel(NamedTuple):
    """The harmonic forms of a type.

    Attributes:
        dimension: of the kernel.
        highest: the largest λ among the forms that are counted, an upper bound for 0; 0 for none.
        next: the smallest above them.
    """

    dimension: int
    highest: float
    next: float


def kernel(
    sectors: list[list[Sector]], moments: list[list[Moments]], lowest_function: float, in_degree: int = 1
) -> Kernel:
    """Forms whose energy 2|∂̄F|² + 2|∂̄†F|² is below a quarter of the first eigenvalue of functions: the energy is never
    below 0, and that of the best approximation of a harmonic form is of second order in what it leaves.

    Args:
        sectors: of a space of forms.
        moments: their averages.
        lowest_function: the first eigenvalue of functions above 0.
        in_degree: how many types have this kernel.
    """
    values: list[float] = []
    for sector, averages in zip(itertools.chain(*sectors), itertools.chain(*moments), strict=True):
        energies = energy_values(averages)
        values += np.repeat(energies, in_degree * sector.multiplicity).tolist()
    below = [value for value in values if value < _HARMONIC * lowest_function]
    above = [value for value in values if value >= _HARMONIC * lowest_function]
    return Kernel(len(below), max(below, default=0.0), min(above, default=lowest_function))


def energy_values(moments: Moments) -> Float[np.ndarray, " m"]:
    """The stationary values of the energy over |F|², ascending."""
    gram = moments.gram.sum(axis=0)
    basis = independent_basis(gram)
    values = np.linalg.eigvalsh(basis.conj().T @ moments.energy @ basis)
    return np.asarray(values)
