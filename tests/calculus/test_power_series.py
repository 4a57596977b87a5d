import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.power_series import IndexSet, Series, coordinates

SETS = [IndexSet(3, 2, 4, "real"), IndexSet(3, 3, 4, "real"), IndexSet(2, 1, 2, "real"), IndexSet(1, 3, 3, "real")]
KINDS = ["real", "holomorphic", "antiholomorphic", "complex"]


def _random(rng, indices, functions=2):
    numbers = rng.normal(size=(2, indices.count, functions))
    numbers = 0.3 * (numbers[0] if indices.kind == "real" else numbers[0] + 1j * numbers[1])
    return Series(jnp.asarray(numbers), indices)


_completed = jax.jit(lambda series: series.to("complex"))
_conjugate_and_real = jax.jit(lambda series: (series.conj(), series.real, series.real.to("complex").real))


def _at(series, w):
    """The values of the polynomials at δ = w."""
    full = _completed(series)
    both = np.concatenate([w, w.conj()])
    return np.prod(both ** np.array(full.indices.powers), axis=1) @ np.asarray(full.coefficients)


def test_how_many_numbers_there_are():
    """Of 210 monomials of degree up to 4 in six real variables, torsion does without those of δ^α alone, |α| = 4."""
    assert [s.count for s in SETS] == [100, 210 - 2 * 15, 9, 10]
    assert [SETS[0].of_kind(kind).count for kind in KINDS] == [100, 10, 10, 100]
    assert len({s.powers[0] for s in SETS[:2]}) == 1
    assert SETS[0].of_kind("holomorphic").powers[1:4] == ((1, 0, 0, 0, 0, 0), (0, 1, 0, 0, 0, 0), (0, 0, 1, 0, 0, 0))


@pytest.mark.parametrize("indices", SETS, ids=str)
def test_kinds_are_the_same_functions(indices, rng):
    w = rng.normal(size=indices.dimension) + 1j * rng.normal(size=indices.dimension)
    for kind in KINDS:
        x = _random(rng, indices.of_kind(kind))
        values, (conjugate, real, again) = _at(x, w), _conjugate_and_real(x)
        np.testing.assert_allclose(_at(conjugate, w), values.conj(), rtol=1e-12)
        np.testing.assert_allclose(_at(real, w), values.real, rtol=1e-12)
        assert real.coefficients.dtype == np.float64
        np.testing.assert_allclose(again.coefficients, real.coefficients, rtol=1e-15)


@jax.jit
def _products(x, y):
    copy = Series(1.0 * x.coefficients, x.indices)
    return x.times(y).to("complex"), x.to("complex"), y.to("complex"), x.times(x), x.times(copy)


@pytest.mark.parametrize(
    "kinds",
    [
        ("real", "real"),
        ("holomorphic", "holomorphic"),
        ("holomorphic", "antiholomorphic"),
        ("antiholomorphic", "complex"),
        ("real", "holomorphic"),
    ],
    ids=str,
)
@pytest.mark.parametrize("indices", SETS, ids=str)
def test_products_are_those_of_polynomials(indices, kinds, rng):
    """Coefficient by coefficient, against the definition."""
    x, y = (_random(rng, indices.of_kind(kind), 1) for kind in kinds)
    found, *both, square, same = _products(x, y)
    left, right = (dict(zip(s.indices.powers, np.asarray(s.coefficients[:, 0]), strict=True)) for s in both)
    expected = dict.fromkeys(found.indices.powers, 0)
    for p, a in left.items():
        for q, b in right.items():
            total = tuple(np.add(p, q).tolist())
            if total in expected:
                expected[total] += a * b
    np.testing.assert_allclose(found.coefficients[:, 0], list(expected.values()), atol=1e-13)
    np.testing.assert_allclose(square.coefficients, same.coefficients, atol=1e-14)


@jax.jit
def _exponentials_and_inverses(x):
    """exp of the series without its constant, by its own power series too, which ends; x/x and exp log x of one that is
    not 0."""
    one = jnp.zeros_like(x.coefficients).at[0].set(1.0)
    rest = Series(x.coefficients.at[0].set(0), x.indices)
    power, total = Series(one, x.indices), one
    for k in range(1, 8):
        power = power.times(rest)
        total = total + power.coefficients / math.factorial(k)
    x = Series(x.coefficients + 3 * one, x.indices)
    exponentials = rest.map(jnp.exp).coefficients, total
    return exponentials, x.map(lambda t: 1 / t).times(x).coefficients - one, x.map(jnp.log).map(jnp.exp), x


@pytest.mark.parametrize("indices", SETS, ids=str)
def test_functions_of_series(indices, rng):
    for kind in KINDS:
        (found, expected), nothing, back, x = _exponentials_and_inverses(_random(rng, indices.of_kind(kind)))
        np.testing.assert_allclose(found, expected, atol=1e-12)
        np.testing.assert_allclose(nothing, 0, atol=1e-13)
        np.testing.assert_allclose(back.coefficients, x.coefficients, atol=1e-12)


def test_derivatives_are_those_of_the_polynomial(rng):
    indices = IndexSet(3, 3, 4, "complex")
    series = _random(rng, indices, 1)
    coefficient = lambda *power: series.coefficients[indices.place[power], 0]  # noqa: E731
    np.testing.assert_allclose(series.derivatives(1)[:, 0], series.coefficients[1:7, 0], rtol=1e-13)
    fourth = series.derivatives(4)[..., 0]
    assert fourth[0, 0, 0, 0] == 0
    np.testing.assert_allclose(fourth[0, 0, 3, 0], 6 * coefficient(3, 0, 0, 1, 0, 0))
    np.testing.assert_allclose(fourth[2, 1, 5, 1], 2 * coefficient(0, 2, 1, 0, 0, 1))


def test_series_pass_through_compiled_code():
    z = coordinates(jnp.ones(3), jnp.eye(3), IndexSet(3, 2, 4, "holomorphic"))
    found = jax.jit(lambda x: x.times(x.conj()).real)(z)
    np.testing.assert_allclose(found.derivatives(2)[:3, 3:], jnp.eye(3)[:, None] * jnp.eye(3)[None], atol=1e-15)
