import math

import jax
import jax.numpy as jnp
import pytest
from jax.tree_util import Partial

from g2links import forms
from g2links.calculus.jets import real_function_jet
from g2links.calculus.map_points import map_points
from g2links.forms.linear import inverse_cholesky
from g2links.links.structure import ContactCalabiYau
from g2links.measures.curvature import chern_densities, curvature
from g2links.potentials.metric import kahler_jet
from g2links.quantities.instantons import (
    exact_c2_omega,
    exact_energy,
    instanton_figures,
    line_bundle,
)
from g2links.varieties.catalogue import fermat_quintic, from_catalogue
from g2links.varieties.charts import slice_chart, tangent_frame
from g2links.varieties.configurations import of_configuration
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import kahler_volume, residue

QUINTIC = WeightedHypersurface(fermat_quintic())


def potential(z):
    z = z / jnp.sqrt(jnp.sum(z.real**2 + z.imag**2))
    moved = z[0] * z[1] + 2j * z[2] * z[3]
    return 0.05 * (moved.real**2 + moved.imag**2)


def test_exact_values():
    assert exact_energy(QUINTIC) == pytest.approx(800 * math.pi**3 * 2 * math.pi)
    assert exact_c2_omega(QUINTIC) == pytest.approx(100 * math.pi)
    assert exact_c2_omega(WeightedHypersurface(from_catalogue("p11114"))) == pytest.approx(2 * math.pi * 44)


@pytest.mark.slow
def test_the_figures_at_points_are_those_of_chern_forms_and_of_the_forms_on_the_link():
    """|F|² - |F∧ψ|² vol = 8π²(c_2 - c_1²/2)∧ω pointwise, where c_1²∧ω is a quadratic form in the Ricci curvature; and
    F∧ψ with the ψ of the link in its own chart."""
    points = QUINTIC.sample(3, 1)
    found = map_points(Partial(instanton_figures, QUINTIC, potential, jnp.asarray(2.0)), points)
    link = ContactCalabiYau(QUINTIC, potential, 2.0)

    def square(e, metric, p):
        return forms.inner(e.real, e.real, metric, p=p) + forms.inner(e.imag, e.imag, metric, p=p)

    @jax.jit
    def second_route(at):
        c = curvature(QUINTIC, potential, at)
        root = inverse_cholesky(c.metric)
        ricci = root @ c.ricci @ root.conj().T
        c1_squared = (jnp.trace(ricci).real ** 2 - jnp.sum(jnp.abs(ricci) ** 2)) / (4 * jnp.pi**2)
        chart = slice_chart(QUINTIC, at.z)
        x = link.origin(chart)
        dz = jnp.concatenate([jnp.eye(3), 1j * jnp.eye(3), jnp.zeros((1, 3))]).T
        f = jnp.einsum("abcd,ea,fb,ci,dj->efij", c.riemann, root, root.conj(), dz, dz.conj()).reshape(9, 7, 7)
        packed = jax.vmap(lambda entry: forms.pack(entry - entry.T, 2))(f)
        metric, psi = link.metric(chart, x), link.psi(chart, x)
        f_squares = jax.vmap(lambda e: square(e, metric, 2))(packed)
        wedged = jax.vmap(lambda e: forms.wedge(e, psi, p=2, q=4, n=7))(packed)
        w_squares = jax.vmap(lambda e: square(e, metric, 6))(wedged)
        ricci_norm = jnp.sqrt(jnp.sum(jnp.abs(ricci) ** 2))
        chern = chern_densities(c, residue(QUINTIC, at))["c2_h"]
        return jnp.sqrt(jnp.sum(f_squares)), jnp.sqrt(jnp.sum(w_squares)), ricci_norm, c1_squared, chern

    for i in range(points.n):
        f_norm, wedge_norm, ricci_norm, c1_squared, c2_h = map(float, second_route(points.rows(i).at))
        assert found.curvature_norm[i] == pytest.approx(f_norm, rel=1e-10)
        assert found.wedge_norm[i] == pytest.approx(wedge_norm, rel=1e-9)
        assert found.wedge_norm[i] == pytest.approx(ricci_norm, rel=1e-9)  # ΛF is the Ricci curvature
        assert wedge_norm > 0.1  # of a metric that is not Ricci-flat
        left = (found.curvature_norm[i] ** 2 - found.wedge_norm[i] ** 2) * found.density[i]
        right = 8 * math.pi**2 * (2 * math.pi * c2_h - 0.5 * c1_squared * found.density[i])
        assert left == pytest.approx(right, rel=1e-9)


@pytest.mark.slow
def test_line_bundles_are_hermitian_yang_mills_with_the_slope_of_their_charge(rng):
    """Of O(q) with e^{-qK}, by the norm of a section: F = -∂∂̄ log |p|² e^{-qK} has iΛF = 3q at every point."""
    at = QUINTIC.sample(1, 3).rows(0).at
    for q in (1, 3):
        c = jnp.asarray(rng.normal(size=5) + 1j * rng.normal(size=5))

        def norm(z, c=c, q=q):
            return jnp.log(jnp.abs(jnp.sum(c * z) ** q) ** 2)

        @jax.jit
        def einstein_constant(at, norm=norm, q=q):
            frame = tangent_frame(QUINTIC, at)
            g = kahler_jet(QUINTIC, potential, at.z, frame).hermitian()[0]
            f = q * g - real_function_jet(norm, at.z, frame).hermitian()[0]
            return jnp.trace(f @ jnp.linalg.inv(g)).real

        constant = einstein_constant(at)
        assert line_bundle(QUINTIC, q).einstein_constant == pytest.approx(float(constant), rel=1e-10)
        assert line_bundle(QUINTIC, q).slope == pytest.approx(q * 5 * (2 * math.pi) ** 2)
    bicubic = of_configuration("P2 3; P2 3")
    assert line_bundle(bicubic, -2).einstein_constant == pytest.approx(-6)
    assert line_bundle(QUINTIC, 0).defect == 0
    assert 6 * kahler_volume(QUINTIC) == pytest.approx(5 * (2 * math.pi) ** 3)


@pytest.mark.slow
def test_a_line_bundle_over_the_link_is_no_instanton_and_flat_with_the_contact_form(rng):
    """F = -iq dη: |F∧ψ|/|F| = √3."""
    link = ContactCalabiYau(QUINTIC, potential, 2.0)
    chart = link.chart(QUINTIC.sample(1, 4).z[0])
    x = link.origin(chart)
    omega, psi, metric = link.omega(chart, x), link.psi(chart, x), link.metric(chart, x)
    wedged = forms.wedge(omega, psi, p=2, q=4, n=7)
    ratio = forms.norm(wedged, metric, p=6) / forms.norm(omega, metric, p=2)
    assert line_bundle(QUINTIC, 5).defect == pytest.approx(float(ratio), rel=1e-10)
