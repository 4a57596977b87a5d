"""The Hodge star of the link, which knows the metric and the orientation."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError
from g2links.links.structure import ContactCalabiYau, structure_forms
from g2links.varieties.catalogue import dwork, fermat
from g2links.varieties.hypersurface import WeightedHypersurface

VARIETY = WeightedHypersurface(dwork(0.3 + 0.2j))
LINK = ContactCalabiYau(VARIETY, lambda z: jnp.zeros(()), 1.7)
"""Far from Ricci-flat, where the metric of φ is another one."""


@pytest.fixture(scope="module")
def points():
    return VARIETY.sample(6, 3).z


@pytest.fixture(scope="module")
def at(points):
    """A chart and its centre."""
    chart = LINK.chart(points[0])
    return chart, LINK.origin(chart)


def test_psi_is_the_star_of_phi_and_phi_that_of_psi(at):
    phi, psi = LINK.phi(*at), LINK.psi(*at)
    np.testing.assert_allclose(LINK.star(phi, *at, p=3), psi, atol=1e-10)
    np.testing.assert_allclose(LINK.star(psi, *at, p=4), phi, atol=1e-10)
    assert np.max(np.abs(psi)) > 1e-2


def test_the_default_orientation_of_hodge_star_gives_minus_psi(at):
    phi, psi, metric = LINK.phi(*at), LINK.psi(*at), LINK.metric(*at)
    np.testing.assert_allclose(forms.hodge_star(phi, metric, p=3), -psi, atol=1e-10)
    np.testing.assert_allclose(forms.hodge_star(phi, metric, p=3, orientation=LINK.orientation), psi, atol=1e-10)


@pytest.mark.parametrize("p", range(8))
def test_star_twice_is_the_form_itself(at, rng, p):
    form = rng.normal(size=math.comb(7, p))
    np.testing.assert_allclose(LINK.star(LINK.star(form, *at, p=p), *at, p=7 - p), form, rtol=1e-10, atol=1e-10)


def test_many_points_at_once(points, at):
    phis, psis = LINK.phi(points), LINK.psi(points)
    np.testing.assert_allclose(LINK.star(phis, points, p=3), psis, atol=1e-10)
    np.testing.assert_allclose(LINK.star(phis[0], points[0], p=3), psis[0], atol=1e-10)
    np.testing.assert_allclose(LINK.star(phis[0], *at, p=3), psis[0], atol=1e-10)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_the_link_is_oriented_by_its_contact_form_in_every_dimension(d):
    """η∧ω^d of the flat structure is a multiple of dx1∧...∧dθ with this sign."""
    link = ContactCalabiYau(fermat((d + 2,) * (d + 2), (1,) * (d + 2), "fermat"), LINK.potential, 1.0)
    volume, omega, _ = structure_forms(jnp.zeros(d, dtype=complex), jnp.eye(d, dtype=complex), jnp.ones((), complex))
    for k in range(d):
        volume = forms.wedge(volume, omega, p=1 + 2 * k, q=2, n=2 * d + 1)
    assert np.sign(volume[0]) == link.orientation


@pytest.mark.usefixtures("as_users_run")
def test_other_shapes_are_refused(points, at):
    with pytest.raises(InputError, match=r"form: got 'shape \(5, 35\)'"):
        LINK.star(LINK.phi(points)[:5], points, p=3)
    with pytest.raises(InputError, match="a 2-form"):
        LINK.star(LINK.phi(*at), *at, p=2)
    with pytest.raises(InputError, match="coordinates of the chart"):
        LINK.star(LINK.phi(*at), at[0], p=3)
