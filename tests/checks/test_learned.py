"""The model check has the same figures for every family and either source of ψ."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.checks.learned import model_errors
from g2links.g2.metric import induced_metric

COMMON = {"d_eta_minus_omega", "d_phi_minus_omega2", "d_psi", "phi_wedge_psi_over_vol", "positive", "phi_error"}


MODELS = {"phi_model": "3form", "metric_model": "metric", "psi_model": "4form"}


def unpacked(metrics):
    upper = np.zeros((len(metrics), 7, 7))
    upper[:, *np.triu_indices(7)] = metrics
    return upper + np.triu(upper, 1).transpose(0, 2, 1)


def no_derivative(field, p):
    """In place of d, which is tested elsewhere and takes long to compile."""
    return lambda x: jnp.zeros(math.comb(7, p + 1))


@pytest.mark.parametrize(("kind", "method"), [("direct", "model"), ("ambient", "star"), ("potential", "model")])
def test_the_learned_metric_is_compared_with_that_of_the_learned_phi(make_model, link, points, rows, kind, method):
    few = points.rows(slice(3))
    networks = {name: make_model(kind, task) for name, task in MODELS.items()}
    found = model_errors(link, few, psi_method=method, d=no_derivative, **networks)
    assert set(found) == {*COMMON, "psi_minus_star_phi", "metric_minus_induced", "metric_error", "psi_error"}
    learned, exact = (
        unpacked(networks["metric_model"].in_charts(few.at)),
        unpacked(rows["metric"].components[:3]),
    )
    induced = jax.jit(jax.vmap(induced_metric))(networks["phi_model"].in_charts(few.at))
    frames = np.linalg.inv(np.linalg.cholesky(exact))
    difference, size = (frames @ np.asarray(g) @ frames.transpose(0, 2, 1) for g in (learned - induced, induced))
    expected = np.linalg.norm(difference, axis=(1, 2)) / np.linalg.norm(size, axis=(1, 2))
    np.testing.assert_allclose(found["metric_minus_induced"], expected, rtol=1e-7)
    assert np.all(expected > 1e-6)


def test_figures_without_a_network_for_them_are_left_out(make_model, link, points):
    few = points.rows(slice(2))
    assert set(model_errors(link, few, phi_model=make_model("ambient"), d=no_derivative)) == COMMON
