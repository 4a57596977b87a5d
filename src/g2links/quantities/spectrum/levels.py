"""Eigenvalues with their multiplicities, errors and eigenfunctions."""

import itertools
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import jax
import numpy as np
import scipy.linalg
from jaxtyping import Complex, Float

from g2links.calculus.map_points import AtRows, compiled
from g2links.errors import InputError
from g2links.potentials.metric import Potential
from g2links.quantities.spectrum.averages import Moments
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.quantities.spectrum.galerkin import LaplaceOperator, SectionValues
from g2links.quantities.spectrum.sectors import Sector

_DEPENDENT = 1e-11
"""Combinations of normalised functions with a smaller square are taken for relations among them."""
_NOTHING = 1e-20
"""The mean square of a function that is 0 on V but for rounding: products have some size between 1e-8 and 1."""
_NO_EIGENFUNCTION = 0.5
"""What is left of ΔF - λF, as a share of λ, in a solution that is none."""
_ROUGHLY = 1.2
"""Bounds from above are averages too, and may be too low by some per cent."""
_TOGETHER = 20


class SectorValues(NamedTuple):
    """The eigenvalues of one sector, ascending.

    Attributes:
        values: (m,) λ.
        standard_errors: (m,) from the points: their groups are independent.
        basis_errors: (m,) how far λ can be from an eigenvalue of the operator: r²/gap, with what is left, r =
            |ΔF - λF|/|F|, and the distance to the next eigenvalue of the sector (Kato, J. Phys. Soc. Japan 4 (1949)
            334); at most r. Where it is λ itself, there is an eigenvalue of about this size or below.
        vectors: (n, m) the eigenfunctions, as combinations of the functions of the sector, of mean square 1.
    """

    values: Float[np.ndarray, " m"]
    standard_errors: Float[np.ndarray, " m"]
    basis_errors: Float[np.ndarray, " m"]
    vectors: Complex[np.ndarray, "n m"]


@dataclass(frozen=True, eq=False)
class Eigenfunctions:
    """An orthogonal basis of the eigenfunctions of one level, each of mean square 1 over V.

    Called with points (n, N) complex of the cone over V it gives (n, multiplicity) complex128: the values at the point
    of the link over which each lies, so those of charge q turn with e^{iqθ} and those of charge 0 are functions on V.

    Args:
        space: of the functions that they are combinations of.
        potential: u.
        sector: of the first of them.
        vector: (m,) the first of them in its sector.
    """

    space: FunctionSpace
    potential: Potential
    sector: Sector
    vector: Complex[np.ndarray, " m"]

    def __call__(self, z: Complex[np.ndarray, "..."]) -> Complex[np.ndarray, "n multiplicity"]:
        """All of them at each point.

        Raises:
            InputError: for another shape.
        """
        if np.ndim(z) != 2 or np.shape(z)[1] != self.space.variety.variables:
            raise InputError("points", f"shape {np.shape(z)}", f"(n, {self.space.variety.variables}) complex")
        values = np.concatenate([self._at(g.image(np.asarray(z))) for g in self.sector.cosets], axis=1)
        return np.concatenate([values, values.conj()], axis=1) if self.sector.conjugated else values

    def _at(self, z: np.ndarray) -> np.ndarray:
        sections: SectionValues = self._sections(z)
        left, right = self.sector.pairs.T
        products = np.asarray(sections.alpha[:, left] * sections.beta[:, right].conj())
        return products @ self._coefficients.T

    @cached_property
    def _coefficients(self) -> Complex[np.ndarray, "d n"]:
        return self.sector.partners(self.vector)

    @cached_property
    def _sections(self) -> AtRows:
        return compiled(partial(_values, LaplaceOperator(self.space, self.potential)), _TOGETHER)


def _values(operator: LaplaceOperator, z: Complex[jax.Array, " N"]) -> SectionValues:
    return operator.values(z)


@dataclass(frozen=True, eq=False)
class Level:
    """An eigenvalue.

    Attributes:
        eigenvalue: λ ≥ 0 of the Laplacian d†d.
        multiplicity: of the irreducible representation, exact.
        charge: q under the circle; 0 for functions on V.
        standard_error: from the points.
        basis_error: from the functions: how far λ can be from the nearest eigenvalue of its sector.
        character: α - β of its products.
        eigenfunctions: a basis of them.
    """

    eigenvalue: float
    multiplicity: int
    charge: int
    standard_error: float
    basis_error: float
    character: tuple[int, ...]
    eigenfunctions: Eigenfunctions

    @property
    def error(self) -> float:
        """Both errors together."""
        return float(np.hypot(self.standard_error, self.basis_error))


