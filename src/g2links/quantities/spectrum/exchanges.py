"""Symmetries of V that exchange coordinates, and conjugate them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Int


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


def multiplication_table(group: list[Element]) -> np.ndarray:
    """The number of g·h in row g and column h."""
    place = {g: i for i, g in enumerate(group)}
    return np.array([[place[g.after(h)] for h in group] for g in group])


def conjugated_by(group: list[Element], p: Element) -> np.ndarray:
    """The places of p h p⁻¹ for every h of a group."""
    place = {g: i for i, g in enumerate(group)}
    inverse = Element(tuple(int(i) for i in np.argsort(p.sigma)), p.conjugates)
    return np.array([place[p.after(h).after(inverse)] for h in group])
