"""Networks that have the symmetry of f = Σ c_i z_i^{a_i}, by weights shared among coordinates.

Invariant under the diagonal symmetries are s_i = |ζ_i|² and Q_ij = m_i conj(m_j), with m_i the terms of f, on the unit
sphere. Permutations of coordinates in one orbit move them. So one network, asked once for each coordinate, gives what
belongs to a coordinate, and another, asked for each pair, what belongs to a pair, from functions that are symmetric in
the pair and in all others. Under complex conjugation real parts are even, imaginary parts odd.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import monomials
from g2links.varieties.symmetry import coordinate_permutations, is_real
from g2links.varieties.variety import AbstractVariety

_POWERS = 5
"""Power sums of the coordinates up to the fifth determine five of them up to their order."""
_LEAST_POWER = 4
"""See `shares_weights`."""
NODE_OUTPUTS, PAIR_OUTPUTS = 5, 4
"""Coefficients for each coordinate, and for each pair of them, of which the forms on C^N are made."""


@dataclass(frozen=True)
class SharedCoefficients:
    """The inputs of the two networks, and how their outputs make d_i, C_ij and a_i (`tensors.AmbientTensors`)."""

    variety: WeightedHypersurface

    @property
    def inputs(self) -> tuple[int, int]:
        """How many numbers each network sees."""
        nodes, pairs = jax.eval_shape(self.features, jax.ShapeDtypeStruct((self.variety.variables,), np.complex128))
        return nodes.shape[1], pairs.shape[1]

    def features(self, zeta: ComplexPoint) -> tuple[Float[Array, "variables n"], Float[Array, "pairs m"]]:
        """What is seen of each coordinate, and of each pair, at a point of the unit sphere."""
        s, q = self._invariants(zeta)
        marks = jnp.asarray(self._orbits)
        every = self._symmetric_functions(s, q.real)
        reached = q.real @ jnp.stack([s, s**2], axis=1)
        own = jnp.concatenate([s[:, None], s[:, None] ** 2, reached], axis=1)
        nodes = jnp.concatenate([own, marks, jnp.broadcast_to(every, (len(own), len(every)))], axis=1)
        i, j = np.triu_indices(len(zeta), 1)
        both = jnp.concatenate([own[i] + own[j], marks[i] + marks[j]], axis=1)
        cross = jnp.stack([s[i] * s[j], q.real[i, j]], axis=1)
        pairs = jnp.concatenate([both, cross, jnp.broadcast_to(every, (len(i), len(every)))], axis=1)
        return nodes, pairs

    def matrices(
        self, nodes: Float[Array, "variables outputs"], pairs: Float[Array, "pairs invariants"], zeta: ComplexPoint
    ) -> tuple[Complex[Array, "variables variables"], Complex[Array, " variables"]]:
        """B and c from the outputs for each coordinate and each pair."""
        s, q = self._invariants(zeta)
        odd = q.imag @ jnp.stack([s, s**2], axis=1)
        i, j = np.triu_indices(len(zeta), 1)
        imaginary = pairs[:, 1] * q.imag[i, j] + pairs[:, 2] * (odd[i, 0] - odd[j, 0])
        imaginary = imaginary + pairs[:, 3] * (s[i] - s[j]) * (odd[i, 0] + odd[j, 0])
        upper = jnp.zeros((len(zeta), len(zeta)), dtype=complex).at[i, j].set(pairs[:, 0] + 1j * imaginary)
        c = upper + upper.conj().T + jnp.diag(nodes[:, 1])
        b = zeta.conj()[:, None] * c * zeta[None] + jnp.diag(nodes[:, 0])
        covector = nodes[:, 2] + 1j * jnp.sum(nodes[:, 3:] * odd, axis=1)
        return b, covector * zeta.conj()

    def _invariants(
        self, zeta: ComplexPoint
    ) -> tuple[Float[Array, " variables"], Complex[Array, "variables variables"]]:
        """s and Q."""
        terms = self.variety.polynomial.coefficients * monomials(self.variety.polynomial.exponents, zeta)
        own = terms[np.argmax(self.variety.polynomial.exponents, axis=0)]
        return zeta.real**2 + zeta.imag**2, jnp.outer(own, own.conj())

    def _symmetric_functions(self, s: Array, q: Array) -> Array:
        """Power sums of s over each orbit, and sums of products of powers of s with Re Q over pairs of orbits."""
        marks = jnp.asarray(self._orbits)
        powers = [marks.T @ s**k for k in range(1, _POWERS + 1)]
        sums = []
        for a, b in combinations_with_replacement(range(marks.shape[1]), 2):
            for k, l in ((1, 1), (1, 2), (2, 2)):
                sums.append((marks[:, a] * s**k) @ q @ (marks[:, b] * s**l))
        return jnp.concatenate([*powers, jnp.stack(sums)])

    @cached_property
    def _orbits(self) -> np.ndarray:
        """(N, orbits) which orbit of the permutations each coordinate lies in."""
        first = np.min(np.array(coordinate_permutations(self.variety.polynomial)), axis=0)
        return (first[:, None] == np.unique(first)).astype(float)


def shares_weights(variety: AbstractVariety) -> bool:
    """Whether f is a sum of powers of at least the fourth degree, one of each coordinate, with real coefficients.

    The coefficients a_i of lower powers would not be smooth where the coordinate vanishes: conj(ζ_i) turns with
    ζ_i^{a-1}, which is as large there.
    """
    if not isinstance(variety, WeightedHypersurface):
        return False
    pure = len(variety.polynomial.terms) == variety.variables and all(
        np.count_nonzero(e) == 1 for e in variety.polynomial.exponents
    )
    return (
        pure and int(np.min(variety.polynomial.exponents.max(axis=1))) >= _LEAST_POWER and is_real(variety.polynomial)
    )
