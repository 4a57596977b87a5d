import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError


def field(x):
    return jnp.stack([jnp.sin(x[0]) * x[1], jnp.exp(x[2] * x[0]), x @ x])


@pytest.fixture
def x(rng):
    return jnp.array(rng.normal(size=3))


def test_an_expansion_has_the_derivatives_of_the_field(x):
    found = jax.jit(lambda y: forms.expand(field, y))(x)
    np.testing.assert_allclose(found.value, field(x), rtol=1e-14)
    np.testing.assert_allclose(found.first, jax.jacfwd(field)(x).T, rtol=1e-13, atol=1e-14)
    second = jnp.moveaxis(jax.jit(jax.hessian(field))(x), 0, 2)
    np.testing.assert_allclose(found.second, second, rtol=1e-13, atol=1e-14)


def test_the_polynomial_is_a_field_with_these_derivatives(x, rng):
    found = jax.jit(lambda y: forms.expand(field, y))(x)
    again = jax.jit(lambda: forms.expand(found, found.centre))()
    for part, expected in zip(again, found, strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-13, atol=1e-14)
    t = 1e-3 * rng.normal(size=3)
    np.testing.assert_allclose(found(t), field(x + t), atol=1e-6)


def test_a_linear_polynomial_has_the_value_and_the_first_derivatives(x):
    def both(y):
        return {"real": field(y), "complex": jnp.exp(1j * y)}

    found = jax.jit(lambda: (lambda linear: (linear(x), jax.jacfwd(linear)(x)))(forms.linearised(both, x)))()
    for name in ("real", "complex"):
        np.testing.assert_allclose(found[0][name], both(x)[name], rtol=1e-14)
        np.testing.assert_allclose(found[1][name], jax.jacfwd(both)(x)[name], rtol=1e-13, atol=1e-14)


def test_composition_is_the_chain_rule(x):
    def function(value):
        return jnp.outer(value, jnp.cos(value))

    found = jax.jit(lambda y: forms.expand(field, y).then(function))(x)
    expected = jax.jit(lambda y: forms.expand(lambda z: function(field(z)), y))(x)
    for part, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(part, other, rtol=1e-12, atol=1e-12)


def test_differences_converge_at_second_order(x):
    steps = (4e-2, 2e-2)
    exact, *approximate = jax.jit(
        lambda y: (forms.expand(field, y), *(forms.expand_by_differences(field, y, step) for step in steps))
    )(x)
    sizes = []
    for found in approximate:
        sizes.append([float(jnp.max(jnp.abs(a - b))) for a, b in zip(found, exact, strict=True)])
    assert sizes[0][0] == sizes[1][0] == 0
    for order in (1, 2):
        assert 3.6 < sizes[0][order] / sizes[1][order] < 4.4


def test_differences_of_quadratic_fields_are_exact_and_symmetric(rng):
    a, b, c = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal()
    found = jax.jit(lambda y: forms.expand_by_differences(lambda t: t @ a @ t + b @ t + c, y, 0.5))(jnp.zeros(4))
    np.testing.assert_allclose(found.first, b, atol=1e-13)
    np.testing.assert_allclose(found.second, a + a.T, atol=1e-12)


def test_first_differences_are_those_of_the_flux(x):
    found = jax.jit(lambda y: forms.expand_by_differences(field, y, 1e-2))(x)
    flux = jax.jit(forms.flux_derivative(field, p=1, epsilon=1e-2))(x)
    curl = [found.first[i, j] - found.first[j, i] for i, j in ((0, 1), (0, 2), (1, 2))]
    np.testing.assert_allclose(flux, curl, atol=1e-13)


def test_a_step_that_is_not_positive_is_refused(x):
    with pytest.raises(InputError, match="epsilon"):
        forms.expand_by_differences(field, x, 0.0)
