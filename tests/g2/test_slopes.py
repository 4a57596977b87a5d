import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.g2.contact import contact_form
from g2links.g2.slopes import contact_form_slopes, star_phi_slopes

CASES = [(star_phi_slopes, g2.star_phi), (contact_form_slopes, contact_form)]


@pytest.mark.parametrize(("closed", "function"), CASES)
@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_closed_forms_are_the_derivatives(rng, closed, function, scale):
    """Of positive 3-forms and, with large changes, of the other orbit as well."""
    phi = g2.flat_space().phi(jnp.zeros(7)) + scale * jnp.array(rng.normal(size=35))
    slopes = jnp.array(rng.normal(size=(4, 35)))
    value, found = jax.jit(closed)(phi, slopes)
    exact = jax.vmap(lambda s: jax.jvp(function, (phi,), (s,))[1])(slopes)
    np.testing.assert_allclose(value, function(phi), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found, exact, rtol=1e-8, atol=1e-8 * np.max(np.abs(exact)))


def test_the_dual_changes_as_bryant_says(rng):
    """d(*φ) = *(4/3 π_1 + π_7 - π_27) χ at the flat φ; here along φ itself, of type 1: ψ scales with power 4/3."""
    phi = g2.flat_space().phi(jnp.zeros(7))
    psi, slopes = star_phi_slopes(phi, phi[None])
    np.testing.assert_allclose(slopes[0], 4 / 3 * psi, atol=1e-14)
    rotation = np.linalg.qr(rng.normal(size=(7, 7)))[0]
    turned = forms.pullback(phi, rotation, p=3)
    np.testing.assert_allclose(star_phi_slopes(turned, turned[None])[1][0], 4 / 3 * g2.star_phi(turned), atol=1e-13)


def test_they_can_be_differentiated(rng):
    """As a loss does: the gradient by finite differences."""
    phi = g2.flat_space().phi(jnp.zeros(7)) + 0.1 * jnp.array(rng.normal(size=35))
    slopes, change = jnp.array(rng.normal(size=(6, 35))), jnp.array(rng.normal(size=35))

    @jax.jit
    def loss(p):
        return jnp.sum(star_phi_slopes(p, slopes)[1] ** 2) + jnp.sum(contact_form_slopes(p, slopes)[1] ** 2)

    numerical = (loss(phi + 1e-5 * change) - loss(phi - 1e-5 * change)) / 2e-5
    np.testing.assert_allclose(jax.grad(loss)(phi) @ change, numerical, rtol=1e-6)
