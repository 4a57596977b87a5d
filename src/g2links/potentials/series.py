"""The Kähler potential as a power series of fourth order in the chart, for the torsion and curvature of the link.

Ricci curvature takes two derivatives of the metric, so four of K, along all real directions of V. Nested
automatic differentiation needs thousands of evaluations for them; arithmetic of truncated power series gets all
in one pass, of a few megaflops. z is a holomorphic series in w = z_a - z_a(centre), of third order: mixed
derivatives of K need no more.
"""

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeGuard

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float, Inexact

from g2links._typing import Array, ComplexPoint, Index
from g2links.forms._sums import sum_terms, take
from g2links.forms.linear import small_inverse
from g2links.potentials.families import FeatureAnsatz, KahlerPotential
from g2links.potentials.hermitian_forms import HermitianForms
from g2links.potentials.metric import Potential
from g2links.potentials.reference import log_radius_squared
from g2links.varieties.charts import SliceChart, selector
from g2links.varieties.variety import AbstractVariety

_HOLOMORPHIC_ORDER, _ORDER = 3, 4
HolomorphicSeries = Complex[Array, "_terms _m"]
"""m polynomials of degree 3 in w1, ..., wd: coefficients in the order of `exponents(d, 3)`, 20 for d = 3."""


class Series(NamedTuple):
    """m real functions to fourth order in (x1, ..., xd, y1, ..., yd); the operations are those of `jets.Jet`, so that
    one formula serves both.

    Attributes:
        coefficients: (terms, m), of the monomials `exponents(2d, 4)`, 210 for d = 3.
    """

    coefficients: Float[Array, "terms m"]

    @property
    def variables(self) -> int:
        """2d."""
        return _variables(len(self.coefficients), _ORDER)

    def affine(self, matrix: Float[Array, "k m"], offset: Float[Array, " k"]) -> "Series":
        """matrix X + offset."""
        return Series((self.coefficients @ matrix.T).at[0].add(offset))

    def map(self, function: Callable[[Array], Array]) -> "Series":
        """function(X), applied to each component; `function` acts on scalars."""
        centre, rest = self.coefficients[0], self.coefficients.at[0].set(0.0)
        derivatives = []
        for k in range(_ORDER + 1):
            derivatives.append(jax.vmap(function)(centre) / math.factorial(k))
            function = jax.grad(function)
        start, variables = jnp.zeros_like(rest).at[0].set(derivatives[-1]), self.variables

        def horner(total: Array, coefficient: Array) -> tuple[Array, None]:
            return _product(total, rest, variables, _ORDER).at[0].add(coefficient), None

        return Series(jax.lax.scan(horner, start, jnp.stack(derivatives[-2::-1]))[0])

    def minus(self, constants: np.ndarray) -> "Series":
        """The functions minus constants (m,)."""
        return Series(self.coefficients.at[0].add(-constants))

    def take(self, places: np.ndarray) -> "Series":
        """Some of the functions."""
        return Series(self.coefficients[:, places])

    def join(self, other: "Series") -> "Series":
        """These functions, then the others."""
        return Series(jnp.concatenate([self.coefficients, other.coefficients], axis=1))

    def times(self, other: "Series") -> "Series":
        """The products, component by component."""
        return Series(_product(self.coefficients, other.coefficients, self.variables, _ORDER))

    def derivatives(self, order: int) -> Float[Array, "..."]:
        """All partial derivatives of one order at the centre: order axes (2d), then m."""
        place, factor = _derivative_table(order, self.variables)
        return self.coefficients[place] * factor[..., None]


def has_series(potential: Potential) -> TypeGuard[KahlerPotential]:
    """Whether `potential_series` takes it: a combination or a network of features."""
    return isinstance(potential, KahlerPotential) and isinstance(potential.ansatz, FeatureAnsatz)


def potential_series(variety: AbstractVariety, potential: KahlerPotential, chart: SliceChart) -> Series:
    """K = K_ref + u around the centre of a chart, as a series with m = 1, where `has_series`. Only its pure fourth
    derivatives ∂_a∂_b∂_c∂_d are not those of K, as z is known to third order; no tensor here needs them."""
    assert isinstance(potential.ansatz, FeatureAnsatz)
    z = point_series(variety, chart)
    reference = _reference_series(variety, chart, z)
    features = potential.ansatz.features
    values: Any = features.combine(_form_series(features.forms, z, reference))
    u: Series = potential.ansatz.apply(potential.parameters, values)
    return jax.tree.map(jnp.add, reference, u)


