"""Hermitian forms in monomials, divided by a power of the reference norm: real, C*-invariant functions on V."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Frame
from g2links.calculus.jets import Jet, upper_pairs
from g2links.potentials.reference import log_radius_jet, log_radius_squared
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import monomials
from g2links.varieties.smooth.finite_field import PRIME, monomials_in_field, square_root_of_minus_one
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, in_lattice, is_real, moved_monomials


@dataclass(frozen=True, eq=False)
class HermitianForms:
    """X_i = Σ Re(value_e z^row(e) conj(z^column(e))) / exp(degrees[i] K_ref), the sum over the terms e with owner i.

    Attributes:
        weights: of the coordinates.
        exponents: (M, N) of the monomials.
        row, column: (E,) two monomials of one degree for each term.
        value: (E,) complex coefficients, with integer real and imaginary parts but for `combined`.
        owner: (E,) which form a term belongs to.
        degrees: (forms,) the weighted degree of each form.
    """

    weights: tuple[int, ...]
    exponents: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray | Array
    owner: np.ndarray
    degrees: np.ndarray

    @property
    def count(self) -> int:
        """How many forms there are."""
        return len(self.degrees)

    def added_up(self, terms: Float[Array, "n ..."]) -> Float[Array, "m ..."]:
        """The sums over the terms of each form."""
        sums: Array = jax.ops.segment_sum(terms, self.owner, self.count, indices_are_sorted=self._sorted)
        return sums

    @cached_property
    def _sorted(self) -> bool:
        return bool(np.all(np.diff(self.owner) >= 0))

    def __call__(self, z: ComplexPoint) -> Float[Array, " forms"]:
        """Values at one point of X, in any gauge."""
        s = monomials(self.exponents, z)
        terms = jnp.asarray(self.value) * s[self.row] * s[self.column].conj()
        degrees, place = np.unique(self.degrees, return_inverse=True)
        decay = jnp.exp(-degrees * self.log_scale(z))
        return self.added_up(terms.real) * decay[place]

    def jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        s = monomials(self.exponents, z)
        ds = [jax.jvp(lambda p: monomials(self.exponents, p), (z,), (v,))[1] for v in frame]
        left, right = self.value * s[self.row], s[self.column]
        d_left, d_right = [self.value * d[self.row] for d in ds], [d[self.column] for d in ds]
        first = [0.5 * (dl * right.conj() + left.conj() * dr) for dl, dr in zip(d_left, d_right, strict=True)]

        def mixed(a: int, b: int) -> Array:
            return 0.5 * (d_left[a] * d_right[b].conj() + d_right[a] * d_left[b].conj())

        d = len(frame)
        upper = [mixed(a, b) for a, b in zip(*upper_pairs(d), strict=True)]
        channels = [jnp.real(left * right.conj())]
        channels += [d.real for d in first] + [d.imag for d in first]
        channels += [mixed(a, a).real for a in range(d)] + [m.real for m in upper] + [m.imag for m in upper]
        numerator = Jet.from_channels(self.added_up(jnp.stack(channels, axis=1)))
        return numerator.times_exponentials(jnp.asarray(-self.degrees), self.log_scale_jet(z, frame))

    def log_scale(self, z: ComplexPoint) -> Array:
        """log r², of whose exponential a form of degree k is divided by the k-th power."""
        return log_radius_squared(self.weights, z)

    def log_scale_jet(self, z: ComplexPoint, frame: Frame) -> Jet:
        """That of it."""
        return log_radius_jet(self.weights, z, frame)

    def combined(self, coefficients: Float[Array, " forms"]) -> "HermitianForms":
        """Σ c_i X_i as one form of each degree: where one combination is all that is needed, the many forms need not be
        told apart."""
        degrees, owner = np.unique(self.degrees[self.owner], return_inverse=True)
        value = jnp.asarray(self.value) * jnp.asarray(coefficients)[self.owner]
        return replace(self, value=value, owner=owner, degrees=degrees)

    def norm_power_coefficients(self) -> np.ndarray:
        """c with Σ c_i X_i = (Σ |z_i|²)^k/r^{2k}, k the common degree of all forms: multinomial coefficients of
        |z^α|²."""
        coefficients = np.zeros(self.count)
        for owner, row, column, value in zip(self.owner, self.row, self.column, self.value, strict=True):
            if row == column:
                powers = self.exponents[row].tolist()
                coefficients[owner] = math.factorial(sum(powers)) / math.prod(map(math.factorial, powers)) / value.real
        return coefficients

    def means(self) -> np.ndarray:
        """(forms,) the means over the sphere Σ |ζ_i|² = 1, ζ_i = z_i r^{-w_i}, where |ζ^α|² has
        (N-1)! Π α_i!/(N-1 + Σ α_i)! and other terms 0."""
        means, rest = np.zeros(self.count), len(self.weights) - 1
        for owner, row, column, value in zip(self.owner, self.row, self.column, self.value, strict=True):
            if row == column:
                powers = self.exponents[row].tolist()
                total = math.factorial(rest + sum(powers)) / math.factorial(rest)
                means[owner] += value.real * math.prod(map(math.factorial, powers)) / total
        return means

    def in_finite_field(self, points: np.ndarray) -> np.ndarray:
        """Twice the numerators at points (n, 2N) of a finite field, where z and conj(z) are independent: (forms, n)."""
        imaginary = square_root_of_minus_one()
        s, c = (monomials_in_field(self.exponents, part) for part in np.split(points, 2, axis=1))
        value, conjugate = (
            (np.rint(values.real) + np.rint(values.imag) * imaginary).astype(np.int64)[:, None] % PRIME
            for values in (self.value, self.value.conj())
        )
        terms = value * (s[self.row] * c[self.column] % PRIME) + conjugate * (s[self.column] * c[self.row] % PRIME)
        total = np.zeros((self.count, len(points)), dtype=np.int64)
        np.add.at(total, self.owner, terms % PRIME)
        return total % PRIME

    def form(self, index: int) -> "HermitianForms":
        """One of the forms, with the monomials that it needs."""
        terms = self.owner == index
        used, place = np.unique(np.concatenate([self.row[terms], self.column[terms]]), return_inverse=True)
        row, column = np.split(place, 2)
        owner = np.zeros(len(row), dtype=np.int64)
        return HermitianForms(
            self.weights, self.exponents[used], row, column, self.value[terms], owner, self.degrees[index : index + 1]
        )

    @classmethod
    def join(cls, parts: Sequence["HermitianForms"]) -> "HermitianForms":
        """Several lists of forms as one; monomials that occur twice are kept once."""
        exponents, place = np.unique(np.concatenate([p.exponents for p in parts]), axis=0, return_inverse=True)
        at = np.split(place.reshape(-1), np.cumsum([len(p.exponents) for p in parts])[:-1])
        before = np.cumsum([0] + [p.count for p in parts])
        return cls(
            parts[0].weights,
            exponents,
            np.concatenate([a[p.row] for a, p in zip(at, parts, strict=True)]),
            np.concatenate([a[p.column] for a, p in zip(at, parts, strict=True)]),
            np.concatenate([p.value for p in parts]),
            np.concatenate([p.owner + first for p, first in zip(parts, before, strict=False)]),
            np.concatenate([p.degrees for p in parts]),
        )


def all_forms(weights: tuple[int, ...], exponents: np.ndarray) -> HermitianForms:
    """Real and imaginary parts of z^α conj(z^β) for all pairs of one degree; `exponents` sorted by degree."""
    degrees = exponents @ np.array(weights)
    pairs = [
        np.array([[i, j]])
        for i in range(len(degrees))
        for j in range(i, int(np.searchsorted(degrees, degrees[i], side="right")))
    ]
    return assemble(weights, exponents, pairs, real=False)


def pair_forms(weights: tuple[int, ...], pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> HermitianForms:
    """Real and imaginary parts of z^α conj(z^β) for the given pairs (α, β), each of one degree."""
    table, place = np.unique(np.array(pairs).reshape(-1, len(weights)), axis=0, return_inverse=True)
    return assemble(weights, table, list(place.reshape(-1, 1, 2)), real=False)


def norm_form(weights: tuple[int, ...]) -> HermitianForms:
    """Σ |z_i|²/r², for weights 1: the function 1."""
    n = len(weights)
    every, owner = np.arange(n), np.zeros(n, dtype=np.int64)
    return HermitianForms(
        weights, np.eye(n, dtype=np.int64), every, every, np.ones(n, dtype=complex), owner, np.ones(1)
    )


def invariant_forms(variety: WeightedHypersurface, exponents: np.ndarray) -> HermitianForms:
    """The Hermitian forms in the given monomials that are invariant under the symmetry group of f: sums over the orbits
    of phase-invariant pairs (α, β) under the permutations that preserve f, their real parts alone where f is real."""
    degrees = exponents @ np.array(variety.weights)
    i, j = np.nonzero(degrees[:, None] == degrees[None, :])
    invariant = in_lattice(exponent_lattice(variety.polynomial), exponents[i] - exponents[j])
    moved = moved_monomials(exponents, coordinate_permutations(variety.polynomial))
    orbits, seen = [], set()
    for a, b in zip(i[invariant].tolist(), j[invariant].tolist(), strict=True):
        if (a, b) not in seen:
            orbit = {(int(m[a]), int(m[b])) for m in moved}
            seen |= orbit | {(y, x) for x, y in orbit}
            orbits.append(np.array(sorted(orbit)))
    return assemble(variety.weights, exponents, orbits, real=is_real(variety.polynomial))


def assemble(
    weights: tuple[int, ...], exponents: np.ndarray, orbits: list[np.ndarray], *, real: bool
) -> HermitianForms:
    """Real parts, and imaginary parts where they do not vanish, of Σ s_α conj(s_β) over each orbit of pairs."""
    pairs, values, owners = [], [], []
    count = 0
    for orbit in orbits:
        members = set(map(tuple, orbit.tolist()))
        self_conjugate = all((b, a) in members for a, b in members)
        half = sorted((a, b) for a, b in members if not (self_conjugate and a > b))
        for unit in (1.0,) if self_conjugate or real else (1.0, -1j):
            pairs += half
            values += [unit * (2.0 if self_conjugate and a != b else 1.0) for a, b in half]
            owners += [count] * len(half)
            count += 1
    table, owner = np.array(pairs), np.array(owners)
    degrees = np.zeros(count)
    degrees[owner] = (exponents @ np.array(weights))[table[:, 0]]
    return HermitianForms(
        weights, exponents, table[:, 0], table[:, 1], np.array(values, dtype=np.complex128), owner, degrees
    )
