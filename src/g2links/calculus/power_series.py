"""Truncated power series of functions on V in δ = z - z_0 and conj(δ).

Which coefficients are kept is data: an `IndexSet`, from which the table of the product is made. Curvature needs
∂_a∂_c∂_b̄∂_d̄ K and nothing else of fourth order, so degree 2 in each of δ and conj(δ); torsion takes two derivatives of
the metric in any direction, so degree 3 in each, 4 in all. Real functions are kept as so many real numbers as they
have, holomorphic ones as the few coefficients of δ^α alone, so that linear maps of the former and products of the
latter, of which potentials are made, stay cheap.
"""

import functools
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Inexact

from g2links._typing import Array
from g2links.forms._sums import sum_terms, take

Power = tuple[int, ...]
"""The exponents (α, β) of δ^α conj(δ)^β, 2d of them."""
Kind = Literal["real", "holomorphic", "antiholomorphic", "complex"]


@dataclass(frozen=True)
class IndexSet:
    """The coefficients c_{αβ} that are kept: |α| and |β| ≤ each, |α| + |β| ≤ total.

    Attributes:
        dimension: d.
        each: the highest degree in δ, and in conj(δ).
        total: the highest degree in both together.
        kind: holomorphic functions have β = 0, antiholomorphic ones α = 0. Of real ones, where c_{βα} = conj(c_{αβ}),
            the real parts of half of the c_{αβ} come first, then their imaginary parts where α ≠ β.
    """

    dimension: int
    each: int
    total: int
    kind: Kind

    def of_kind(self, kind: Kind) -> "IndexSet":
        """The same degrees."""
        return _of_kind(self, kind)

    @functools.cached_property
    def powers(self) -> tuple[Power, ...]:
        """The (α, β) by degree, 0 first; of real functions those that stand for (β, α) too."""
        d = self.dimension
        parts = [e for e in itertools.product(range(self.each + 1), repeat=d) if sum(e) <= self.each]
        alphas, betas = ([(0,) * d] if kind == self.kind else parts for kind in ("antiholomorphic", "holomorphic"))
        rows = [a + b for a in alphas for b in betas if sum(a + b) <= self.total and (self.kind != "real" or a >= b)]
        return tuple(sorted(rows, key=lambda e: (sum(e), [-k for k in e])))

    @functools.cached_property
    def place(self) -> dict[Power, int]:
        """Where a coefficient is in `powers`."""
        return {power: k for k, power in enumerate(self.powers)}

    @functools.cached_property
    def unequal(self) -> np.ndarray:
        """The places in `powers` of those with α ≠ β."""
        return np.array([k for k, power in enumerate(self.powers) if power != _mirror(power)], dtype=np.intp)

    @functools.cached_property
    def count(self) -> int:
        """How many numbers a function has."""
        return len(self.powers) + (len(self.unequal) if self.kind == "real" else 0)

    @functools.cached_property
    def expansions(self) -> dict[Power, list[tuple[int, complex]]]:
        """Each c_{αβ} that is not 0 as a sum of the numbers that are stored: their places and factors."""
        if self.kind != "real":
            return {power: [(k, 1.0)] for k, power in enumerate(self.powers)}
        imaginary = {int(k): len(self.powers) + i for i, k in enumerate(self.unequal)}
        found: dict[Power, list[tuple[int, complex]]] = {}
        for k, power in enumerate(self.powers):
            for each, unit in ((power, 1j), (_mirror(power), -1j)):
                found[each] = [(k, 1.0)] + ([(imaginary[k], unit)] if k in imaginary else [])
        return found


@functools.cache
def _of_kind(indices: IndexSet, kind: Kind) -> IndexSet:
    return replace(indices, kind=kind)


def _mirror(power: Power) -> Power:
    half = len(power) // 2
    return power[half:] + power[:half]


