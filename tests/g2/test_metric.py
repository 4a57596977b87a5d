import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.errors import InputError
from tests.forms import reference


def test_metric_of_a_3_form_by_full_contraction(rng):
    phi = rng.normal(size=35)
    tensor, epsilon = reference.full(phi, 7, 3), reference.epsilon(7)
    contracted = np.tensordot(epsilon, tensor, axes=([4, 5, 6], [0, 1, 2]))
    contracted = np.tensordot(tensor, contracted, axes=([1, 2], [2, 3]))
    b = np.tensordot(contracted, tensor, axes=([1, 2], [1, 2])) / 24.0
    determinant = np.linalg.det(b)
    root = np.sign(determinant) * abs(determinant) ** (1.0 / 9.0)
    np.testing.assert_allclose(g2.induced_metric(phi), 6.0 ** (-2.0 / 9.0) / root * b, rtol=1e-9, atol=1e-9)


def test_the_other_open_orbit_has_a_finite_indefinite_metric():
    """Multiplying the four directions of a coassociative plane by i gives the 3-form of split G2."""
    inside = np.isin(forms.multi_indices(7, 3), [1, 2, 4, 5]).sum(axis=1)
    split = g2.flat_space().phi(jnp.zeros(7)) * np.where(inside == 2, -1.0, 1.0)
    assert not g2.is_positive(split)
    expected = np.diag([1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 1.0])
    np.testing.assert_allclose(g2.induced_metric(split), expected, atol=1e-14)
    assert jnp.all(jnp.isfinite(g2.star_phi(split)))


def test_a_degenerate_3_form_is_not_positive_and_has_no_finite_metric():
    decomposable = jnp.zeros(35).at[0].set(1.0)
    for phi in (decomposable, jnp.zeros(35), jnp.full(35, jnp.nan)):
        assert not g2.is_positive(phi)
        assert not jnp.all(jnp.isfinite(g2.induced_metric(phi)))
    assert g2.orientation(decomposable) == 0.0


def test_volume_formula_away_from_monge_ampere():
    """phi ^ psi = (4 l^2 + 3) l^(-4/3) vol_phi when Upsilon is l times too long."""
    omega, upsilon, eta = g2.flat_omega(), g2.flat_upsilon(), jnp.eye(7)[6]
    for scale in (0.8, 1.0, 1.3):
        phi = g2.contact_phi(eta, omega, scale * upsilon.real)
        psi = g2.contact_psi(eta, omega, scale * upsilon.imag)
        ratio = forms.wedge(phi, psi, p=3, q=4, n=7)[0] / g2.volume(phi)
        np.testing.assert_allclose(ratio, (4.0 * scale**2 + 3.0) * scale ** (-4.0 / 3.0), rtol=1e-12)


def test_metric_and_dual_have_true_derivatives(rng):
    phi = g2.flat_space().phi(jnp.zeros(7)) + 0.1 * rng.uniform(-1.0, 1.0, size=35)
    change, step = jnp.array(rng.normal(size=35)), 1e-5
    for function in (jax.jit(g2.induced_metric), jax.jit(g2.star_phi)):
        numerical = (function(phi + step * change) - function(phi - step * change)) / (2 * step)
        exact = jax.jvp(function, (phi,), (change,))[1]
        np.testing.assert_allclose(exact, numerical, rtol=1e-6, atol=1e-6)


def test_a_batch_agrees_with_single_points(rng):
    phis = jnp.array(rng.normal(size=(5, 35)))
    batch = jax.jit(jax.vmap(g2.star_phi))(phis)
    np.testing.assert_allclose(batch[3], g2.star_phi(phis[3]), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("function", [g2.induced_metric, g2.orientation, g2.is_positive, g2.volume, g2.star_phi])
@pytest.mark.usefixtures("as_users_run")
def test_a_batch_without_vmap_is_refused(function):
    with pytest.raises(InputError, match=r"phi.*vmap"):
        function(jnp.ones((2, 35)))
