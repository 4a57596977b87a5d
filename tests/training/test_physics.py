"""Identities in the loss."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.checks.identities import derivative, seen_by
from g2links.checks.learned import learned_fields
from g2links.errors import InputError
from g2links.g2.identities import structure_errors
from g2links.g2.metric import induced_metric
from g2links.training import train
from g2links.training.physics import (
    TERMS,
    identity_residuals,
    mean_identity_loss,
    prepare_identities,
    prepare_tangents,
)
from g2links.varieties.charts import SliceChart, origin
from tests.training.settings import physics, settings


def residuals_of(model, row):
    point = jax.jit(lambda r: prepare_tangents(model.architecture, r))(row)
    return jax.jit(lambda state, p: identity_residuals(model.architecture, state, p))(model.state, point)


def at(rows, i):
    return jax.tree.map(lambda column: jnp.asarray(column[i]), rows)


@pytest.mark.parametrize(("task", "exact"), [("metric", "d_eta"), ("4form", "d_psi")])
def test_a_potential_has_no_residual(make_model, rows, task, exact):
    residuals = residuals_of(make_model("potential", task, noise=1.0), at(rows[task], 7))
    assert set(residuals) == set(TERMS[task])
    np.testing.assert_allclose(residuals[exact], 0.0, atol=1e-9)


def test_the_terms_are_the_figures_of_the_checks(make_model, rows):
    model, row = make_model("shared", "3form"), at(rows["3form"], 11)
    chart = SliceChart(row.at, jnp.zeros(()))
    metric = forms.unpack_symmetric(row.metric, 7)

    @jax.jit
    def figures(x):
        derive = derivative("autodiff")
        fields = learned_fields(chart, model.tensor, None, None, "star", seen_by(derive, x))
        omega = fields.omega(x)
        squared = forms.wedge(omega, omega, p=2, q=2, n=7)
        scales = forms.norm(squared, metric, p=4) / np.sqrt(12), forms.norm(omega, metric, p=2) / np.sqrt(3)
        return structure_errors(fields, x, metric, derive), scales

    errors, (squared, omega) = figures(origin(chart))
    lengths = {name: np.linalg.norm(value) for name, value in residuals_of(model, row).items()}
    np.testing.assert_allclose(lengths["d_phi"], errors["d_phi_minus_omega2"] * squared, rtol=1e-8)
    np.testing.assert_allclose(lengths["d_eta"], errors["d_eta_minus_omega"] * omega, rtol=1e-8)
    np.testing.assert_allclose(lengths["d_psi"], errors["d_psi"], rtol=1e-8)


@pytest.mark.usefixtures("as_users_run")
def test_volume_and_positivity_see_what_they_are_for(make_model, rows):
    model, row = make_model("direct", "3form"), at(rows["3form"], 5)
    architecture = model.architecture
    point = jax.jit(lambda r: prepare_tangents(architecture, r))(row)

    def residuals(components):
        class Fixed:
            task = architecture.task

            def evaluate(self, weights, geometry, key):
                return components + 0.0 * geometry.inputs[0]

        return identity_residuals(Fixed(), model.state, point)

    exact = residuals(row.components)
    metrics = induced_metric(row.components), forms.unpack_symmetric(row.metric, 7)
    induced, given = (np.sqrt(np.linalg.det(np.asarray(g))) for g in metrics)
    np.testing.assert_allclose(7 + exact["volume"], 7 * induced / given, rtol=1e-10)
    np.testing.assert_array_equal(exact["positivity"], 0.0)
    eightfold = residuals(8 * row.components)
    ratio = (7 + eightfold["volume"][0]) / (7 + exact["volume"][0])
    np.testing.assert_allclose(ratio, 8 ** (7 / 3), rtol=1e-10)
    assert np.max(residuals(row.components.at[:10].multiply(-1.0))["positivity"]) > 0.01


def test_the_share_grows_from_start_to_ramp():
    weights = physics(d_phi=1.0, start_epoch=3, ramp_epochs=4)
    assert [weights.share(epoch) for epoch in range(9)] == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"d_phi": -1.0}, "d_phi"), ({"volume": float("nan")}, "volume"), ({"ramp_epochs": 0}, "ramp_epochs")],
)
def test_weights_that_make_no_sense_are_refused(changes, field):
    with pytest.raises(InputError) as caught:
        physics(**changes)
    assert caught.value.field == f"physics.{field}"


def test_a_potential_refuses_them(make_model, rows):
    chosen = settings(epochs=1, physics=physics(d_phi=1.0))
    with pytest.raises(InputError, match="by construction"):
        train(make_model("potential"), rows["3form"], rows["3form"], chosen)


@pytest.mark.parametrize(
    ("kind", "task", "term"),
    [pytest.param("shared", "3form", "d_phi", marks=pytest.mark.slow), ("direct", "4form", "d_psi")],
)
def test_training_with_them_lowers_them(make_model, rows, kind, task, term):
    training, held_out = (rows[task].part(part) for part in (slice(300), slice(300, 400)))
    without = settings(epochs=15, batch_size=50, learning_rate=5e-3)
    weights = physics(**{term: 1.0}, points=100, batch_size=10)
    found = []
    for chosen in (without, replace(without, physics=weights)):
        model = make_model(kind, task, noise=0.0)
        train(model, training, held_out, chosen)
        data = prepare_identities(model.architecture, jax.tree.map(jnp.asarray, held_out))
        found.append(float(mean_identity_loss(model.architecture, (term,), model.state, data, jnp.ones(1))))
    assert found[1] < 0.7 * found[0]
