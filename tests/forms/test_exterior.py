from functools import partial
from math import comb

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError

close = partial(np.testing.assert_allclose, rtol=1e-11, atol=1e-11)


def random_field(rng, n, p, of=jnp.sin):
    """A smooth field of p-forms on R^n, with no symmetry."""
    waves, phases = rng.uniform(0.3, 1.0, size=(comb(n, p), n)), rng.uniform(0.0, 6.0, size=comb(n, p))
    return lambda x: of(waves @ x + phases)


@pytest.mark.parametrize(("n", "p"), [(2, 0), (3, 1), (4, 2), (5, 3), (7, 3), (7, 5)])
def test_d_of_d_is_zero(rng, n, p):
    once = forms.exterior_derivative(random_field(rng, n, p), p=p)
    twice = jax.jit(forms.exterior_derivative(once, p=p + 1))(rng.normal(size=n))
    np.testing.assert_allclose(twice, np.zeros(comb(n, p + 2)), atol=1e-13)


@pytest.mark.parametrize(("n", "p", "q"), [(3, 0, 1), (4, 1, 1), (5, 2, 2), (7, 3, 2)])
def test_leibniz(rng, n, p, q):
    a, b, x = random_field(rng, n, p), random_field(rng, n, q, jnp.cos), rng.normal(size=n)
    product = forms.exterior_derivative(lambda y: forms.wedge(a(y), b(y), p=p, q=q, n=n), p=p + q)
    da, db = forms.exterior_derivative(a, p=p), forms.exterior_derivative(b, p=q)

    def expected(y):
        first = forms.wedge(da(y), b(y), p=p + 1, q=q, n=n)
        return first + (-1) ** p * forms.wedge(a(y), db(y), p=p, q=q + 1, n=n)

    close(*jax.jit(lambda y: (product(y), expected(y)))(x))


@pytest.mark.parametrize(("n", "m", "p"), [(3, 2, 1), (4, 6, 2), (7, 7, 3)])
def test_d_commutes_with_pullback(rng, n, m, p):
    a, linear = random_field(rng, n, p), rng.normal(size=(n, m))

    def chart(y):
        return jnp.tanh(linear @ y) + 0.3 * linear @ (y * y)

    def pulled(field, degree):
        return lambda y: forms.pullback(field(chart(y)), jax.jacfwd(chart)(y), p=degree)

    y = rng.normal(size=m)
    left = jax.jit(forms.exterior_derivative(pulled(a, p), p=p))(y)
    right = jax.jit(pulled(forms.exterior_derivative(a, p=p), p + 1))(y)
    np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(right).max(initial=0.0)))


def test_known_derivatives():
    x = jnp.array([0.7, -1.3, 0.4])
    gradient = forms.exterior_derivative(lambda y: jnp.array([y[0] ** 2 * y[1]]), p=0)(x)
    close(gradient, [2 * x[0] * x[1], x[0] ** 2, 0.0])
    area = forms.exterior_derivative(lambda y: 0.5 * jnp.array([-y[1], y[0], 0.0]), p=1)(x)
    close(area, [1.0, 0.0, 0.0])
    divergence = forms.exterior_derivative(lambda y: jnp.array([y[2] ** 2, -(y[1] ** 3), y[0]]), p=2)(x)
    close(divergence, [2 * x[2] + 3 * x[1] ** 2 + 1.0])


def test_complex_fields_are_differentiated():
    z_dzbar = forms.exterior_derivative(lambda y: (y[0] + 1j * y[1]) * jnp.array([1.0, -1j]), p=1)
    close(z_dzbar(jnp.array([0.3, 0.2])), [-2j])


def test_d_of_a_top_form_is_empty():
    assert forms.exterior_derivative(lambda y: y[:1], p=3)(jnp.ones(3)).shape == (0,)
    assert forms.flux_derivative(lambda y: y[:1], p=3, epsilon=0.1)(jnp.ones(3)).shape == (0,)


@pytest.mark.parametrize(("n", "p"), [(3, 0), (3, 2), (7, 1), (7, 3), (7, 4)])
def test_flux_converges_at_order_two(rng, n, p):
    field, x = random_field(rng, n, p), rng.normal(size=n)
    exact = forms.exterior_derivative(field, p=p)(x)
    edges = np.array([0.4, 0.2, 0.1, 0.05])
    quotients = np.array([(forms.flux_derivative(field, p=p, epsilon=e)(x) - exact) / e**2 for e in edges])
    # each of the p + 1 centred differences is D1 + D3 e^2/24 + D5 e^4/1920 + ..., and no derivative exceeds 1
    remainder = 1.01 * (p + 1) * (edges[:-1] ** 2 + edges[1:] ** 2) / 1920
    assert np.all(np.abs(np.diff(quotients, axis=0)) <= remainder[:, None] + 1e-11)
    assert np.all(np.abs(quotients) <= 1.01 * (p + 1) / 24)


def test_flux_is_exact_on_quadratic_fields(rng):
    coefficients, x = rng.normal(size=(35, 7, 7)), rng.normal(size=7)

    def field(y):
        return coefficients @ y @ y

    flux = forms.flux_derivative(field, p=3, epsilon=0.5)(x)
    close(flux, forms.exterior_derivative(field, p=3)(x))


def test_flux_needs_values_only(rng):
    field, x = random_field(rng, 7, 3), rng.normal(size=7)
    opaque = forms.flux_derivative(lambda y: jax.lax.stop_gradient(field(y)), p=3, epsilon=1e-3)(x)
    np.testing.assert_allclose(opaque, forms.exterior_derivative(field, p=3)(x), atol=1e-5)


@pytest.mark.parametrize("epsilon", [0.0, -0.1, float("nan")])
def test_an_edge_that_is_not_positive_is_refused(epsilon):
    with pytest.raises(InputError, match="epsilon"):
        forms.flux_derivative(lambda y: y, p=1, epsilon=epsilon)


def test_a_field_of_another_degree_is_refused():
    with pytest.raises(InputError, match="2-form"):
        forms.exterior_derivative(lambda y: y, p=2)(jnp.ones(7))
    with pytest.raises(InputError, match="2-form"):
        forms.flux_derivative(lambda y: y, p=2, epsilon=0.1)(jnp.ones(7))
