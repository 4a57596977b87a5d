"""Irreducible representations of a finite group from its multiplication table alone.

A general Hermitian element of the group algebra, acting from the right on the group algebra, commutes with the regular
representation from the left, and its eigenspaces are irreducible (Dixon, Math. Comp. 24 (1970) 707).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Int

_SEED = 20
_ALIKE = 1e-8
"""Eigenvalues of the general element that agree up to this share of their range are one; others differ by far more."""
_SAME_CHARACTER = 1e-6


class Irreducible(NamedTuple):
    """An irreducible unitary representation ρ.

    Attributes:
        matrices: (order, d, d) ρ(g) for every element of the group.
    """

    matrices: Complex[np.ndarray, "order d d"]

    @property
    def dimension(self) -> int:
        """d."""
        return self.matrices.shape[1]

    @property
    def character(self) -> Complex[np.ndarray, " order"]:
        """tr ρ(g)."""
        return np.asarray(np.trace(self.matrices, axis1=1, axis2=2))

    def is_equivalent(self, character: Complex[np.ndarray, " order"]) -> bool:
        """Whether this is, up to a change of basis, the representation of another character."""
        return bool(np.abs(self.character - character).max() < _SAME_CHARACTER)


def irreducible_representations(table: Int[np.ndarray, "order order"]) -> list[Irreducible]:
    """One representation of each class, the trivial one first, then by dimension.

    Args:
        table: the number of g·h in row g and column h; element 0 is the unit.

    Example:
        >>> two = np.array([[0, 1], [1, 0]])
        >>> [rho.matrices.real.ravel().round(12).tolist() for rho in irreducible_representations(two)]
        [[1.0, 1.0], [1.0, -1.0]]
    """
    order = len(table)
    inverse = np.argmin(table, axis=1)
    rng = np.random.default_rng(_SEED)
    found: list[Irreducible] = []
    while sum(rho.dimension**2 for rho in found) < order:
        for rho in _eigenspaces(table, inverse, rng):
            norm = float(np.mean(np.abs(rho.character) ** 2))
            if abs(norm - 1) < _SAME_CHARACTER and not any(rho.is_equivalent(other.character) for other in found):
                found.append(rho)
    return sorted(found, key=lambda rho: (not rho.is_equivalent(np.ones(order, dtype=complex)), rho.dimension))


def _eigenspaces(
    table: Int[np.ndarray, "order order"], inverse: Int[np.ndarray, " order"], rng: np.random.Generator
) -> list[Irreducible]:
    """The representations on the eigenspaces of a general Hermitian element that acts from the right."""
    order = len(table)
    general = rng.normal(size=order) + 1j * rng.normal(size=order)
    general = general + general[inverse].conj()
    columns = np.arange(order)
    element = np.zeros((order, order), dtype=complex)
    for x in range(order):
        element[table[:, inverse[x]], columns] += general[x]
    values, vectors = np.linalg.eigh(element)
    ends = np.flatnonzero(np.diff(values, append=np.inf) > _ALIKE * np.ptp(values) + _ALIKE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    spaces = (vectors[:, first : last + 1] for first, last in zip(starts, ends, strict=True))
    return [Irreducible(np.einsum("gha,hb->gab", space[table].conj(), space)) for space in spaces]
