import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms


def flat(x):
    return jnp.eye(4)


def curved(x):
    """A metric on R^4 without symmetry."""
    a = jnp.outer(jnp.sin(x), jnp.array([0.3, -0.2, 0.1, 0.2]))
    return jnp.eye(4) + a @ a.T + 0.1 * jnp.diag(jnp.cos(x))


@pytest.fixture
def x(rng):
    return jnp.array(rng.normal(size=4))


@pytest.mark.parametrize("p", [0, 1, 3])
def test_flat_laplacian_acts_on_components(x, rng, p):
    waves = jnp.array(rng.normal(size=(forms.dimension(4, p), 4)))
    laplacian = forms.hodge_laplacian(lambda y: jnp.sin(waves @ y), flat, p=p)
    expected = jnp.sum(waves**2, axis=1) * jnp.sin(waves @ x)
    np.testing.assert_allclose(jax.jit(laplacian)(x), expected, atol=1e-12)


def test_codifferential_of_a_1_form_is_minus_the_divergence(x, rng):
    waves = jnp.array(rng.normal(size=(4, 4)))

    def density(y):
        return jnp.sqrt(forms.determinant(curved(y)))

    def flow(y):
        return density(y) * forms.inverse(curved(y)) @ jnp.sin(waves @ y)

    divergence = jax.jit(lambda y: jnp.trace(jax.jacfwd(flow)(y)) / density(y))(x)
    delta = jax.jit(forms.codifferential(lambda y: jnp.sin(waves @ y), curved, p=1))(x)
    np.testing.assert_allclose(delta, [-divergence], rtol=1e-11)


@pytest.mark.parametrize("p", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_codifferential_squares_to_zero_and_commutes_with_the_star(x, rng, p):
    """delta delta = 0, and Delta * = * Delta, so the signs of all degrees fit together."""
    waves = jnp.array(rng.normal(size=(forms.dimension(4, p), 4)))

    def field(y):
        return jnp.sin(waves @ y)

    def star(y):
        return forms.hodge_star(field(y), curved(y), p=p)

    @jax.jit
    def values(y):
        twice = forms.codifferential(forms.codifferential(field, curved, p=p), curved, p=p - 1)
        outside = forms.hodge_star(forms.hodge_laplacian(field, curved, p=p)(y), curved(y), p=p)
        return twice(y), outside, forms.hodge_laplacian(star, curved, p=4 - p)(y)

    twice, outside, inside = values(x)
    np.testing.assert_allclose(twice, 0.0, atol=1e-11)
    np.testing.assert_allclose(outside, inside, atol=1e-10)
