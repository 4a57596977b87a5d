import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.jets import real_function_jet
from g2links.calculus.map_points import map_points
from g2links.forms.linear import small_determinant
from g2links.measures.chern_numbers import (
    chern_numbers,
    concentrated_sample,
    control_densities,
    controlled_integral,
    per_line,
)
from g2links.measures.curvature import chern_densities, curvature
from g2links.measures.normal_form import closed_forms
from g2links.measures.reference_curvature import reference_curvature
from g2links.potentials.reference import log_radii_squared
from g2links.varieties.charts import tangent_frame
from g2links.varieties.configurations import of_configuration
from g2links.varieties.residue import kahler_volume, residue

THREEFOLD = of_configuration("P3 1 3; P2 1 2", 3, (1, 2))


def _none(z):
    return 0.0 * z[0].real


@pytest.fixture(scope="module")
def points():
    return THREEFOLD.sample(60, 1)


def test_curvature_by_gauss_is_that_of_the_reference_potential(points):
    few = points.rows(slice(5)).at
    found = jax.jit(jax.vmap(partial(reference_curvature, THREEFOLD)))(few)
    exact = jax.jit(jax.vmap(partial(curvature, THREEFOLD, _none)))(few)
    np.testing.assert_allclose(found.metric, exact.metric, atol=1e-13)
    np.testing.assert_allclose(found.riemann, exact.riemann, atol=1e-11 * np.max(np.abs(exact.riemann)))


def _log_normal(z):
    radii = jnp.stack(log_radii_squared(THREEFOLD, z))
    charges, t = jnp.asarray(np.array(THREEFOLD.charges, dtype=float)), jnp.asarray(THREEFOLD.polarisation)
    rows = THREEFOLD.jacobian(z) * jnp.exp(0.5 * ((radii - jnp.log(t)) @ charges))[None]
    return jnp.log(small_determinant(rows @ rows.conj().T).real)


def test_normal_form_is_the_hessian_of_its_potential(points):
    def both(at):
        jet = real_function_jet(_log_normal, at.z, tangent_frame(THREEFOLD, at))
        return closed_forms(THREEFOLD, at).determinant, jet.hermitian()[0]

    found, exact = jax.jit(jax.vmap(both))(points.rows(slice(5)).at)
    np.testing.assert_allclose(found, exact, atol=1e-11 * np.max(np.abs(exact)))


@pytest.mark.slow
def test_euler_number_of_an_intersection_in_a_product():
    sample = concentrated_sample(THREEFOLD, 1000, 4)

    def values(at):
        c = chern_densities(reference_curvature(THREEFOLD, at), residue(THREEFOLD, at))
        return c["c3"], control_densities(THREEFOLD, _none, at)

    euler, controls = map_points(values, sample.points, together=50)
    means = per_line(controls, sample) / kahler_volume(THREEFOLD)
    errors = np.std(means, axis=0) / math.sqrt(sample.lines)
    assert np.all(np.abs(means.mean(axis=0) - 1) < 4.5 * errors)
    found = controlled_integral(THREEFOLD, euler, controls, sample)
    exact = chern_numbers(THREEFOLD)["c3"]
    assert abs(found.value - exact) < 4 * found.error < 0.2 * abs(exact)
