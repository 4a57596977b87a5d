"""Every model judges its points, and takes any number of them, none included."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.errors import InputError
from g2links.measures.monge_ampere import metric_function
from g2links.networks.cy_model import CalabiYauMetric
from g2links.networks.model import LinkModel
from g2links.networks.own import register_network
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.real_points import real_points
from g2links.varieties.residue import residue
from tests.networks.samples import NETWORKS

OFF_V = ([[1, 1, 1, 1, 1, 0, 0, 0, 0, 0]], "not on f = 0")


def own(quintic, link):
    """A network of the user's."""
    register_network(lambda w, at: w * jnp.abs(at.z[0]) ** 2, np.linspace(0.5, 1.0, 35), "3form", "of_the_tests")
    model = LinkModel(quintic.to_config(), "3form", {"kind": "own", "name": "of_the_tests"}, link.normalisation)
    model.assign(model.state._replace(trainable=(np.linspace(0.5, 1.0, 35),)))
    return model


def metric_model(kind, quintic, points):
    """A Calabi-Yau metric, near the reference one."""
    variety = WeightedHypersurface(quintic)
    features = InvariantFeatures(variety, 1, False)
    if kind == "hermitian":
        ansatz = HermitianAnsatz(Sections(variety, 1))
        parameters = tuple(map(jnp.asarray, ansatz.start()))
    else:
        ansatz = AlgebraicAnsatz(features) if kind == "algebraic" else NeuralAnsatz(features, (3,))
        sample = np.asarray(jax.vmap(features)(points.z[:50]))
        parameters = ansatz.initial(np.random.default_rng(0), sample)
    return CalabiYauMetric.from_potential(variety, KahlerPotential(ansatz, tuple(parameters)), 2.0)


@pytest.fixture
def model(request, make_model, quintic, link, points):
    kind = request.param
    if kind == "own":
        return own(quintic, link)
    if kind.startswith("cy "):
        return metric_model(kind.removeprefix("cy "), quintic, points)
    return make_model(kind)


EVERY = pytest.mark.parametrize("model", [*NETWORKS, "own", "cy algebraic", "cy neural", "cy hermitian"], indirect=True)


@EVERY
def test_batches_of_no_point_and_of_one(model, points):
    one = real_points(points.z[:1])
    before = np.asarray(model(one))
    assert len(before) == 1
    for call in (model, model.predict, model.predict_on_batch):
        empty = np.asarray(call(np.zeros((0, 10))))
        assert (empty.shape, empty.dtype) == ((0, *before.shape[1:]), before.dtype)
    np.testing.assert_array_equal(np.asarray(model(one)), before)
    np.testing.assert_allclose(model.predict(one, verbose=0), before, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("model", ["shared", "cy algebraic"], indirect=True)
class TestPoints:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            OFF_V,
            (np.zeros((1, 10)), "origin"),
            (np.full((1, 10), np.nan), "finite"),
            (np.ones((2, 4)), "shape"),
            (np.ones((1, 10), dtype=complex), "shape"),
            (np.ones((2, 3, 10)), "shape"),
            ([["a"] * 10], "numbers"),
        ],
    )
    def test_what_is_no_point_of_the_variety_is_refused(self, model, given, words):
        for call in (model, model.predict, model.predict_on_batch):
            with pytest.raises(InputError, match=f"points: .*{words}"):
                call(given)

    def test_interleaved_and_rounded_points_are_refused(self, model, points):
        z = points.z[:4]
        interleaved = np.stack([z.real, z.imag], axis=2).reshape(4, 10)
        for rows in (interleaved, real_points(z).astype(np.float32)):
            with pytest.raises(InputError, match=r"not on f = 0.*\(point \d\)"):
                model(rows)

    def test_complex_points_lists_and_jax_arrays_are_taken(self, model, points):
        z = points.z[:3]
        expected = np.asarray(model(real_points(z)))
        for rows in (z, real_points(z).tolist(), jnp.asarray(z), jnp.asarray(real_points(z))):
            np.testing.assert_allclose(model(rows), expected, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(model(z[0]), expected[:1], rtol=1e-12, atol=1e-13)

    def test_inside_jit_shapes_are_judged_and_values_are_not(self, model, points):
        rows = jnp.asarray(real_points(points.z[:3]))
        np.testing.assert_allclose(jax.jit(model)(rows), model(rows), rtol=1e-9, atol=1e-12)
        assert jax.jit(model)(jnp.ones((1, 10))).shape[0] == 1
        with pytest.raises(InputError, match=r"shape \(1, 4\)"):
            jax.jit(model)(jnp.ones((1, 4)))


@pytest.mark.parametrize("model", ["cy algebraic"], indirect=True)
def test_the_potential_judges_its_points_too(model, points):
    u = model.potential(points.z[:3])
    np.testing.assert_allclose(model.potential(real_points(points.z[:3])), u, rtol=1e-12, atol=1e-14)
    assert model.potential(np.zeros((0, 10))).shape == (0,)
    with pytest.raises(InputError, match=OFF_V[1]):
        model.potential(OFF_V[0])


@pytest.mark.parametrize("model", ["shared"], indirect=True)
@pytest.mark.usefixtures("as_users_run")
def test_functions_of_one_point_refuse_several(model, points):
    rows = real_points(points.z[:10])
    for call in (model.chart, model.function()):
        for given in (rows, rows[:2], points.z[:5]):
            with pytest.raises(InputError, match="one point"):
                call(given)
        with pytest.raises(InputError, match=OFF_V[1]):
            call(OFF_V[0][0])
    chart = model.chart(points.z[0])
    with pytest.raises(InputError, match="one point"):
        model.phi(chart, jnp.stack([model.origin(chart)] * 2))


@pytest.mark.parametrize("value", [-2.0, 0.0, np.nan, np.inf, "2", True, None])
@pytest.mark.usefixtures("as_users_run")
def test_a_normalisation_that_is_not_positive_is_refused(quintic, value):
    with pytest.raises(InputError, match=r"normalisation: .*positive"):
        LinkModel(quintic.to_config(), "3form", NETWORKS["potential"], value)


def test_ratio_and_eigenvalues_of_a_metric_depend_on_the_point_of_v_alone(quintic, points):
    """Their gauge does not matter, and both follow from g."""
    model = metric_model("algebraic", quintic, points)
    z = points.z[:20]
    ratio, values = model.ratio(z), model.eigenvalues(z)
    turned = z * (1.3 * np.exp(0.7j))
    np.testing.assert_allclose(model.ratio(turned), ratio, rtol=1e-12)
    np.testing.assert_allclose(model.eigenvalues(real_points(turned)), values, rtol=1e-12)
    g, reference = metric_function(model.variety, model.kahler_potential)(points.rows(slice(20)))
    determinants = np.linalg.det(g).real
    np.testing.assert_allclose(values.prod(axis=1), determinants / np.linalg.det(reference).real, rtol=1e-12)
    h = np.asarray(jax.vmap(lambda at: residue(model.variety, at))(points.rows(slice(20)).at))
    np.testing.assert_allclose(ratio, 8 * determinants / abs(h) ** 2 / model.normalisation**2, rtol=1e-12)
    assert (np.diff(values, axis=1) >= 0).all()
    assert (model.ratio(z[:0]).shape, model.eigenvalues(z[:0]).shape) == ((0,), (0, 3))
    for function in (model.ratio, model.eigenvalues):
        with pytest.raises(InputError, match=OFF_V[1]):
            function(np.array(OFF_V[0]))
