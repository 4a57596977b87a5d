"""The laws of G2-structures, each a function of the fields and a point; run on every space by the tests
beside it.
"""

import jax
import jax.numpy as jnp
import numpy as np

from g2links import forms, g2
from g2links.g2 import G2Fields, LinkFields

Fields = G2Fields | LinkFields
TOLERANCE = 1e-11


def _close(value: jax.Array, expected: jax.Array | float) -> None:
    np.testing.assert_allclose(value, expected, rtol=TOLERANCE, atol=TOLERANCE)


def assert_positive(space: Fields, x: jax.Array) -> None:
    """phi is positive, and -phi is too, of the other orientation and with the same metric."""
    phi = space.phi(x)
    assert g2.is_positive(phi)
    assert g2.is_positive(-phi)
    assert g2.orientation(-phi) == -g2.orientation(phi)
    _close(g2.induced_metric(-phi), g2.induced_metric(phi))


def assert_metric_is_induced(space: Fields, x: jax.Array) -> None:
    """The metric of the space is that of its phi, and its volume form too."""
    phi, metric = space.phi(x), space.metric(x)
    _close(g2.induced_metric(phi), metric)
    _close(g2.volume(phi), forms.volume_form(metric, g2.orientation(phi))[0])


def assert_norms_are_seven(space: Fields, x: jax.Array) -> None:
    """phi ^ *phi = 7 vol and |phi|^2 = |psi|^2 = 7."""
    phi, psi, metric = space.phi(x), space.psi(x), space.metric(x)
    _close(forms.wedge(phi, g2.star_phi(phi), p=3, q=4, n=7)[0], 7.0 * g2.volume(phi))
    _close(forms.inner(phi, phi, metric, p=3), 7.0)
    _close(forms.inner(psi, psi, metric, p=4), 7.0)


def assert_psi_is_dual(space: Fields, x: jax.Array) -> None:
    """psi = *phi and phi = *psi, in the orientation of phi."""
    phi, psi = space.phi(x), space.psi(x)
    _close(g2.star_phi(phi), psi)
    star = forms.hodge_star(psi, space.metric(x), p=4, orientation=g2.orientation(phi))
    _close(star, phi)


def assert_scaling(space: Fields, x: jax.Array, factor: float) -> None:
    """c phi has metric c^(2/3) g, dual c^(4/3) psi and volume c^(7/3) vol, for c of either sign."""
    phi = space.phi(x)
    size = abs(factor) ** (1.0 / 3.0)
    _close(g2.induced_metric(factor * phi), size**2 * g2.induced_metric(phi))
    _close(g2.star_phi(factor * phi), size**4 * g2.star_phi(phi))
    _close(g2.volume(factor * phi), np.sign(factor) * size**7 * g2.volume(phi))


def assert_natural(space: Fields, x: jax.Array, jacobian: jax.Array) -> None:
    """Metric, dual and orientation of the pullback of phi are the pullbacks of those of phi."""
    phi = space.phi(x)
    pulled = forms.pullback(phi, jacobian, p=3)
    _close(g2.induced_metric(pulled), jacobian.T @ g2.induced_metric(phi) @ jacobian)
    _close(g2.star_phi(pulled), forms.pullback(g2.star_phi(phi), jacobian, p=4))
    assert g2.orientation(pulled) == np.sign(np.linalg.det(jacobian)) * g2.orientation(phi)


def assert_cross_product(space: Fields, x: jax.Array, u: jax.Array, v: jax.Array) -> None:
    """|u x v|^2 = |u|^2 |v|^2 - <u, v>^2 for the product with <u x v, w> = phi(u, v, w), orthogonal to u and
    v.
    """
    phi, metric = space.phi(x), space.metric(x)
    cross = forms.interior(v, forms.interior(u, phi, p=3), p=2)
    uu, vv, uv = u @ metric @ u, v @ metric @ v, u @ metric @ v
    _close(forms.inner(cross, cross, metric, p=1), uu * vv - uv**2)
    _close(jnp.array([cross @ u, cross @ v]), 0.0)


def assert_volume_varies_by_psi(space: Fields, x: jax.Array, change: jax.Array) -> None:
    """3 d(vol) = d(phi) ^ psi: the dual once more, from the volume alone."""
    phi = space.phi(x)
    _, variation = jax.jvp(g2.volume, (phi,), (change,))
    _close(3.0 * variation, forms.wedge(change, g2.star_phi(phi), p=3, q=4, n=7)[0])