def levels_of(
    space: FunctionSpace, potential: Potential, sectors: list[list[Sector]], moments: list[list[Moments]]
) -> list[Level]:
    """All eigenvalues of all sectors, ascending."""
    found = []
    each = zip(itertools.chain(*sectors), itertools.chain(*moments), strict=True)
    for sector, averages in each:
        solved = sector_values(averages)
        for i, value in enumerate(solved.values):
            found.append(
                Level(
                    float(value),
                    sector.multiplicity,
                    space.charge,
                    float(solved.standard_errors[i]),
                    float(solved.basis_errors[i]),
                    sector.character,
                    Eigenfunctions(space, potential, sector, solved.vectors[:, i]),
                )
            )
    return sorted(found, key=lambda level: level.eigenvalue)


def sector_values(moments: Moments) -> SectorValues:
    """All eigenvalues that the functions of a sector give."""
    gram, operator = moments.gram.sum(axis=0), moments.operator.sum(axis=0)
    basis = independent_basis(gram)
    values, left, right = scipy.linalg.eig(basis.conj().T @ operator @ basis, left=True)
    order = np.argsort(values.real)
    values, left, right = values.real[order], basis @ left[:, order], basis @ right[:, order]
    right = right / np.sqrt(_diagonal(right, gram, right).real)
    overlap = _diagonal(left, gram, right)
    shares = np.array(
        [
            (_diagonal(left, s, right) - values * _diagonal(left, b, right)) / overlap
            for b, s in zip(moments.gram, moments.operator, strict=True)
        ]
    ).real
    groups = len(shares)
    errors = np.sqrt(groups / (groups - 1) * np.sum(shares**2, axis=0))
    cross = _diagonal(right, operator, right).real
    rest = np.maximum(_diagonal(right, moments.square, right).real - 2 * values * cross + values**2, 0.0)
    solved = SectorValues(values, errors, _kato(values, rest), right)
    squares, axes = np.linalg.eigh(basis.conj().T @ moments.square @ basis)
    return _all_of_them(solved, np.sqrt(rest), np.sqrt(np.maximum(squares, 0.0)), basis @ axes)


def independent_basis(gram: Complex[np.ndarray, "m m"]) -> Complex[np.ndarray, "m r"]:
    """Orthonormal combinations of functions of a Gram matrix, without the relations among them."""
    sizes = np.diagonal(gram).real
    norms = np.where(sizes > _NOTHING, 1 / np.sqrt(np.maximum(sizes, _NOTHING)), 0.0)
    squares, axes = np.linalg.eigh(norms[:, None] * gram * norms[None])
    kept = squares > _DEPENDENT * max(squares[-1], 1.0)
    return np.asarray(norms[:, None] * axes[:, kept] / np.sqrt(squares[kept]))


def _all_of_them(solved: SectorValues, rest: np.ndarray, bounds: np.ndarray, vectors: np.ndarray) -> SectorValues:
    """The solutions that are eigenfunctions, and in the place of each that is missing a bound.

    Averages that are not exact leave solutions for which ΔF is nowhere near λF. The smallest values of |ΔF|/|F| are,
    in ascending order, bounds from above for the eigenvalues: so many there must be.

    Args:
        solved: all solutions.
        rest: |ΔF - λF|/|F| of each.
        bounds, vectors: the stationary values of |ΔF|/|F|, ascending, and their functions.
    """
    good = rest <= _NO_EIGENFUNCTION * np.maximum(np.abs(solved.values), 1.0)
    found = SectorValues(*(column[..., good] for column in solved))
    missing: list[int] = []
    for i, bound in enumerate(bounds):
        if np.sum(found.values <= _ROUGHLY * bound + 1e-6) + len(missing) <= i:
            missing.append(i)
    nothing = np.zeros(len(missing))
    rough = SectorValues(bounds[missing], nothing, bounds[missing], vectors[:, missing])
    both = [np.concatenate(columns, axis=-1) for columns in zip(found, rough, strict=True)]
    order = np.argsort(both[0], kind="stable")
    return SectorValues(*(column[..., order] for column in both))


def _diagonal(left: np.ndarray, matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """⟨left_i, M right_i⟩ for every i."""
    return np.asarray(np.sum(left.conj() * (matrix @ right), axis=0))


def _kato(values: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """From the squares of what is left; the one function of a sector has no gap that is known."""
    gaps = np.diff(values)
    if not len(gaps):
        return np.sqrt(squares)
    distances = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    return np.asarray(np.minimum(np.sqrt(squares), squares / np.maximum(distances, np.finfo(float).tiny)))
