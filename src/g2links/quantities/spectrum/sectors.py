"""The functions of a charge, divided by the symmetries of V.

The phases that preserve f multiply each product s_α conj(s_β) by a character, given by α - β modulo a lattice
(`varieties.symmetry`); the permutations of the coordinates, and complex conjugation where f is real and q = 0, exchange
the characters. So an irreducible representation of the whole group is that of the permutations that preserve one
character χ, repeated over the orbit of χ (Serre, Linear Representations of Finite Groups, 8.2): a Laplacian that
commutes with the group has each eigenvalue with this multiplicity exactly, and its eigenfunctions are found among the
functions of one row of one representation.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Int
from scipy.sparse import csr_array, eye_array, vstack

from g2links.quantities.spectrum.exchanges import Element, conjugated_by, multiplication_table
from g2links.quantities.spectrum.product_space import ProductSpace, SignedPlaces
from g2links.quantities.spectrum.representations import Irreducible, irreducible_representations

_PROJECTED = 0.5
"""A projection has eigenvalues 0 and 1."""


class Sector(NamedTuple):
    """The functions of one row of one irreducible representation.

    Attributes:
        pairs: (n, 2) the places of α and of β in the tables of a `FunctionSpace`.
        rows: (m, n) sparse, the m functions of the row as combinations of the n products.
        character: the smallest representative of α - β.
        representation: ρ of the elements that preserve the character.
        moves: (order, n) where they send the products,
        signs: (order, n) and the sign that this brings, 1 for functions.
        cosets: one element for each character of the orbit, the unit first.
        conjugated: whether the complex conjugates of the functions belong to another representation, of the same
            eigenvalues.
    """

    pairs: Int[np.ndarray, "n 2"]
    rows: csr_array
    character: tuple[int, ...]
    representation: Irreducible
    moves: Int[np.ndarray, "order n"]
    signs: Int[np.ndarray, "order n"]
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
        images = factors[:, :, None] * (self.signs * first[None])[:, None]
        np.add.at(found, (np.arange(d)[None, :, None], self.moves[:, None, :]), images)
        return found


def sectors_of(space: ProductSpace) -> Iterator[list[Sector]]:
    """The sectors of a space, together those of one orbit of characters, which share their products."""
    differences = space.alphas[space.pairs[:, 0]] - space.betas[space.pairs[:, 1]]
    characters, block = np.unique(space.classes(differences), axis=0, return_inverse=True)
    place = {tuple(row): i for i, row in enumerate(characters.tolist())}

    def places(moved: np.ndarray) -> list[int]:
        return [place[tuple(row)] for row in space.classes(moved).tolist()]

    images = np.array([places((-1 if g.conjugates else 1) * g.moved(characters)) for g in space.elements])
    # the complex conjugate of F has the opposite character
    opposite = np.array(places(-characters)) if space.holds_conjugates else images[0]
    seen: set[int] = set()
    for chosen in map(int, np.argsort(np.abs(characters).sum(axis=1), kind="stable")):
        if chosen not in seen:
            orbit = images[:, chosen]
            seen |= {*orbit.tolist(), *opposite[orbit].tolist()}
            pairs = space.pairs[block.reshape(-1) == chosen]
            yield _of_orbit(space, pairs, tuple(characters[chosen].tolist()), orbit, int(opposite[chosen]))


def _of_orbit(
    space: ProductSpace, pairs: np.ndarray, character: tuple[int, ...], orbit: np.ndarray, opposite: int
) -> list[Sector]:
    """The sectors of one orbit.

    Args:
        pairs: the products of one character.
        character: it.
        orbit: the number of its image under each element; the first is its own.
        opposite: the number of the character of the complex conjugates, its own where they are not in the space.
    """
    group = [g for g, image in zip(space.elements, orbit, strict=True) if image == orbit[0]]
    cosets = tuple(space.elements[i] for i in sorted(np.unique(orbit, return_index=True)[1]))
    to_opposite = np.flatnonzero(orbit == opposite)
    turned = None
    if space.holds_conjugates and len(to_opposite):
        turned = conjugated_by(group, space.elements[to_opposite[0]])
    each = [_moves(space, g, pairs) for g in group]
    moves, signs = (np.array(column) for column in zip(*each, strict=True))
    found: list[Sector] = []
    done: list[Irreducible] = []
    for rho in irreducible_representations(multiplication_table(group)):
        partner = rho.character if turned is None else rho.character[turned].conj()
        if not any(other.is_equivalent(partner) for other in done):
            done.append(rho)
            rows = _first_row(rho, moves, signs)
            conjugated = len(to_opposite) == 0 or not rho.is_equivalent(partner)
            if rows.shape[0]:
                found.append(Sector(pairs, rows, character, rho, moves, signs, cosets, conjugated))
    return found


def _moves(space: ProductSpace, g: Element, pairs: np.ndarray) -> SignedPlaces:
    """Where g sends each product of a character that it preserves."""
    alpha, beta = space.moved_alphas(g), space.moved_betas(g)
    left, right = alpha.places[pairs[:, 0]], beta.places[pairs[:, 1]]
    first, second = (right, left) if g.conjugates else (left, right)
    width = len(space.betas)
    places = np.searchsorted(pairs[:, 0] * width + pairs[:, 1], first * width + second)
    return SignedPlaces(places, alpha.signs[pairs[:, 0]] * beta.signs[pairs[:, 1]])


def _first_row(rho: Irreducible, moves: Int[np.ndarray, "order n"], signs: Int[np.ndarray, "order n"]) -> csr_array:
    """(m, n) an orthonormal basis of the image of (d/|G|) Σ_g conj(ρ_11(g)) g on the products, orbit by orbit."""
    order, n = moves.shape
    if order == 1:
        return csr_array(eye_array(n, dtype=complex))
    factors = rho.dimension / order * rho.matrices[:, 0, 0].conj()
    blocks = []
    for places in _orbits(moves):
        local = np.searchsorted(places, moves[:, places])
        projection = np.zeros((len(places), len(places)), dtype=complex)
        np.add.at(projection, (local, np.arange(len(places))[None]), factors[:, None] * signs[:, places])
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
