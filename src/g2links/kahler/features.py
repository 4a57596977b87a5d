"""Real, C*-invariant functions on V of bidegree (k, k), the raw material of every Kähler potential here.

A feature is X = Σ h_{αβ} z^α conj(z^β) / exp(k K_ref) with h Hermitian, over monomials of degree k. At degree 1
on a quintic they are the 25 real and imaginary parts of z_i conj(z_j)/|z|². With `symmetric` set, only combinations
invariant under the symmetry group of f are kept, so that a potential built from them has the symmetry of the Ricci-flat
metric (which is unique, hence invariant).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from g2links._typing import ComplexPoint
from g2links.errors import InputError
from g2links.kahler.jets import Jet, reference_jet
from g2links.kahler.reference import reference_potential
from g2links.varieties.polynomial import VARIABLES, Polynomial, monomials
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, in_lattice, is_real

_MOST_FEATURES = 40
_HIGHEST_DEGREE = 8


class _Table(NamedTuple):
    """Terms of all features: X_i = Σ reduction[i, e] Re(value_e s_row(e) conj(s_column(e)))."""

    row: np.ndarray
    column: np.ndarray
    value: np.ndarray
    reduction: np.ndarray


@dataclass(frozen=True)
class InvariantFeatures:
    """The features of degree `degree` of a polynomial.

    Args:
        polynomial: f.
        degree: the weighted degree k of the monomials.
        symmetric: keep only the invariants of the symmetry group of f.

    Raises:
        InputError: when there is no monomial of that degree.
    """

    polynomial: Polynomial
    degree: int
    symmetric: bool

    @property
    def count(self) -> int:
        """How many features there are."""
        return len(self._table.reduction)

    @cached_property
    def monomial_exponents(self) -> np.ndarray:
        """(M, 5) the monomials of weighted degree k, in lexicographic order."""
        weights = self.polynomial.weights
        if self.degree < 1:
            raise InputError("degree", self.degree, "a positive integer is needed")
        ranges = [range(self.degree // w + 1) for w in weights[:-1]]
        rows = []
        for head in product(*ranges):
            rest = self.degree - sum(w * e for w, e in zip(weights[:-1], head, strict=True))
            if rest >= 0 and rest % weights[-1] == 0:
                rows.append((*head, rest // weights[-1]))
        if not rows:
            raise InputError("degree", self.degree, f"there is no monomial of this degree for weights {weights}")
        return np.array(rows, dtype=np.int64)

    def __call__(self, z: ComplexPoint) -> Float[Array, " features"]:
        """Values at one point of X, in any gauge."""
        s = monomials(self.monomial_exponents, z)
        table = self._table
        terms = table.value * s[table.row] * s[table.column].conj()
        return (table.reduction @ terms.real) * jnp.exp(-self.degree * reference_potential(self.polynomial.weights, z))

    def jet(self, z: ComplexPoint, frame: Complex[Array, "3 5"]) -> Jet:
        """Values and the derivatives ∂_a, ∂_a∂_b̄ along a holomorphic frame at one point."""
        s = monomials(self.monomial_exponents, z)
        ds = [jax.jvp(lambda p: monomials(self.monomial_exponents, p), (z,), (v,))[1] for v in frame]
        table = self._table
        left, right = table.value * s[table.row], s[table.column]
        d_left, d_right = [table.value * d[table.row] for d in ds], [d[table.column] for d in ds]
        first = [0.5 * (dl * right.conj() + left.conj() * dr) for dl, dr in zip(d_left, d_right, strict=True)]

        def mixed(a: int, b: int) -> Array:
            return 0.5 * (d_left[a] * d_right[b].conj() + d_right[a] * d_left[b].conj())

        upper = [mixed(0, 1), mixed(0, 2), mixed(1, 2)]
        channels = [jnp.real(left * right.conj())]
        channels += [d.real for d in first] + [d.imag for d in first]
        channels += [mixed(a, a).real for a in range(3)] + [m.real for m in upper] + [m.imag for m in upper]
        numerator = Jet.from_channels(jnp.asarray(table.reduction) @ jnp.stack(channels, axis=1))
        return numerator.times_exponential(-self.degree, reference_jet(self.polynomial.weights, z, frame))

    @cached_property
    def _table(self) -> _Table:
        pairs = self._invariant_pairs() if self.symmetric else self._all_pairs()
        return _assemble(pairs, symmetric_real=self.symmetric and is_real(self.polynomial))

    def _all_pairs(self) -> list[np.ndarray]:
        size = len(self.monomial_exponents)
        return [np.array([[i, j]]) for i in range(size) for j in range(i, size)]

    def _invariant_pairs(self) -> list[np.ndarray]:
        """Orbits of phase-invariant pairs (α, β) under the permutations that preserve f."""
        exponents = self.monomial_exponents
        base = self.degree + 1
        code = exponents @ base ** np.arange(VARIABLES)
        place = {int(c): i for i, c in enumerate(code)}
        i, j = np.divmod(np.arange(len(exponents) ** 2), len(exponents))
        invariant = in_lattice(exponent_lattice(self.polynomial), exponents[i] - exponents[j])
        moved = [
            np.array([place[int(c)] for c in exponents[:, list(sigma)] @ base ** np.arange(VARIABLES)])
            for sigma in coordinate_permutations(self.polynomial)
        ]
        orbits, seen = [], set()
        for a, b in zip(i[invariant].tolist(), j[invariant].tolist(), strict=True):
            if (a, b) not in seen:
                orbit = {(int(m[a]), int(m[b])) for m in moved}
                seen |= orbit | {(y, x) for x, y in orbit}
                orbits.append(np.array(sorted(orbit)))
        return orbits


def default_degree(polynomial: Polynomial) -> int:
    """The degree of features to use where the user does not say: the highest one up to 8 (in steps of the largest
    weight) that has at most 40 invariants under the symmetry group of f; the lowest where even that has more."""
    step = max(polynomial.weights)
    degrees = range(step, _HIGHEST_DEGREE + step, step)
    fitting = [k for k in degrees if InvariantFeatures(polynomial, k, True).count <= _MOST_FEATURES]
    return max(fitting, default=step)


def _assemble(orbits: list[np.ndarray], symmetric_real: bool) -> _Table:
    """Real parts, and imaginary parts where they do not vanish, of Σ s_α conj(s_β) over each orbit of pairs."""
    pairs, values, owners = [], [], []
    count = 0
    for orbit in orbits:
        members = set(map(tuple, orbit.tolist()))
        self_conjugate = all((b, a) in members for a, b in members)
        half = [(a, b) for a, b in members if not (self_conjugate and a > b)]
        for unit in (1.0,) if self_conjugate or symmetric_real else (1.0, -1j):
            pairs += sorted(half)
            values += [unit * (2.0 if self_conjugate and a != b else 1.0) for a, b in sorted(half)]
            owners += [count] * len(half)
            count += 1
    table = np.array(pairs)
    reduction = (np.arange(count)[:, None] == np.array(owners)[None, :]).astype(float)
    return _Table(table[:, 0], table[:, 1], np.array(values, dtype=np.complex128), reduction)