def point_series(variety: AbstractVariety, chart: SliceChart) -> HolomorphicSeries:
    """z over the chart, (terms, N): the fixed coordinates constant, those that the equations are solved for order by
    order, the others z_a(centre) + w_a."""
    n, d = variety.variables, variety.dimension
    slots = (chart.centre.solved[:, None] == jnp.arange(n)).astype(complex)
    start = jnp.zeros((len(exponents(d, _HOLOMORPHIC_ORDER)), n), complex)
    start = start.at[0].set(chart.centre.z).at[1 : 1 + d].set(selector(chart.centre))
    inverse = small_inverse(variety.jacobian(chart.centre.z)[:, chart.centre.solved])

    def raise_order(_: Index, z: HolomorphicSeries) -> HolomorphicSeries:
        values = [_monomial_series(f.exponents, z) @ jnp.asarray(f.coefficients) for f in variety.equations]
        return z - jnp.stack(values, axis=1) @ inverse.T @ slots

    return jax.lax.fori_loop(0, _HOLOMORPHIC_ORDER, raise_order, start)


@functools.cache
def _variables(terms: int, degree: int) -> int:
    """How many variables have that many monomials up to a degree."""
    return next(n for n in itertools.count(1) if math.comb(n + degree, degree) >= terms)


@functools.cache
def exponents(variables: int, degree: int) -> tuple[tuple[int, ...], ...]:
    """The monomials in some variables up to a total degree: by degree, then t1 before t2."""
    rows = itertools.product(range(degree + 1), repeat=variables)
    return tuple(sorted((e for e in rows if sum(e) <= degree), key=lambda e: (sum(e), [-k for k in e])))


def _monomial_series(powers: np.ndarray, z: HolomorphicSeries) -> HolomorphicSeries:
    """z^α for the rows α of `powers` (M, N), (terms, M)."""
    highest, d = int(powers.max()), _variables(len(z), _HOLOMORPHIC_ORDER)
    one = jnp.zeros_like(z).at[0].set(1.0)

    def multiply(power: Array, _: None) -> tuple[Array, Array]:
        return _product(power, z, d, _HOLOMORPHIC_ORDER), power

    _, table = jax.lax.scan(multiply, one, None, length=highest + 1)  # (highest + 1, terms, N)

    def factor(total: Array, row: tuple[Array, Array]) -> tuple[Array, None]:
        chosen = jnp.take(row[0], row[1], axis=0).T
        return _product(total, chosen, d, _HOLOMORPHIC_ORDER), None

    start = jnp.zeros((z.shape[0], len(powers)), complex).at[0].set(1.0)
    return jax.lax.scan(factor, start, (jnp.moveaxis(table, 2, 0), jnp.asarray(powers.T)))[0]


def _form_series(forms: HermitianForms, z: HolomorphicSeries, reference: Series) -> Series:
    """Hermitian forms in monomials, (terms, forms)."""
    s = _monomial_series(forms.exponents, z)
    numerator = _sesquilinear(s, forms.row, forms.column, forms.value, forms.reduction)
    degrees, place = np.unique(np.asarray(forms.degrees), return_inverse=True)
    decay = reference.affine(jnp.asarray(-degrees[:, None]), jnp.zeros(len(degrees))).map(jnp.exp)
    return numerator.times(decay.take(place))


def _reference_series(variety: AbstractVariety, chart: SliceChart, z: HolomorphicSeries) -> Series:
    """K_ref, the sum of those of the C* factors with the polarisation."""
    parts = [
        factor.polarisation * _radius_series(factor.charges, factor.of(chart.centre.z), factor.of(z)).coefficients
        for factor in variety.factors
    ]
    return Series(functools.reduce(jnp.add, parts))


def _radius_series(charges: tuple[int, ...], centre: ComplexPoint, z: HolomorphicSeries) -> Series:
    """K = 2 log r of one C* factor from Σ |z_i|² exp(-w_i K) = 1, order by order."""
    n = len(charges)
    every = np.arange(n)
    squares = _sesquilinear(z, every, every, np.ones(n), np.eye(n))
    weights = jnp.asarray(charges, dtype=float)
    value = log_radius_squared(charges, centre)
    slope = jnp.sum(weights * squares.coefficients[0] * jnp.exp(-weights * value))

    def raise_order(_: Index, k: Array) -> Array:
        decay = Series(k).affine(-weights[:, None], jnp.zeros(n)).map(jnp.exp)
        total = jnp.sum(squares.times(decay).coefficients, axis=1, keepdims=True).at[0].add(-1.0)
        return k + total / slope

    start = jnp.zeros((squares.coefficients.shape[0], 1)).at[0].set(value)
    return Series(jax.lax.fori_loop(0, _ORDER, raise_order, start))


