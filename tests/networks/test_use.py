"""A model as plain functions of points and of chart coordinates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.errors import InputError
from g2links.varieties.charts import ChartPoint


@pytest.fixture
def models(make_model):
    return {task: make_model("ambient", task) for task in ("3form", "metric", "4form")}


def at_centre(model, name, **options):
    """`model.phi` and the like at the centre of the chart around a point, compiled."""

    @jax.jit
    def value(point):
        chart = model.chart(point, **options)
        return getattr(model, name)(chart, model.origin(chart))

    return value


@pytest.mark.parametrize(("name", "task"), [("phi", "3form"), ("psi", "4form"), ("metric", "metric")])
def test_forms_at_the_centre_of_the_chart_are_the_prediction(models, points, name, task):
    row = np.concatenate([points.z[5].real, points.z[5].imag])
    value = at_centre(models[task], name, theta=0.3)(points.z[5] * (0.2 + 2j))
    packed = forms.pack_symmetric(value) if task == "metric" else value
    np.testing.assert_allclose(packed, models[task](row[None])[0], rtol=1e-9, atol=1e-11)


def test_real_points_and_other_charts(models, points):
    model = models["3form"]
    row = jnp.concatenate([points.z[0].real, points.z[0].imag])
    one, el = (int(points.at.fixed[0, 0]) + 1) % 5, (int(points.at.fixed[0, 0]) + 2) % 5
    chart = jax.jit(lambda p: model.chart(p, 0.3, (one, el)))(row)
    assert (*chart.centre.fixed, *chart.centre.solved, float(chart.theta)) == (one, el, 0.3)
    np.testing.assert_allclose(chart.centre.z, points.z[0] / points.z[0, one], rtol=1e-12)
    expected = model.in_charts(ChartPoint(points.z[:1] / points.z[0, one], np.array([[one]]), np.array([[el]])))[0]
    found = at_centre(model, "phi", indices=(one, el))(row)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def test_the_plain_function_is_the_model_and_can_be_differentiated(models, points):
    model = models["3form"]
    rows = np.concatenate([points.z[:4].real, points.z[:4].imag], axis=1)
    function = model.function()
    np.testing.assert_allclose(jax.jit(jax.vmap(function))(rows), model(rows), rtol=1e-12, atol=1e-13)
    _, along = jax.jit(lambda p: jax.jvp(function, (p,), (p,)))(jnp.asarray(rows[0]))
    np.testing.assert_allclose(along, 0, atol=1e-9)  # nothing depends on the scale of the point


def test_a_network_of_another_task_is_named(models, points):
    model = models["metric"]
    with pytest.raises(InputError, match=r"load_link_model\('3form'\)"):
        at_centre(model, "phi")(points.z[0])
