"""Functions on the link of one charge, divided by the symmetries of V.

On the link of V the functions of charge q, F(e^{iθ}·z) = e^{iqθ} F(z), are sections of O(q) on V. Here they are spanned
by s_α conj(s_β), with monomials s_α of degree m + q and s_β of degree m up to a degree k. The phases that preserve f
multiply each of them by a character, given by α - β modulo a lattice (`varieties.symmetry`); the permutations of the
coordinates, and complex conjugation where f is real and q = 0, exchange the characters. So an irreducible
representation of the whole group is that of the permutations that preserve one character χ, repeated over the orbit of
χ (Serre, Linear Representations of Finite Groups, 8.2): a Laplacian that commutes with the group has each eigenvalue
with this multiplicity exactly, and its eigenfunctions are found among the functions of one row of one representation.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int
from scipy.sparse import csr_array, eye_array, vstack
from scipy.special import gammaln

from g2links.errors import InputError
from g2links.potentials.section_basis import factor_sizes
from g2links.quantities.spectrum.representations import Irreducible, irreducible_representations
from g2links.varieties.points.path_tracking import monomials_of_multidegree
from g2links.varieties.polynomial import exponents_of_degree, monomial_count
from g2links.varieties.symmetry import equations_lattice, equations_permutations, is_real, residues
from g2links.varieties.variety import AbstractVariety

Symmetry = Literal["all", "phases", "none"]
"""What of the symmetry of V divides the functions: phases, permutations and conjugation; phases alone; nothing."""

_LARGEST_GROUP = 1500
"""Permutations, with conjugation: the table of a group is a matrix of this size."""
_OPPOSITE = None
"""In the place of a symmetry: F to its complex conjugate, which has the opposite character."""
_PROJECTED = 0.5
"""A projection has eigenvalues 0 and 1."""


class Element(NamedTuple):
    """A symmetry that exchanges coordinates: z_i goes to z_{σ(i)}, and is conjugated."""

    sigma: tuple[int, ...]
    conjugates: bool

    def after(self, other: "Element") -> "Element":
        """The product: first the other."""
        return Element(tuple(self.sigma[i] for i in other.sigma), self.conjugates != other.conjugates)

    def image(self, z: Complex[np.ndarray, "n variables"]) -> Complex[np.ndarray, "n variables"]:
        """The points at which a function has the values of its image under this symmetry."""
        moved = z[:, list(self.sigma)]
        return moved.conj() if self.conjugates else moved

    def moved(self, exponents: Int[np.ndarray, "n variables"]) -> Int[np.ndarray, "n variables"]:
        """The exponents of the monomials to which those of given exponents go."""
        return exponents[:, np.argsort(self.sigma)]


class Sector(NamedTuple):
    """The functions of one row of one irreducible representation.

    Attributes:
        pairs: (n, 2) the places of α and of β in the tables of a `FunctionSpace`.
        rows: (m, n) sparse, the m functions of the row as combinations of the n products.
        character: the smallest representative of α - β.
        representation: ρ of the elements that preserve the character.
        number: of ρ among the representations of these elements.
        moves: (order, n) where they send the products.
        cosets: one element for each character of the orbit, the unit first.
        conjugated: whether the complex conjugates of the functions belong to another representation, of the same
            eigenvalues.
    """

    pairs: Int[np.ndarray, "n 2"]
    rows: csr_array
    character: tuple[int, ...]
    representation: Irreducible
    number: int
    moves: Int[np.ndarray, "order n"]
    cosets: tuple[Element, ...]
    conjugated: bool

    @property
    def functions(self) -> int:
        """m."""
        return int(self.rows.shape[0])

    @property
    def multiplicity(self) -> int:
        """How often each eigenvalue occurs: the dimension of the representation of the whole group, twice it with
        another one of the complex conjugates."""
        return (1 + self.conjugated) * len(self.cosets) * self.representation.dimension

    def combine(self, products: Complex[np.ndarray, "n points"]) -> Complex[np.ndarray, "m points"]:
        """The functions of the row from the products."""
        return np.asarray(self.rows @ products)

    def partners(self, row: Complex[np.ndarray, " m"]) -> Complex[np.ndarray, "d n"]:
        """The d functions of ρ to which one of the row belongs, as combinations of the products: itself first."""
        first = row @ self.rows
        order, d = len(self.moves), self.representation.dimension
        factors = d / order * self.representation.matrices[:, :, 0].conj()
        found = np.zeros((d, len(first)), dtype=complex)
        np.add.at(found, (np.arange(d)[None, :, None], self.moves[:, None, :]), factors[:, :, None] * first)
        return found


@dataclass(frozen=True)
class FunctionSpace:
    """All functions of a charge up to a degree.

    Args:
        variety: V.
        charge: q ≥ 0; those of charge -q are the complex conjugates.
        degree: k, the highest degree m of the s_β, in units of the polarisation.
        symmetry: what divides them.

    Raises:
        InputError: for a charge below 0, or a degree below that of every coordinate.
    """

    variety: AbstractVariety
    charge: int
    degree: int
    symmetry: Symmetry = "all"

    def __post_init__(self) -> None:
        if self.charge < 0:
            raise InputError("charge", self.charge, "from 0 on: those of charge -q are complex conjugates")
        if self.degree < 0 or (self.degree == 0 and self.charge == 0):
            raise InputError("degree", self.degree, "at least 1, or 0 for holomorphic sections of a positive charge")

    @cached_property
    def degrees(self) -> range:
        """Those of the s_β: all from k - max(w) + 1 to k, so that those of lower ones are among their combinations."""
        return range(max(0, self.degree - self.variety.heaviest + 1), self.degree + 1)

    def products(self) -> int:
        """A bound for the number of products, without listing them: if they were all of one degree."""
        left, right = (sum(_count(self.variety, m + q) for m in self.degrees) for q in (self.charge, 0))
        return left * right // len(self.degrees)

    @cached_property
    def alphas(self) -> Int[np.ndarray, "A variables"]:
        """Exponents of the holomorphic monomials."""
        return np.concatenate([_monomials(self.variety, m + self.charge) for m in self.degrees])

    @cached_property
    def betas(self) -> Int[np.ndarray, "B variables"]:
        """Exponents of the antiholomorphic ones."""
        return np.concatenate([_monomials(self.variety, m) for m in self.degrees])

    @cached_property
    def alpha_degrees(self) -> Int[np.ndarray, " A"]:
        """m + q, in units of the polarisation."""
        return _degrees(self.variety, self.alphas)

    @cached_property
    def beta_degrees(self) -> Int[np.ndarray, " B"]:
        """m, in units of the polarisation."""
        return _degrees(self.variety, self.betas)

    @cached_property
    def alpha_norms(self) -> Float[np.ndarray, " A"]:
        """The square roots of multinomial coefficients, with which all monomials are of comparable size."""
        return _norms(self.variety, self.alphas)

    @cached_property
    def beta_norms(self) -> Float[np.ndarray, " B"]:
        """The same."""
        return _norms(self.variety, self.betas)

    @cached_property
    def pairs(self) -> Int[np.ndarray, "n 2"]:
        """The places of α and β of all products, ascending."""
        return np.argwhere(self.alpha_degrees[:, None] - self.beta_degrees[None] == self.charge)

    @cached_property
    def elements(self) -> list[Element]:
        """The group that exchanges characters, the unit first."""
        identity = tuple(range(self.variety.variables))
        if self.symmetry != "all":
            return [Element(identity, False)]
        sigmas = sorted(equations_permutations(self.variety))
        real = self.charge == 0 and all(is_real(f) for f in self.variety.equations)
        kept = 0
        while len(sigmas) * (1 + real) > _LARGEST_GROUP:
            kept += 1
            sigmas = [sigma for sigma in sigmas if sigma[:kept] == identity[:kept]]
        return [Element(sigma, bool(c)) for c in range(1 + real) for sigma in sigmas]

    @cached_property
    def _lattice(self) -> np.ndarray:
        if self.symmetry == "none":
            return np.eye(self.variety.variables, dtype=np.int64)
        return equations_lattice(self.variety)

    def classes(self, differences: Int[np.ndarray, "n variables"]) -> Int[np.ndarray, "n variables"]:
        """The characters of α - β, as their smallest representatives."""
        return residues(self._lattice, differences.astype(np.int64))

    def block_sizes(self) -> Int[np.ndarray, " characters"]:
        """How many products each character has."""
        differences = self.alphas[self.pairs[:, 0]] - self.betas[self.pairs[:, 1]]
        return np.asarray(np.unique(self.classes(differences), axis=0, return_counts=True)[1])

    def sectors(self) -> Iterator[list[Sector]]:
        """The sectors, together those of one orbit of characters, which share their products."""
        differences = self.alphas[self.pairs[:, 0]] - self.betas[self.pairs[:, 1]]
        characters, block = np.unique(self.classes(differences), axis=0, return_inverse=True)
        place = {tuple(row): i for i, row in enumerate(characters.tolist())}
        images = np.array([self._images(g, characters, place) for g in self.elements])
        opposite = images[0] if self.charge else np.array(self._images(_OPPOSITE, characters, place))
        seen: set[int] = set()
        for chosen in map(int, np.argsort(np.abs(characters).sum(axis=1), kind="stable")):
            if chosen not in seen:
                orbit = images[:, chosen]
                seen |= {*orbit.tolist(), *opposite[orbit].tolist()}
                pairs = self.pairs[block.reshape(-1) == chosen]
                yield self._of_orbit(pairs, tuple(characters[chosen].tolist()), orbit, int(opposite[chosen]))

    def _images(self, g: Element | None, characters: np.ndarray, place: dict[tuple[int, ...], int]) -> list[int]:
        moved = -characters if g is None else (-1 if g.conjugates else 1) * g.moved(characters)
        return [place[tuple(row)] for row in self.classes(moved).tolist()]

    def _of_orbit(
        self, pairs: np.ndarray, character: tuple[int, ...], orbit: np.ndarray, opposite: int
    ) -> list[Sector]:
        """The sectors of one orbit.

        Args:
            pairs: the products of one character.
            character: it.
            orbit: the number of its image under each element; the first is its own.
            opposite: the number of the character of the complex conjugates, its own for other charges than 0.
        """
        group = [g for g, image in zip(self.elements, orbit, strict=True) if image == orbit[0]]
        cosets = tuple(self.elements[i] for i in sorted(np.unique(orbit, return_index=True)[1]))
        to_opposite = np.flatnonzero(orbit == opposite)
        turned = _turned(group, self.elements[to_opposite[0]]) if self.charge == 0 and len(to_opposite) else None
        moves = np.array([self._moves(g, pairs) for g in group])
        found: list[Sector] = []
        done: list[Irreducible] = []
        for number, rho in enumerate(irreducible_representations(_table(group))):
            partner = rho.character if turned is None else rho.character[turned].conj()
            if not any(other.is_equivalent(partner) for other in done):
                done.append(rho)
                rows = _first_row(rho, moves)
                conjugated = len(to_opposite) == 0 or not rho.is_equivalent(partner)
                if rows.shape[0]:
                    found.append(Sector(pairs, rows, character, rho, number, moves, cosets, conjugated))
        return found

    def _moves(self, g: Element, pairs: np.ndarray) -> np.ndarray:
        """Where g sends each product of a character that it preserves."""
        alpha = self._moved_places(g, self.alphas)[pairs[:, 0]]
        beta = self._moved_places(g, self.betas)[pairs[:, 1]]
        first, second = (beta, alpha) if g.conjugates else (alpha, beta)
        width = len(self.betas)
        return np.searchsorted(pairs[:, 0] * width + pairs[:, 1], first * width + second)

    def _moved_places(self, g: Element, table: np.ndarray) -> np.ndarray:
        base = int(table.max(initial=0)) + 1
        powers = base ** np.arange(table.shape[1])
        keys = table @ powers
        order = np.argsort(keys)
        return order[np.searchsorted(keys[order], g.moved(table) @ powers)]


def _monomials(variety: AbstractVariety, degree: int) -> np.ndarray:
    if len(variety.charges) == 1:
        return exponents_of_degree(variety.charges[0], degree * variety.polarisation[0])
    return monomials_of_multidegree(factor_sizes(variety), tuple(degree * t for t in variety.polarisation))


def _count(variety: AbstractVariety, degree: int) -> int:
    """About how many monomials there are, of weights 1 exactly."""
    total = 1
    for factor in variety.factors:
        size, d = len(factor.coordinates), degree * factor.polarisation
        total *= math.comb(d + size - 1, size - 1) if max(factor.charges) == 1 else monomial_count(factor.charges, d)
    return total


def _degrees(variety: AbstractVariety, exponents: np.ndarray) -> np.ndarray:
    """In units of the polarisation."""
    factor = variety.factors[0]
    return np.asarray(exponents[:, factor.coordinates] @ np.array(factor.charges) // factor.polarisation)


def _norms(variety: AbstractVariety, exponents: np.ndarray) -> np.ndarray:
    logs = np.zeros(len(exponents))
    for factor in variety.factors:
        powers = exponents[:, factor.coordinates]
        logs += gammaln(powers.sum(axis=1) + 1) - gammaln(powers + 1).sum(axis=1)
    return np.asarray(np.exp(0.5 * logs))


def _table(group: list[Element]) -> np.ndarray:
    place = {g: i for i, g in enumerate(group)}
    return np.array([[place[g.after(h)] for h in group] for g in group])


def _turned(group: list[Element], p: Element) -> np.ndarray:
    """The places of p h p⁻¹ for every h of a group."""
    place = {g: i for i, g in enumerate(group)}
    inverse = Element(tuple(int(i) for i in np.argsort(p.sigma)), p.conjugates)
    return np.array([place[p.after(h).after(inverse)] for h in group])


def _first_row(rho: Irreducible, moves: Int[np.ndarray, "order n"]) -> csr_array:
    """(m, n) an orthonormal basis of the image of (d/|G|) Σ_g conj(ρ_11(g)) g on the products, orbit by orbit."""
    order, n = moves.shape
    if order == 1:
        return csr_array(eye_array(n, dtype=complex))
    factors = rho.dimension / order * rho.matrices[:, 0, 0].conj()
    blocks = []
    for places in _orbits(moves):
        local = np.searchsorted(places, moves[:, places])
        projection = np.zeros((len(places), len(places)), dtype=complex)
        np.add.at(projection, (local, np.arange(len(places))[None]), factors[:, None])
        values, vectors = np.linalg.eigh(0.5 * (projection + projection.conj().T))
        rows = vectors[:, values > _PROJECTED].T
        places = np.broadcast_to(places, rows.shape)
        starts = np.arange(len(rows) + 1) * rows.shape[1]
        blocks.append(csr_array((rows.ravel(), places.ravel(), starts), shape=(len(rows), n)))
    return csr_array(vstack(blocks))


def _orbits(moves: Int[np.ndarray, "order n"]) -> Iterator[np.ndarray]:
    smallest = moves.min(axis=0)
    order = np.argsort(smallest, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(smallest[order])) + 1)
