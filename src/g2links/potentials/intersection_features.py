"""Features with the symmetry of the equations, on complete intersections in products of projective spaces.

A feature is X = Σ h_{αβ} s_α conj(s_β)/r^{2k} over monomials s of degree k t, the sum over an orbit of pairs under the
phases and the permutations of coordinates that preserve V. On V many are combinations of others, since monomials are:
each is brought to a normal form, in which a monomial that a multiple of an equation begins with is replaced by the rest
of it, and those whose normal forms are independent of the ones before are kept. Multiples of equations have all
their terms in one class of monomials modulo the phases, so normal forms are found class by class.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from g2links._typing import Array, ComplexPoint, Frame
from g2links.calculus.jets import Jet
from g2links.errors import InputError
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.hermitian_forms import HermitianForms, assemble
from g2links.potentials.reference import reference_jet, reference_potential
from g2links.potentials.section_basis import factor_sizes, monomials_before_relations, multinomial_roots, section_class
from g2links.varieties.points.systems import monomials_of_multidegree
from g2links.varieties.symmetry import equations_lattice, equations_permutations, is_real, moved_monomials, residues
from g2links.varieties.variety import AbstractVariety

_MOST_MONOMIALS = 1_300
"""Those of degree 8 in six variables; normal forms of more take minutes."""
_MOST_OPERATIONS = 1e11
"""Half a minute."""
_DEPENDENT = 1e-8
"""Of a row of norm 1, what is left where it is a combination of others: rounding leaves 1e-14."""


@dataclass(frozen=True, eq=False)
class SectionForms(HermitianForms):
    """Hermitian forms in sections of a multidegree d, divided by Π r_α^{2 d_α}: by exp(k K_ref) where d = k t.

    Attributes:
        variety: V.
        multidegree: d.
    """

    variety: AbstractVariety | None = None
    multidegree: tuple[int, ...] = ()

    def log_scale(self, z: ComplexPoint) -> Array:
        """The k-th part of Σ d_α log r_α²."""
        assert self.variety is not None
        return reference_potential(self.variety, z, self._kahler)

    def log_scale_jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """That of it."""
        assert self.variety is not None
        return reference_jet(self.variety, z, frame, kahler=self._kahler)

    @property
    def _kahler(self) -> list[float]:
        return [d / float(self.degrees[0]) for d in self.multidegree]


@dataclass(frozen=True)
class IntersectionFeatures(InvariantFeatures):
    """The independent invariant forms of degree k t of a variety in a product of projective spaces.

    Raises:
        InputError: for weights above 1, a degree below 1, or features that are not symmetric.
    """

    variety: AbstractVariety  # type: ignore[assignment]  # nothing that is inherited needs a hypersurface
    symmetric: bool = True

    def __post_init__(self) -> None:
        if self.variety.heaviest > 1 or self.degrees is not None or not self.symmetric:
            raise InputError("features", self.variety.name, "symmetric ones of one degree, for weights 1")
        if self.degree < 1:
            raise InputError("degree", self.degree, "a positive integer is needed")

    @cached_property
    def forms(self) -> HermitianForms:
        """The features themselves."""
        return invariant_section_forms(self.variety, self.degree)

    @property
    def root(self) -> float:
        """κ with which (1/κ) log Σ c_i X_i is a potential of Fubini and Study."""
        return section_class(self.variety, self.degree).root

    @property
    def _plan(self) -> None:
        return None

    def reference_coefficients(self) -> None:
        """Those of the function 1 are found by least squares: the sum of all |s|² needs features that are left out."""
        return None


def degree_of_invariants(variety: AbstractVariety, most: int) -> int:
    """The highest degree of which there are at most so many invariants, of a moderate number of monomials; at least
    1."""
    best = 1
    for degree in itertools.count(1):
        if not found_quickly(variety, degree) or IntersectionFeatures(variety, degree).count > most:
            return best
        best = degree
    raise AssertionError("there are more monomials of every degree")


def found_quickly(variety: AbstractVariety, degree: int) -> bool:
    """Whether invariants of a degree are found in less than a minute, by how many orbits of pairs there are, about,
    squared, times the length of their normal forms."""
    if monomials_before_relations(variety, degree) > _MOST_MONOMIALS:
        return False
    sizes = np.bincount(_classes(variety, _monomials(variety, degree)))
    pairs = float(np.sum(sizes.astype(float) ** 2))
    return (pairs / len(equations_permutations(variety))) ** 2 * pairs <= _MOST_OPERATIONS


@lru_cache(32)
def invariant_section_forms(variety: AbstractVariety, degree: int) -> SectionForms:
    """Independent forms of degree k t that all symmetries of V preserve (`symmetry.equations_permutations`)."""
    multidegree = section_class(variety, degree).multidegree
    exponents = _monomials(variety, degree)
    class_of = _classes(variety, exponents)
    orbits = _orbits(class_of, moved_monomials(exponents, equations_permutations(variety)))
    forms = assemble((1,) * variety.variables, exponents, orbits, real=all(map(is_real, variety.equations)))
    rows = _normal_rows(forms, class_of, _normal_forms(variety, multidegree, exponents, class_of))
    return _scaled(variety, degree, forms, _first_independent(rows))


def _monomials(variety: AbstractVariety, degree: int) -> np.ndarray:
    """(M, variables) those of degree k t, low powers first."""
    exponents = monomials_of_multidegree(factor_sizes(variety), section_class(variety, degree).multidegree)
    return exponents[np.lexsort((*exponents.T[::-1], exponents.max(axis=1)))]


def _classes(variety: AbstractVariety, exponents: np.ndarray) -> np.ndarray:
    """(M,) the class of each monomial modulo the phases, by number."""
    classes = residues(equations_lattice(variety), exponents.astype(np.int64))
    return np.unique(classes, axis=0, return_inverse=True)[1].reshape(-1)


def _orbits(class_of: np.ndarray, moved: np.ndarray) -> list[np.ndarray]:
    """The pairs of monomials of one class, in orbits under the permutations."""
    pairs = pairs_of_one_class(class_of)
    pairs = pairs[np.lexsort((*pairs.T[::-1], pairs.max(axis=1)))]
    count = len(class_of)
    codes = np.full(len(pairs), count**2)
    for one in moved:
        a, b = one[pairs].T
        codes = np.minimum(codes, np.minimum(a * count + b, b * count + a))
    first = np.sort(np.unique(codes, return_index=True)[1])
    return [np.unique(moved[:, pair], axis=0) for pair in pairs[first]]


def pairs_of_one_class(class_of: np.ndarray) -> np.ndarray:
    """(P, 2) the ordered pairs of monomials whose products with a conjugate all phases preserve."""
    members = [np.flatnonzero(class_of == c) for c in range(class_of.max() + 1)]
    return np.concatenate([np.stack(np.meshgrid(own, own, indexing="ij"), axis=2).reshape(-1, 2) for own in members])


def _normal_forms(
    variety: AbstractVariety, multidegree: tuple[int, ...], exponents: np.ndarray, class_of: np.ndarray
) -> np.ndarray:
    """(M, M) each monomial as a combination of those that no relation begins with, high powers first."""
    place = {row.tobytes(): i for i, row in enumerate(exponents)}
    relations: dict[int, list[np.ndarray]] = {}
    for f, q in zip(variety.equations, variety.degrees, strict=True):
        rest = tuple(k - d for k, d in zip(multidegree, q, strict=True))
        for factor in monomials_of_multidegree(factor_sizes(variety), rest) if min(rest) >= 0 else ():
            row = np.zeros(len(exponents), dtype=complex)
            terms = [place[e.tobytes()] for e in f.exponents + factor]
            row[terms] = f.coefficients / np.linalg.norm(f.coefficients)
            relations.setdefault(int(class_of[terms[0]]), []).append(row)
    normal = np.eye(len(exponents), dtype=complex)
    for c, rows in relations.items():
        own = np.flatnonzero(class_of == c)[::-1]
        for pivot, row in _reduced(np.array(rows)[:, own]):
            normal[own[pivot]] = 0
            normal[own[pivot], own] = -row
            normal[own[pivot], own[pivot]] = 0
    return normal


def _reduced(rows: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """The pivots of the reduced echelon form, and its rows."""
    found: list[int] = []
    rank = 0
    for column in range(rows.shape[1]):
        rest = np.abs(rows[rank:, column])
        if rank == len(rows) or rest.max() < _DEPENDENT:
            continue
        best = rank + int(np.argmax(rest))
        rows[[rank, best]] = rows[[best, rank]]
        rows[rank] /= rows[rank, column]
        others = np.arange(len(rows)) != rank
        rows[others] -= np.outer(rows[others, column], rows[rank])
        found.append(column)
        rank += 1
    return [(column, rows[i]) for i, column in enumerate(found)]


def _normal_rows(forms: HermitianForms, class_of: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(forms, L) the coefficients of the normal form of each, one number for each pair of one class."""
    members = [np.flatnonzero(class_of == c) for c in range(class_of.max() + 1)]
    starts = np.cumsum([0] + [len(own) ** 2 for own in members])
    blocks = [normal[np.ix_(own, own)] for own in members]
    position = np.empty(len(class_of), dtype=int)
    for own in members:
        position[own] = np.arange(len(own))
    rows = np.zeros((forms.count, starts[-1]), dtype=complex)
    for owner, a, b, value in zip(forms.owner, forms.row, forms.column, np.asarray(forms.value), strict=True):
        c = class_of[a]
        left, right = blocks[c][position[a]], blocks[c][position[b]]
        term = value * np.outer(left, right.conj())
        rows[owner, starts[c] : starts[c + 1]] += (term + term.conj().T).ravel()
    return rows


