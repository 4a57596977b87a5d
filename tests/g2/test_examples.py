import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2


@pytest.fixture
def x(rng):
    return jnp.array(rng.normal(size=7))


def d(field, p):
    return forms.exterior_derivative(field, p=p)


def square(omega):
    return forms.wedge(omega, omega, p=2, q=2, n=7)


def test_the_su3_normalisation():
    omega, upsilon = g2.flat_omega(), g2.flat_upsilon()
    sixth = forms.wedge(square(omega), omega, p=4, q=2, n=7) / 6.0
    quarter = forms.wedge(upsilon.real, upsilon.imag, p=3, q=3, n=7) / 4.0
    np.testing.assert_array_equal(sixth, quarter)
    assert np.count_nonzero(sixth) == 1
    np.testing.assert_array_equal(forms.wedge(omega, upsilon, p=2, q=3, n=7), np.zeros(21))


def test_omega_and_metric_are_compatible():
    """g(JX, Y) = omega(X, Y), with J dx = dy on vectors."""
    omega, j = forms.unpack(g2.flat_omega(), 7, 2), np.zeros((7, 7))
    j[3:6, :3], j[:3, 3:6] = np.eye(3), -np.eye(3)
    np.testing.assert_array_equal(j.T @ g2.flat_space().metric(jnp.zeros(7)) @ np.eye(7), omega)


def test_flat_space_has_closed_forms(x):
    space = g2.flat_space()
    assert not np.any(d(space.phi, 3)(x))
    assert not np.any(d(space.psi, 4)(x))


def test_contact_models_have_orientation_minus_one(x):
    for space in (g2.flat_space(), g2.heisenberg()):
        assert g2.orientation(space.phi(x)) == -1.0


@pytest.mark.parametrize("epsilon", [1.0, 0.25])
def test_heisenberg_is_exact(x, epsilon):
    space = g2.heisenberg(epsilon)
    np.testing.assert_allclose(d(space.eta, 1)(x), space.omega(x), atol=1e-15)
    np.testing.assert_allclose(d(space.phi, 3)(x), epsilon * square(space.omega(x)), atol=1e-15)
    np.testing.assert_allclose(d(space.psi, 4)(x), np.zeros(21), atol=1e-15)
    np.testing.assert_allclose(
        forms.inner(*2 * [d(space.phi, 3)(x)], space.metric(x), p=4), 12.0 * epsilon**2, rtol=1e-12
    )


def test_the_round_sphere_is_nearly_parallel(x):
    space = g2.round_sphere()
    d_phi, psi, d_psi = jax.jit(lambda y: (d(space.phi, 3)(y), space.psi(y), d(space.psi, 4)(y)))(x)
    np.testing.assert_allclose(d_phi, 4.0 * psi, atol=1e-13)
    np.testing.assert_allclose(d_psi, np.zeros(21), atol=1e-12)


def test_the_sphere_by_flux_converges_to_the_same(x):
    space, errors = g2.round_sphere(), []
    for epsilon in (0.1, 0.05):
        flux = forms.flux_derivative(space.phi, p=3, epsilon=epsilon)
        errors.append(np.linalg.norm(flux(x) - 4.0 * space.psi(x)))
    assert 3.7 < errors[0] / errors[1] < 4.3
