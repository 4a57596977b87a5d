"""Matrices and covectors on C^5 that turn with the circle action, as combinations with invariant coefficients.

On ζ = z_i r^{-w_i} the circle acts by ζ_i -> e^{iθ w_i} ζ_i. For t_i that turn like ζ_i, the entries B_ij of a
Hermitian form t B t† and c_i of a linear form must turn by e^{iθ(w_j - w_i)} and e^{-iθ w_i}. Entries of charge 0 are
free; the others are sums over charged monomials ζ_k^p conj(ζ_l)^q of their charge, of which all vanish only where the
isotropy makes the entry vanish (for isotropy that two coordinates show). For weights 1, B is any Hermitian matrix and
c = C conj(ζ).
"""

from dataclasses import dataclass
from functools import cached_property

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint
from g2links.varieties.polynomial import monomials

_Monomial = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Equivariants:
    """B and c for given weights, linear in real coefficients."""

    weights: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many real coefficients B and c have together; 25 + 50 for weights 1."""
        tables = self._tables
        return len(tables.equal[0]) + 2 * len(tables.cross[0]) + 2 * len(tables.covector)

    def matrices(
        self, coefficients: Float[Array, " count"], zeta: ComplexPoint
    ) -> tuple[Complex[Array, "variables variables"], Complex[Array, " variables"]]:
        """B (Hermitian) and c at one point of the sphere.

        The coefficients are: a real number S_ij for each pair of equal weights, giving B = (S + Sᵀ)/2 + i(S - Sᵀ)/2;
        the real, then the imaginary parts for the charged monomials of B above the diagonal blocks; the same for c.
        """
        tables = self._tables
        rows, columns, which = tables.cross
        parts = np.cumsum([len(tables.equal[0]), len(rows), len(rows), len(tables.covector)])
        s, re_b, im_b, re_c, im_c = jnp.split(coefficients, parts)
        values = monomials(tables.holomorphic, zeta) * monomials(tables.antiholomorphic, zeta).conj()
        square = jnp.zeros((len(zeta), len(zeta))).at[tables.equal].set(s)
        b = 0.5 * (square + square.T) + 0.5j * (square - square.T)
        if len(rows):
            upper = jnp.zeros_like(b).at[rows, columns].add((re_b + 1j * im_b) * values[which])
            b = b + upper + upper.conj().T
        owner, monomial = tables.covector.T
        covector = jnp.zeros(len(zeta), dtype=complex).at[owner].add((re_c + 1j * im_c) * values[monomial].conj())
        return b, covector

    @cached_property
    def _tables(self) -> "_Tables":
        weights = self.weights
        equal = [(i, j) for i in range(len(weights)) for j in range(len(weights)) if weights[i] == weights[j]]
        table: dict[_Monomial, int] = {}

        def places(charge: int) -> list[int]:
            return [table.setdefault(m, len(table)) for m in charged_monomials(weights, charge)]

        cross = [
            (i, j, place)
            for i in range(len(weights))
            for j in range(len(weights))
            if weights[i] < weights[j]
            for place in places(weights[j] - weights[i])
        ]
        covector = [(i, place) for i in range(len(weights)) for place in places(weights[i])]
        exponents = np.array(list(table), dtype=np.int64)
        return _Tables(
            tuple(np.array(equal).T),
            tuple(np.array(cross, dtype=np.int64).reshape(-1, 3).T),
            np.array(covector),
            exponents[:, 0],
            exponents[:, 1],
        )


@dataclass(frozen=True)
class _Tables:
    """Where the coefficients go: index pairs of equal weight; (row, column, monomial) above them; (entry, monomial)
    of c; the exponents of the monomials."""

    equal: tuple[np.ndarray, ...]
    cross: tuple[np.ndarray, ...]
    covector: np.ndarray
    holomorphic: np.ndarray
    antiholomorphic: np.ndarray


def charged_monomials(weights: tuple[int, ...], charge: int) -> list[_Monomial]:
    """For each ordered pair of coordinates the ζ_k^p conj(ζ_l)^q of that charge with the smallest q, without
    repetition."""
    found: dict[_Monomial, None] = {}
    for k in range(len(weights)):
        for l in range(len(weights)):
            for q in range(weights[k]):
                p, rest = divmod(charge + q * weights[l], weights[k])
                if rest == 0 and (k != l or q == 0):
                    found[_power(k, p, len(weights)), _power(l, q, len(weights))] = None
                    break
    return list(found)


def _power(i: int, power: int, variables: int) -> tuple[int, ...]:
    return tuple(power * int(k == i) for k in range(variables))
