from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms, g2
from g2links.errors import InputError

FIGURES = {
    "d_eta_minus_omega",
    "d_phi_minus_omega2",
    "d_psi",
    "phi_wedge_psi_over_vol",
    "psi_minus_star_phi",
    "metric_minus_induced",
    "positive",
}
EXACT = {"phi_wedge_psi_over_vol": 7.0, "positive": 1.0}


def autodiff(field, p):
    return forms.exterior_derivative(field, p=p)


def figures(fields, x, derivative=autodiff, **options):
    metric = g2.heisenberg().metric
    found = g2.structure_errors(fields, x, metric(x), derivative, **options)
    return {name: float(value) for name, value in found.items()}


@pytest.fixture
def x(rng):
    return jnp.array(rng.normal(size=7))


@pytest.mark.parametrize("volume_of", ["induced", "metric"])
def test_the_contact_calabi_yau_model_has_no_errors(x, volume_of):
    found = figures(g2.heisenberg(), x, volume_of=volume_of)
    assert set(found) == FIGURES
    for name, value in found.items():
        assert abs(value - EXACT.get(name, 0.0)) < 2e-14, name


def test_flux_finds_no_errors_either(x):
    found = figures(g2.heisenberg(), x, lambda f, p: forms.flux_derivative(f, p=p, epsilon=1e-2))
    assert max(found["d_eta_minus_omega"], found["d_phi_minus_omega2"], found["d_psi"]) < 1e-11


def test_each_figure_sees_its_own_error_and_its_size(x):
    exact = g2.heisenberg()
    wrong = replace(exact, omega=lambda y: 1.1 * g2.flat_omega())
    found = figures(wrong, x)
    np.testing.assert_allclose(found["d_eta_minus_omega"], 0.1 / 1.1, rtol=1e-9)
    np.testing.assert_allclose(found["d_phi_minus_omega2"], 0.21 / 1.21, rtol=1e-9)
    found = figures(replace(exact, psi=lambda y: (1.0 + y[0]) * exact.psi(y)), x)
    np.testing.assert_allclose(found["psi_minus_star_phi"], abs(x[0]), rtol=1e-9)
    np.testing.assert_allclose(found["phi_wedge_psi_over_vol"], 7.0 * (1.0 + x[0]), rtol=1e-9)
    assert found["d_psi"] > 0.5
    found = figures(replace(exact, metric=lambda y: 1.2 * exact.metric(y)), x)
    np.testing.assert_allclose(found["metric_minus_induced"], 0.2, rtol=1e-9)


def test_psi_with_a_plus_sign_is_caught(x):
    exact = g2.heisenberg()
    plus = replace(exact, psi=lambda y: g2.contact_psi(exact.eta(y), g2.flat_omega(), -g2.flat_upsilon().imag))
    np.testing.assert_allclose(figures(plus, x)["phi_wedge_psi_over_vol"], -1.0, rtol=1e-12)


def test_the_metric_volume_is_that_of_the_metric(x):
    exact = g2.heisenberg()
    scaled = replace(exact, metric=lambda y: 4.0 * exact.metric(y))
    found = figures(scaled, x, volume_of="metric")["phi_wedge_psi_over_vol"]
    np.testing.assert_allclose(found, 7.0 / 2.0**7, rtol=1e-12)


@pytest.mark.usefixtures("as_users_run")
def test_fields_without_a_metric_have_one_figure_less(x):
    without = replace(g2.heisenberg(), metric=None)
    assert set(figures(without, x)) == FIGURES - {"metric_minus_induced"}
    with pytest.raises(InputError, match="volume_of"):
        figures(without, x, volume_of="metric")
    with pytest.raises(InputError, match="volume_of"):
        figures(g2.heisenberg(), x, volume_of="other")


def test_a_degenerate_phi_is_never_hidden(x):
    found = figures(replace(g2.heisenberg(), phi=lambda y: 0.0 * jnp.ones(35)), x)
    assert found["positive"] == 0.0
    assert not np.isfinite(found["psi_minus_star_phi"])
    assert not np.isfinite(found["phi_wedge_psi_over_vol"])


def test_figures_of_many_points_by_vmap(rng):
    fields, points = g2.heisenberg(), jnp.array(rng.normal(size=(3, 7)))
    errors = partial(g2.structure_errors, fields, derivative=autodiff)
    found = jax.jit(jax.vmap(lambda x: errors(x, reference_metric=fields.metric(x))))(points)
    assert {name: value.shape for name, value in found.items()} == dict.fromkeys(FIGURES, (3,))