def _sesquilinear(
    s: HolomorphicSeries, row: np.ndarray, column: np.ndarray, value: np.ndarray, reduction: np.ndarray
) -> Series:
    """Σ_e reduction[i, e] Re(value_e s_row(e) conj(s_column(e))), (terms, i)."""
    left, right, real, imaginary = _mixed_table(_variables(len(s), _HOLOMORPHIC_ORDER))
    terms = s[left][:, row] * value * s[right][:, column].conj()
    sums = terms @ reduction.T.astype(complex)
    return Series(real @ sums.real - imaginary @ sums.imag)


def _product(a: Inexact[Array, "terms m"], b: Inexact[Array, "terms m"], variables: int, degree: int) -> Array:
    left, right, present = _product_table(variables, degree)
    return sum_terms(lambda i, j, s: s[:, None] * take(a, i) * take(b, j), left, right, present.astype(a.dtype))


@functools.cache
def _product_table(variables: int, degree: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(left, right, present), each (splits, terms): the ways to write a monomial as a product, filled up with 0."""
    rows = exponents(variables, degree)
    place = {e: k for k, e in enumerate(rows)}
    found = [
        [
            (place[part], place[tuple(k - p for k, p in zip(e, part, strict=True))])
            for part in itertools.product(*(range(k + 1) for k in e))
        ]
        for e in rows
    ]
    length = max(map(len, found))
    padded = np.array([[(*pair, 1) for pair in row] + [(0, 0, 0)] * (length - len(row)) for row in found])
    left, right, present = np.moveaxis(padded, (0, 1, 2), (2, 1, 0))
    return left, right, present.astype(float)


@functools.cache
def _derivative_table(order: int, variables: int) -> tuple[np.ndarray, np.ndarray]:
    """(place, factor), each order axes: where the coefficient of a derivative is, and α!."""
    at = {e: k for k, e in enumerate(exponents(variables, _ORDER))}
    place, factor = np.zeros((variables,) * order, np.intp), np.zeros((variables,) * order)
    for index in itertools.product(range(variables), repeat=order):
        power = tuple(index.count(k) for k in range(variables))
        place[index], factor[index] = at[power], math.prod(map(math.factorial, power))
    return place, factor


@functools.cache
def _mixed_table(dimension: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(left, right, real, imaginary): the products w^I conj(w)^J of degree at most 4, by the places of I and J, and the
    real and imaginary parts (terms, products) of their expansions in x and y."""
    rows = exponents(dimension, _HOLOMORPHIC_ORDER)
    at = {e: k for k, e in enumerate(exponents(2 * dimension, _ORDER))}
    pairs = [(i, j) for i, p in enumerate(rows) for j, q in enumerate(rows) if sum(p) + sum(q) <= _ORDER]
    matrix = np.zeros((len(at), len(pairs)), complex)
    for k, (i, j) in enumerate(pairs):
        for term, coefficient in _expand(rows[i], rows[j]).items():
            matrix[at[term], k] += coefficient
    left, right = np.array(pairs).T
    return left, right, matrix.real.copy(), matrix.imag.copy()


def _expand(p: tuple[int, ...], q: tuple[int, ...]) -> dict[tuple[int, ...], complex]:
    """Π (x_a + i y_a)^p_a (x_a - i y_a)^q_a as a polynomial in (x1, ..., xd, y1, ..., yd)."""
    d = len(p)
    total: dict[tuple[int, ...], complex] = {(0,) * (2 * d): 1.0}
    factors = [(a, 1j) for a, n in enumerate(p) for _ in range(n)] + [
        (a, -1j) for a, n in enumerate(q) for _ in range(n)
    ]
    for a, unit in factors:
        longer: dict[tuple[int, ...], complex] = {}
        for term, coefficient in total.items():
            for slot, c in ((a, 1.0), (a + d, unit)):
                key = tuple(k + (slot == i) for i, k in enumerate(term))
                longer[key] = longer.get(key, 0) + c * coefficient
        total = longer
    return total
