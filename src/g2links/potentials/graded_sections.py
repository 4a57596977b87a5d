"""Monomials of several degrees on V, in blocks between which invariant Hermitian matrices vanish."""

from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexPoint
from g2links.potentials.reference import reference_potential
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import exponents_of_degree, monomials, pure_power
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, is_real, moved_monomials, residues


@dataclass(frozen=True)
class GradedSections:
    """The monomials of several degrees on V, in the blocks of one degree and one character of the phases of f.

    Where f has a term c z_i^m, and no permutation that preserves f moves z_i, multiples of z_i^m are left out: on V
    they are combinations of the others.

    Args:
        variety: V.
        degrees: j.
    """

    variety: WeightedHypersurface
    degrees: tuple[int, ...]

    @cached_property
    def exponents(self) -> np.ndarray:
        """(N, variables)."""
        every = np.concatenate([exponents_of_degree(self.variety.weights, j) for j in self.degrees])
        pure = pure_power(self.variety.polynomial)
        if pure is None or any(sigma[pure.variable] != pure.variable for sigma in self._permutations):
            return every
        return every[every[:, pure.variable] < pure.power]

    @cached_property
    def _permutations(self) -> list[tuple[int, ...]]:
        return coordinate_permutations(self.variety.polynomial)

    @cached_property
    def _moved(self) -> np.ndarray:
        return moved_monomials(self.exponents, self._permutations)

    @cached_property
    def at(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each monomial which size its block has, its block among those of this size, and its position there."""
        size, block, position = np.empty((3, len(self.exponents)), dtype=np.int64)
        for i, places in enumerate(self.blocks):
            size[places] = i
            block[places], position[places] = np.arange(len(places))[:, None], np.arange(places.shape[1])
        return size, block, position

    def symmetric_means(self, values: np.ndarray) -> np.ndarray:
        """(N,) the means of one number for each monomial over the permutations of coordinates that preserve f."""
        return np.asarray(np.mean(values[self._moved], axis=0))

    def symmetrised(self, moments: list[np.ndarray]) -> list[np.ndarray]:
        """The mean over the permutations of coordinates that preserve f, and over complex conjugation where it does.

        Args:
            moments: for each size m of blocks Hermitian matrices (blocks, m, m).
        """
        _, block, position = self.at
        total = [np.zeros_like(part) for part in moments]
        for moved in self._moved:
            for part, places, whole in zip(moments, self.blocks, total, strict=True):
                at = moved[places]
                whole += part[block[at][:, :1, None], position[at][:, :, None], position[at][:, None, :]]
        real = is_real(self.variety.polynomial)
        return [(part.real if real else part) / len(self._moved) for part in total]

    @cached_property
    def blocks(self) -> list[np.ndarray]:
        """For each size m of blocks the places (blocks, m) of their monomials."""
        degrees = self.exponents @ np.array(self.variety.weights)
        classes = residues(exponent_lattice(self.variety.polynomial), self.exponents.astype(np.int64))
        _, block, sizes = np.unique(
            np.column_stack([degrees, classes]), axis=0, return_inverse=True, return_counts=True
        )
        order, starts = np.argsort(block.reshape(-1), kind="stable"), np.cumsum(sizes) - sizes
        return [order[starts[sizes == m][:, None] + np.arange(m)] for m in np.unique(sizes)]

    def __call__(self, z: ComplexPoint) -> Complex[Array, " N"]:
        """s/r^j at one point of X, in any gauge up to a phase of each degree."""
        scale = jnp.exp(-0.5 * jnp.array(self.variety.weights) * reference_potential(self.variety, z))
        return monomials(self.exponents, scale * z)
