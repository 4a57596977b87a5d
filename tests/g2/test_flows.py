import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.g2 import Proportions

SPACE = g2.heisenberg()


def phi(size, x):
    return g2.scaled_phi(SPACE.eta(x), SPACE.omega(x), g2.flat_upsilon().real, size)


def psi(size, x):
    return g2.scaled_psi(SPACE.eta(x), SPACE.omega(x), g2.flat_upsilon().imag, size)


def metric(size, x):
    return g2.scaled_metric(SPACE.eta(x), jnp.diag(jnp.array([1.0] * 6 + [0.0])), size)


@jax.jit
def laplacians(size, x):
    """Delta phi and Delta psi, by our codifferential and d."""

    def at(field, p):
        return forms.hodge_laplacian(lambda y: field(size, y), lambda y: metric(size, y), p=p)(x)

    return at(phi, 3), at(psi, 4)


@jax.jit
def forms_of(size, x):
    return phi(size, x), psi(size, x), metric(size, x)


@pytest.fixture
def x(rng):
    return jnp.array(rng.uniform(-1.0, 1.0, size=7))


def test_the_ansatz_is_a_g2_structure(x):
    """psi = *phi and the metric is the induced one, for any proportions."""
    value, dual, g = forms_of(Proportions(0.7, 1.3), x)
    np.testing.assert_allclose(g2.star_phi(value), dual, atol=1e-13)
    np.testing.assert_allclose(g2.induced_metric(value), g, atol=1e-13)
    np.testing.assert_allclose(value, g2.contact_phi(*_parts(x), epsilon=0.7 / 1.3) * 1.3**3, atol=1e-14)


@pytest.mark.parametrize(("f", "h"), [(1.0, 1.0), (0.4, 1.0), (0.7, 1.3)])
def test_laplacians_of_the_ansatz(x, f, h):
    """Delta phi = 4 f^3/h^2 eta ^ omega, Delta psi = 2 f^2 omega^2."""
    eta, omega, _ = _parts(x)
    of_phi, of_psi = laplacians(Proportions(f, h), x)
    np.testing.assert_allclose(of_phi, 4.0 * f**3 / h**2 * forms.wedge(eta, omega, p=1, q=2, n=7), atol=1e-13)
    np.testing.assert_allclose(of_psi, 2.0 * f**2 * forms.wedge(omega, omega, p=2, q=2, n=7), atol=1e-13)


@pytest.mark.parametrize("f0", [1.0, 0.6])
@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_laplacian_flow(x, f0, share):
    """d phi/dt of the formula is Delta phi, up to 80 % of the time to the singularity."""
    t = share / (8.0 * f0**2)
    _, speed = jax.jit(lambda s: jax.jvp(lambda r: phi(g2.laplacian_flow(f0, r), x), (s,), (1.0,)))(t)
    expected, _ = laplacians(g2.laplacian_flow(f0, t), x)
    np.testing.assert_allclose(speed, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("f0", [1.0, 0.6])
@pytest.mark.parametrize("t", [-0.05, 0.0, 2.0])
def test_laplacian_coflow(x, f0, t):
    """d psi/dt of the formula is Delta psi."""
    _, speed = jax.jit(lambda s: jax.jvp(lambda r: psi(g2.laplacian_coflow(f0, r), x), (s,), (1.0,)))(t)
    _, expected = laplacians(g2.laplacian_coflow(f0, t), x)
    np.testing.assert_allclose(speed, expected, rtol=1e-13, atol=1e-13)


def test_initial_values_and_blow_up():
    for flow in (g2.laplacian_flow, g2.laplacian_coflow):
        assert tuple(map(float, flow(0.5, 0.0))) == (0.5, 1.0)
    assert float(g2.laplacian_flow(0.5, 0.5 - 1e-12).f) > 1e5
    assert not np.isfinite(g2.laplacian_flow(0.5, 0.51).f)
    size = g2.laplacian_coflow(1.0, 1.0)
    np.testing.assert_allclose([size.h, size.f], [11.0**0.1, 11.0**-0.3], rtol=1e-15)


def _parts(x):
    return SPACE.eta(x), SPACE.omega(x), g2.flat_upsilon().real
