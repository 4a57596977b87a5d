"""Networks on the links of polynomials with weights other than 1."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.links.dataset import sample_link
from g2links.links.structure import ContactCalabiYau
from g2links.networks.equivariants import Equivariants, charged_monomials
from g2links.networks.inputs import separating_features
from g2links.networks.tasks import TASKS, change_frame
from g2links.training import LinkModel, link_rows
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.charts import (
    ChartPoint,
    SliceChart,
    act,
    complex_coordinates,
    embed,
    origin,
    selector,
    slice_chart,
)
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.real_points import real_points

F = WeightedHypersurface(from_catalogue("p11226(0.12)"))
WEIGHTS = np.array(F.weights)
NETWORKS = {
    "direct": {"kind": "direct", "widths": [8], "symmetric": True},
    "ambient": {"kind": "ambient", "widths": [8]},
    "potential": {"kind": "potential", "widths": [4], "degree": 3, "symmetric": True},
}


@pytest.fixture(scope="module")
def points():
    return F.sample(60, 9)


@pytest.fixture(scope="module")
def arrays(points):
    link = ContactCalabiYau(F, lambda z: jnp.zeros(()), 1.4)
    return next(iter(sample_link(link, points, 2, np.random.default_rng(0))))


@pytest.fixture(scope="module")
def model_of(arrays):
    def make(kind, task="3form", noise=0.3):
        model = LinkModel(F.to_config(), task, NETWORKS[kind], 1.4)
        model.initialise(link_rows(arrays, task), 0)
        rng, state = np.random.default_rng(1), model.state
        moved = tuple(np.asarray(p) + noise * rng.normal(size=p.shape) * np.std(p) for p in state.trainable)
        model.assign(state._replace(trainable=moved))
        return model

    return make


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_representative_of_a_point_gives_the_same_components(model_of, points, kind, rng):
    model = model_of(kind)
    scale = np.exp(0.3 * rng.normal(size=60) + 2j * np.pi * rng.random(60))
    moved = scale[:, None] ** WEIGHTS * points.z
    expected = np.asarray(model(real_points(points.z)))
    np.testing.assert_allclose(model(real_points(moved)), expected, atol=1e-8 * np.max(np.abs(expected)))


@pytest.mark.parametrize(("kind", "task"), [("ambient", "3form"), ("ambient", "metric"), ("potential", "4form")])
def test_global_models_agree_in_every_chart(model_of, points, kind, task):
    model = model_of(kind, task)
    home = slice_chart(F, jnp.asarray(points.z[8]))
    one = next(i for i in range(5) if i != int(home.centre.fixed[0]) and abs(home.centre.z[i]) > 0.1)
    slopes = np.abs(F.polynomial.gradient(home.centre.z))
    el = max((i for i in range(5) if i != one), key=lambda i: slopes[i])
    base = act(F, -jnp.log(home.centre.z[one])[None] / WEIGHTS[one], home.centre.z)
    other = SliceChart(ChartPoint(base, jnp.array([one]), jnp.array([el])), jnp.zeros(()))

    @jax.jit
    def move(x):
        z = embed(F, home, complex_coordinates(x))
        turn = jnp.log(z[one]) / WEIGHTS[one]
        w = selector(other.centre) @ act(F, -turn[None], z)
        return jnp.concatenate([w.real, w.imag, (x[6] + turn.imag)[None]])

    x = origin(home)
    here = jax.jit(model.field(home))(x)
    there = jax.jit(model.field(other))(move(x))
    pulled = change_frame(TASKS[task], there, jax.jit(jax.jacfwd(move))(x))
    np.testing.assert_allclose(pulled, here, atol=1e-9 * float(jnp.max(jnp.abs(here))))


def test_ambient_metrics_are_positive_and_start_at_the_reference(model_of, points):
    model = model_of("ambient", "metric", noise=3.0)
    metric = jax.vmap(lambda g: forms.unpack_symmetric(g, 7))(model.in_charts(points.at))
    assert np.all(np.linalg.eigvalsh(metric) > 0)
    zero = tuple(np.zeros_like(p) for p in model.state.trainable)
    model.assign(model.state._replace(trainable=zero))
    link = ContactCalabiYau(F, lambda z: jnp.zeros(()), 1.4)
    reference = next(iter(sample_link(link, points, 1, np.random.default_rng(0))))["g2_metrics"]
    np.testing.assert_allclose(model.in_charts(points.at), reference, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("weights", [(1, 1, 1, 1, 1), (1, 1, 1, 2, 5), (1, 1, 2, 2, 6)])
def test_equivariants_turn_with_the_circle(weights, rng):
    maps = Equivariants(weights)
    w, angle = np.array(weights), rng.uniform(0, 2 * np.pi)
    zeta = jnp.asarray(rng.normal(size=5) + 1j * rng.normal(size=5))
    coefficients = jnp.asarray(rng.normal(size=maps.count))
    evaluate = jax.jit(lambda z: maps.matrices(coefficients, z))
    phase = np.exp(1j * angle * w)
    (b, c), (turned_b, turned_c) = evaluate(zeta), evaluate(phase * zeta)
    np.testing.assert_allclose(b, b.conj().T, atol=1e-12)
    np.testing.assert_allclose(turned_b, phase.conj()[:, None] * b * phase[None], atol=1e-9)
    np.testing.assert_allclose(turned_c, phase.conj() * c, atol=1e-9)
    if set(weights) == {1}:
        assert maps.count == 75
    for charge in range(-4, 6):
        for p, q in charged_monomials(weights, charge):
            assert np.dot(w, p) - np.dot(w, q) == charge


@pytest.mark.parametrize("name", ["fermat_quintic", "p11114", "p11125", "p11226"])
def test_inputs_separate_points_and_do_not_depend_on_the_gauge(name, rng):
    f = from_catalogue(name)
    variety = WeightedHypersurface(f)
    features, w = separating_features(variety), np.array(f.weights)
    z = variety.sample(30, int(rng.integers(2**31))).z
    evaluate = jax.jit(jax.vmap(features))
    values = np.asarray(evaluate(z))
    moved = np.exp(rng.normal(size=30) + 2j * np.pi * rng.random(30))[:, None] ** w * z
    np.testing.assert_allclose(evaluate(moved), values, atol=1e-11)
    distances = np.linalg.norm(values[:, None] - values[None], axis=2) + np.eye(30)
    assert np.min(distances) > 1e-3
    turned = z.copy()
    turned[:, 4] *= np.exp(2j * np.pi / (f.degree // f.weights[4]))
    assert np.min(np.linalg.norm(np.asarray(evaluate(turned)) - values, axis=1)) > 1e-9
