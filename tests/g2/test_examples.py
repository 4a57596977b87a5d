import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from tests.laws.spaces import expansion
from tests.laws.torsion import facts, orthonormal


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


def test_a_torus_is_flat_space_in_the_basis_of_its_lattice(x, rng):
    lattice = np.eye(7) + 0.2 * rng.uniform(-1.0, 1.0, size=(7, 7))
    space = g2.torus(lattice)
    np.testing.assert_allclose(space.metric(x), lattice.T @ lattice, atol=1e-15)
    np.testing.assert_allclose(g2.star_phi(space.phi(x)), space.psi(x), atol=1e-13)


def test_the_cone_is_flat_space_in_polar_coordinates(x):
    """The pullback of the flat phi by (y, t) -> e^t u(y), up to an orthogonal map of R^7: the identity."""

    @jax.jit
    def both(x):
        def polar(w):
            square = w[:6] @ w[:6]
            return jnp.exp(w[6]) * jnp.concatenate([(square - 1.0)[None], 2.0 * w[:6]]) / (1.0 + square)

        flat = g2.flat_space().phi(x)
        return forms.pullback(flat, jax.jacfwd(polar)(x), p=3), g2.nearly_kahler_cone().phi(x)

    expected, found = both(x)
    np.testing.assert_allclose(found, expected, atol=1e-13 * max(1.0, float(jnp.max(jnp.abs(expected)))))


def test_calabi_is_ricci_flat_and_its_contact_form_fits(x):
    """det g = 1/8, and d eta = omega; at size 0 it is flat space."""
    product, contact = g2.calabi_product(), g2.calabi_contact()
    d_eta, omega, transverse, flat = jax.jit(
        lambda y: (d(contact.eta, 1)(y), contact.omega(y), product.metric(y), g2.calabi_product(0.0).metric(y))
    )(x)
    np.testing.assert_allclose(d_eta, omega, atol=1e-14)
    np.testing.assert_allclose(np.linalg.det(transverse), 1.0, rtol=1e-13)
    np.testing.assert_allclose(flat, np.eye(7), atol=1e-14)
    assert np.ptp(np.linalg.eigvalsh(transverse)) > 1e-6


CONTACT = {"norms": (36 / 49, 0.0, 0.0, 48 / 7), "ricci": [-0.5] * 6 + [1.5]}
EXACT = {
    "flat": ({"norms": (0.0,) * 4, "ricci": [0.0] * 7}, 1e-14),
    "torus": ({"norms": (0.0,) * 4, "ricci": [0.0] * 7}, 1e-14),
    "heisenberg": (CONTACT, 1e-14),
    "heisenberg-0.3": ({"norms": tuple(0.09 * v for v in CONTACT["norms"]), "ricci": [-0.045] * 6 + [0.135]}, 1e-14),
    "calabi-product": ({"norms": (0.0,) * 4, "ricci": [0.0] * 7}, 1e-10),
    "calabi-contact": ({"norms": tuple(0.49 * v for v in CONTACT["norms"]), "ricci": [-0.245] * 6 + [0.735]}, 1e-10),
    "closed-nilmanifold": ({"norms": (0.0, 0.0, 2.0, 0.0), "ricci": [-1.0, -0.5, -0.5, 0.0, 0.0, 0.5, 0.5]}, 1e-10),
    "nearly-kahler-cone": ({"norms": (0.0,) * 4, "ricci": [0.0] * 7}, 1e-10),
    "nearly-kahler-cylinder": ({"norms": (0.0, 1.0, 0.0, 0.0), "ricci": [0.0] + [5.0] * 6}, 1e-10),
    "round-sphere": ({"norms": (16.0, 0.0, 0.0, 0.0), "ricci": [6.0] * 7}, 1e-10),
    "squashed-sphere": ({"norms": (28.8, 0.0, 0.0, 0.0), "ricci": [10.8] * 7}, 1e-10),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_values(name, rng):
    """Norms of the torsion classes and eigenvalues of Ric, in an orthonormal frame."""
    expected, tolerance = EXACT[name]
    phi = orthonormal(expansion(name, jnp.array(rng.uniform(-0.9, 0.9, size=7))))
    found = facts(phi).found
    np.testing.assert_allclose(found.norms, expected["norms"], rtol=tolerance, atol=tolerance)
    eigenvalues = np.linalg.eigvalsh((found.curvature.ricci + found.curvature.ricci.T) / 2)
    np.testing.assert_allclose(eigenvalues, expected["ricci"], atol=tolerance)
    np.testing.assert_allclose(found.curvature.scalar, sum(expected["ricci"]), atol=10 * tolerance)


def test_torsion_forms_of_the_contact_model(x):
    """tau0 = 6 e/7, tau3 = (8/7) e^2 eta ^ omega - (6/7) e Re Upsilon, |d phi|^2 = 12 e^2."""
    epsilon, space = 0.7, g2.heisenberg(0.7)
    found = facts(jax.jit(lambda y: forms.expand(space.phi, y))(x)).found
    pair = forms.wedge(space.eta(x), space.omega(x), p=1, q=2, n=7)
    np.testing.assert_allclose(found.torsion.tau0, 6 / 7 * epsilon, rtol=1e-14)
    expected = 8 / 7 * epsilon**2 * pair - 6 / 7 * epsilon * g2.flat_upsilon().real
    np.testing.assert_allclose(found.torsion.tau3, expected, atol=1e-13)
    np.testing.assert_allclose(forms.inner(found.d_phi, found.d_phi, found.metric, p=4), 12 * epsilon**2, rtol=1e-13)
    along = found.curvature.ricci[6, 6] / found.metric[6, 6]
    np.testing.assert_allclose(along, 1.5 * epsilon**2, rtol=1e-13)


def test_squashing_by_another_factor_is_coclosed_only(x):
    found = facts(jax.jit(lambda y: forms.expand(g2.squashed_sphere(1.0).phi, y))(0.3 * x)).found
    name = g2.name_structure(np.sqrt(np.abs(found.norms)), tolerance=1e-6)
    assert name.name == "coclosed"
    np.testing.assert_allclose(found.curvature.scalar, 42.0, rtol=1e-10)