def _first_independent(rows: np.ndarray) -> np.ndarray:
    """The rows that are no real combinations of earlier ones."""
    real = np.concatenate([rows.real, rows.imag], axis=1)
    used = np.flatnonzero(np.abs(real).max(axis=0) > 0)
    real = real[:, used]
    basis = np.zeros((min(real.shape), real.shape[1]))
    kept: list[int] = []
    for i, row in enumerate(real):
        norm = np.linalg.norm(row)
        if norm == 0 or len(kept) == len(basis):
            continue
        unit = row / norm
        for _ in range(2):
            unit = unit - (basis[: len(kept)] @ unit) @ basis[: len(kept)]
        rest = np.linalg.norm(unit)
        if rest > _DEPENDENT:
            basis[len(kept)] = unit / rest
            kept.append(i)
    return np.array(kept)


def _scaled(variety: AbstractVariety, degree: int, forms: HermitianForms, kept: np.ndarray) -> SectionForms:
    """Some of the forms, with monomials times the square roots of their multinomial coefficients."""
    place = np.full(forms.count, -1)
    place[kept] = np.arange(len(kept))
    terms = place[forms.owner] >= 0
    used, monomial = np.unique(np.concatenate([forms.row[terms], forms.column[terms]]), return_inverse=True)
    row, column = np.split(monomial, 2)
    roots = multinomial_roots(variety, degree, forms.exponents[used])
    value = np.asarray(forms.value)[terms] * roots[row] * roots[column]
    degrees = np.full(len(kept), float(degree))
    owner = place[forms.owner[terms]]
    order = np.argsort(owner, kind="stable")
    return SectionForms(
        forms.weights,
        forms.exponents[used],
        row[order],
        column[order],
        value[order],
        owner[order],
        degrees,
        variety,
        section_class(variety, degree).multidegree,
    )