@functools.partial(jax.tree_util.register_dataclass, data_fields=["coefficients"], meta_fields=["indices"])
@dataclass(frozen=True, eq=False)
class Series:
    """An array of functions.

    Attributes:
        coefficients: (indices.count, *shape), real for real functions.
        indices: what the coefficients are of.
    """

    coefficients: Inexact[Array, "..."]
    indices: IndexSet

    @property
    def value(self) -> Inexact[Array, "..."]:
        """The functions at the centre."""
        return self.coefficients[0]

    @property
    def real(self) -> "Series":
        """The real parts."""
        if self.indices.kind == "real":
            return self
        target = self.indices.of_kind("real")
        full = self.to("complex")
        ahead, behind = (
            full.coefficients[np.array([full.indices.place[f(power)] for power in target.powers])]
            for f in (lambda power: power, _mirror)
        )
        half = 0.5 * (ahead + behind.conj())
        return Series(jnp.concatenate([half.real, half[target.unequal].imag]), target)

    def conj(self) -> "Series":
        """The complex conjugate functions."""
        kinds: dict[Kind, Kind] = {"holomorphic": "antiholomorphic", "antiholomorphic": "holomorphic"}
        target = self.indices.of_kind(kinds.get(self.indices.kind, self.indices.kind))
        if target.kind == "real":
            return self
        order = np.array([self.indices.place[_mirror(power)] for power in target.powers])
        return Series(self.coefficients[order].conj(), target)

    def to(self, kind: Kind) -> "Series":
        """The same functions as those of a wider kind: as complex ones."""
        if kind == self.indices.kind:
            return self
        assert kind == "complex"
        target = self.indices.of_kind(kind)
        terms = [self.indices.expansions.get(power, []) for power in target.powers]
        width = max(map(len, terms))
        filled = [row + [(0, 0.0)] * (width - len(row)) for row in terms]
        columns = np.array([[place for place, _ in row] for row in filled])
        factors = np.array([[factor for _, factor in row] for row in filled])
        shape = (-1,) + (1,) * (self.coefficients.ndim - 1)
        parts = [
            self.coefficients[place] * factor.reshape(shape) for place, factor in zip(columns.T, factors.T, strict=True)
        ]
        return Series(functools.reduce(jnp.add, parts), target)

    def times(self, other: "Series", multiply: Callable[[Array, Array], Array] = jnp.multiply) -> "Series":
        """The product, truncated; `multiply` is any bilinear operation on values."""
        if "real" in (self.indices.kind, other.indices.kind) and self.indices.kind != other.indices.kind:
            return self.to("complex").times(other.to("complex"), multiply)
        table = _product_table(self.indices, other.indices, other is self and multiply is jnp.multiply)

        def term(left: Array, right: Array, share: Array) -> Array:
            products = jax.vmap(multiply)(take(self.coefficients, left), take(other.coefficients, right))
            return products * share.reshape((-1,) + (1,) * (products.ndim - 1))

        share = table.share.astype(self.coefficients.dtype)
        return Series(sum_terms(term, table.left, table.right, share), table.indices)

    def map(self, function: Callable[[Array], Array]) -> "Series":
        """function(X) for an analytic function of one variable, from its Taylor coefficients at the value of X: by
        Horner's rule in the square of X - X(0), for half as many products."""
        order = self.indices.each if "holomorphic" in self.indices.kind else self.indices.total
        f = _taylor_coefficients(function, self.value, order)
        rest = self.coefficients.at[0].set(0)

        def linear(k: int) -> Array:
            return (f[k + 1][None] * rest).at[0].set(f[k])

        varying = Series(rest, self.indices)
        square = varying.times(varying) if order > 1 else varying
        total = linear(order - 1) if order % 2 else linear(order - 2) + f[order][None] * square.coefficients
        for k in range(order - 3 - (order + 1) % 2, -1, -2):
            total = linear(k) + Series(total, self.indices).times(square).coefficients
        return Series(total, self.indices)

    def derivatives(self, order: int) -> Complex[Array, "..."]:
        """All derivatives of one order in (δ1, ..., δd, conj(δ1), ..., conj(δd)): order axes (2d), then the shape of
        the functions; 0 for those that are not kept."""
        full = self.to("complex")
        place, factor = _derivative_table(full.indices, order)
        values = full.coefficients[place]
        return values * factor.reshape(factor.shape + (1,) * (values.ndim - order))


def coordinates(centre: Array, first: Array, indices: IndexSet) -> Series:
    """The functions centre + δ @ first, from their values (...) and slopes (d, ...)."""
    table = jnp.zeros((indices.count, *centre.shape), complex).at[0].set(centre)
    return Series(table.at[1 : 1 + indices.dimension].set(first), indices)


class _Products(NamedTuple):
    """Entry t of a product is Σ_p share[p, t] x[left[p, t]] y[right[p, t]]."""

    indices: IndexSet
    left: np.ndarray
    right: np.ndarray
    share: np.ndarray


@functools.cache
def _product_table(a: IndexSet, b: IndexSet, square: bool) -> _Products:
    """How functions of two kinds multiply, for both real or none; with half the terms where they are the same."""
    target = a.of_kind(a.kind if a.kind == b.kind else "complex")
    entries: list[dict[tuple[int, int], complex]] = []
    for power in target.powers:
        entry: dict[tuple[int, int], complex] = {}
        for first in itertools.product(*(range(k + 1) for k in power)):
            second = tuple(k - p for k, p in zip(power, first, strict=True))
            for i, x in a.expansions.get(first, ()):
                for j, y in b.expansions.get(second, ()):
                    key = (min(i, j), max(i, j)) if square else (i, j)
                    entry[key] = entry.get(key, 0) + x * y
        entries.append(entry)
    if target.kind == "real":
        entries += [{key: -1j * factor for key, factor in entries[k].items()} for k in target.unequal]
    rows = [[(*key, complex(factor).real) for key, factor in e.items() if complex(factor).real] for e in entries]
    length = max(map(len, rows))
    filled = np.array([row + [(0, 0, 0.0)] * (length - len(row)) for row in rows])
    left, right, share = np.moveaxis(filled, (1, 2), (1, 0))
    return _Products(target, left.astype(np.intp), right.astype(np.intp), share)


@functools.cache
def _derivative_table(indices: IndexSet, order: int) -> tuple[np.ndarray, np.ndarray]:
    """(place, factor), each order axes: where the coefficient of a derivative is, and α! β!, 0 if it is not kept."""
    n = 2 * indices.dimension
    place, factor = np.zeros((n,) * order, np.intp), np.zeros((n,) * order)
    for index in itertools.product(range(n), repeat=order):
        power = tuple(index.count(k) for k in range(n))
        if power in indices.place:
            place[index], factor[index] = indices.place[power], math.prod(map(math.factorial, power))
    return place, factor


def _taylor_coefficients(function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
    """f^(k)(x)/k! for k = 0 ... order."""
    found = []
    for k in range(order + 1):
        found.append(function(x) / math.factorial(k))
        function = _derivative(function)
    return found


def _derivative(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: jax.jvp(function, (x,), (jnp.ones_like(x),))[1]
