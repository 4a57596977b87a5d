import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError
from g2links.g2.metric import is_positive
from g2links.links.structure import ContactCalabiYau
from g2links.networks.tasks import TASKS, change_frame
from g2links.storage.keras_files import load_model, save_model
from g2links.training import LinkModel
from g2links.varieties.charts import SliceChart, complex_coordinates, embed, origin, selector, slice_chart
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.real_points import complex_points

KINDS = ("direct", "ambient", "shared", "potential")
FORMS = ("3form", "4form")


def chart_at(points, i, theta=0.3):
    return SliceChart(jax.tree.map(lambda c: jnp.asarray(c[i]), points.at), jnp.asarray(theta))


def transition(polynomial, chart, other):
    """Chart coordinates -> coordinates in another chart around the same points, θ included."""

    def move(x):
        z = embed(WeightedHypersurface(polynomial), chart, complex_coordinates(x))
        moved = selector(other.centre) @ (z / z[other.centre.fixed[0]])
        return jnp.concatenate([moved.real, moved.imag, (x[6] + jnp.angle(z[other.centre.fixed[0]]))[None]])

    return move


@pytest.mark.parametrize(("kind", "task"), [("direct", "metric"), ("ambient", "4form"), ("potential", "3form")])
def test_saved_and_loaded_models_agree(make_model, arrays, tmp_path, kind, task):
    model = make_model(kind, task)
    save_model(model, tmp_path / "m_run1.keras")
    loaded = load_model(tmp_path / "m_run1.keras")
    before = np.asarray(model(arrays["link_points"][:7]))
    assert before.shape == (7, TASKS[task].components)
    assert before.dtype == np.float64
    np.testing.assert_array_equal(before, np.asarray(loaded(arrays["link_points"][:7])))
    assert loaded.get_config() == model.get_config()
    assert loaded.cy_run == 3
    assert isinstance(loaded, LinkModel)


@pytest.mark.parametrize("kind", KINDS)
def test_every_gauge_gives_the_same_components(make_model, arrays, kind):
    model = make_model(kind)
    base, link = arrays["base_points"][:20], arrays["link_points"][:20]
    scaled = (2 - 1j) * complex_points(base)
    z = np.concatenate([scaled.real, scaled.imag], axis=1)
    for points in (link, z):
        np.testing.assert_allclose(model(points), model(base), atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_float64_reaches_the_output(make_model, arrays, kind):
    model = make_model(kind, activation="tanh")
    z = complex_points(arrays["base_points"][:1])[0]
    chart = slice_chart(model.variety, z, indices=(arrays["drop_ones"][0], arrays["drop_maxs"][0]))
    field, x = jax.jit(model.field(chart)), origin(chart)
    slope = jax.jit(jax.jacfwd(field))(x)[:, 0]
    moved = field(x.at[0].add(1e-10)) - field(x)
    np.testing.assert_allclose(moved, 1e-10 * slope, atol=1e-14)
    assert jnp.max(jnp.abs(moved)) > 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_is_the_prediction_and_can_be_differentiated(make_model, points, rows, kind):
    model, chart = make_model(kind), chart_at(points, 4)
    field, x = jax.jit(model.field(chart)), origin(chart)
    np.testing.assert_allclose(field(x), model.in_charts(points.rows(slice(4, 5)).at)[0], atol=1e-12)
    slope, step = jax.jit(jax.jacfwd(field))(x), 1e-5
    for i in range(7):
        unit = jnp.zeros(7).at[i].set(step)
        np.testing.assert_allclose(slope[:, i], (field(x + unit) - field(x - unit)) / (2 * step), atol=2e-7)
    np.testing.assert_array_equal(slope[:, 6], 0.0)


@pytest.mark.parametrize(
    ("kind", "task"),
    [("ambient", "3form"), ("ambient", "metric"), ("ambient", "4form"), ("shared", "3form"), ("potential", "3form")],
)
def test_global_models_agree_in_every_chart(make_model, quintic, points, kind, task):
    model, chart = make_model(kind, task), chart_at(points, 8)

    @jax.jit
    def here_and_there(one, el):
        other = slice_chart(WeightedHypersurface(quintic), chart.centre.z, indices=(one, el))
        move, x = transition(quintic, chart, other), origin(chart)
        return model.field(chart)(x), change_frame(TASKS[task], model.field(other)(move(x)), jax.jacfwd(move)(x))

    for one, el in ((0, 1), (2, 4), (3, 0)):
        here, pulled = here_and_there(jnp.asarray(one), jnp.asarray(el))
        np.testing.assert_allclose(pulled, here, atol=1e-10 * float(jnp.max(jnp.abs(here))))


@pytest.mark.parametrize("kind", KINDS[:3])
def test_metrics_are_positive_whatever_the_weights(make_model, points, kind):
    charts = points.rows(slice(50)).at
    metric = make_model(kind, "metric", noise=3.0).in_charts(charts)
    assert np.all(np.linalg.eigvalsh(jax.vmap(lambda g: forms.unpack_symmetric(g, 7))(metric)) > 0)
    if kind != "direct":
        phi = make_model(kind, "3form", noise=3.0).in_charts(charts)
        assert bool(jnp.all(jax.jit(jax.vmap(is_positive))(phi)))


@pytest.mark.parametrize("task", FORMS)
def test_a_potential_keeps_the_identities(make_model, points, task):
    model, chart = make_model("potential", task, noise=1.0), chart_at(points, 3)
    degree, x = TASKS[task].degree, origin(chart)
    derivative = jax.jit(forms.exterior_derivative(model.field(chart), p=degree))(x)
    expected = jnp.zeros(21)
    if task == "3form":
        omega = forms.interior(jnp.eye(7)[6], model.field(chart)(x), p=3)
        expected = forms.wedge(omega, omega, p=2, q=2, n=7)
    np.testing.assert_allclose(derivative, expected, atol=1e-10 * (1 + float(jnp.max(jnp.abs(expected)))))


def test_a_potential_model_is_the_structure_of_its_potential(make_model, quintic, link, points):
    model, chart = make_model("potential"), chart_at(points, 2)
    potential = model.architecture.potential(model.state)
    exact = ContactCalabiYau(quintic, potential, link.normalisation).phi(chart, origin(chart))
    np.testing.assert_allclose(model.field(chart)(origin(chart)), exact, atol=1e-12)


def test_constant_components_are_exact(make_model, rows, points):
    prediction = np.asarray(make_model("direct", "metric", noise=1.0).in_charts(points.rows(slice(30)).at))
    np.testing.assert_array_equal(prediction[:, 27], 1.0)
    assert np.all(np.isfinite(prediction))


@pytest.mark.parametrize("kind", KINDS)
def test_the_configuration_is_plain(make_model, kind):
    model = make_model(kind)
    config = keras.saving.serialize_keras_object(model)
    assert config["registered_name"] == "g2links>LinkModel"
    rebuilt = LinkModel.from_config(model.get_config())
    rebuilt.assign(model.state)
    assert rebuilt.get_config() == model.get_config()


@pytest.mark.parametrize(("kind", "meant"), [("direct", "gelu_tanh"), ("ambient", "gelu_tanh"), ("potential", "gelu")])
def test_gelu_in_models_of_the_first_format_means_what_it_meant(make_model, arrays, kind, meant):
    model = make_model(kind, activation=meant)
    config = model.get_config()
    assert config["architecture"]["activation"] == meant
    assert LinkModel.from_config(config).architecture.activation == meant
    del config["format"]
    config["architecture"]["activation"] = "gelu"
    loaded = LinkModel.from_config(config)
    loaded.assign(model.state)
    assert loaded.architecture.activation == meant
    points = arrays["link_points"][:5]
    np.testing.assert_array_equal(np.asarray(loaded(points)), np.asarray(model(points)))


def test_gelu_in_new_models_is_exact(make_model, arrays, tmp_path):
    exact, approximate = (make_model("direct", activation=name) for name in ("gelu", "gelu_tanh"))
    save_model(exact, tmp_path / "m_run1.keras")
    loaded, points = load_model(tmp_path / "m_run1.keras"), arrays["link_points"][:5]
    np.testing.assert_array_equal(np.asarray(loaded(points)), np.asarray(exact(points)))
    assert np.max(np.abs(np.asarray(exact(points)) - np.asarray(approximate(points)))) > 1e-8


@pytest.mark.parametrize(
    ("task", "architecture", "field"),
    [
        ("2form", {"kind": "direct", "widths": [4], "symmetric": True}, "task"),
        ("3form", {"kind": "magic", "widths": [4]}, "architecture"),
        ("3form", {"kind": "direct", "widths": [4], "symmetric": True, "heads": 2}, "architecture"),
        ("3form", {"kind": "direct", "widths": [0], "symmetric": True}, "widths"),
        ("3form", {"kind": "ambient", "widths": [4], "activation": "step"}, "activation"),
        ("3form", {"kind": "ambient", "widths": [4], "dropout": 1.0}, "dropout"),
    ],
)
def test_bad_arguments_are_named(quintic, task, architecture, field):
    with pytest.raises(InputError) as caught:
        LinkModel(quintic.to_config(), task, architecture, 2.0)
    assert caught.value.field == field


def test_weights_of_another_shape_are_refused(make_model):
    with pytest.raises(InputError, match="shapes"):
        make_model("direct").assign(make_model("ambient").state)
