import itertools
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.power_series import IndexSet, coordinates
from g2links.calculus.through import through
from g2links.measures.curvature import chern_densities, curvature, curvature_of
from g2links.measures.pointwise import relative_distance
from g2links.potentials.families import KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.metric import hermitian_determinant, hermitian_metric
from g2links.varieties.catalogue import dwork
from g2links.varieties.charts import SliceChart, complex_coordinates, embed, origin, slice_chart
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import residue
from tests.calculus.disc import derivatives, nodes

DWORK = WeightedHypersurface(dwork(0.3 + 0.1j))


@pytest.fixture(scope="module")
def potential():
    features = InvariantFeatures(DWORK, 2, True)
    ansatz = NeuralAnsatz(features, (5, 4))
    rng = np.random.default_rng(5)
    sample = np.stack([np.asarray(features(z)) for z in DWORK.sample(40, 2).z])
    return KahlerPotential(ansatz, tuple(p + 0.05 * rng.normal(size=p.shape) for p in ansatz.initial(rng, sample)))


@pytest.fixture
def place(rng):
    points = DWORK.sample(5, int(rng.integers(2**31)))
    return jax.tree.map(lambda column: jnp.asarray(column[0]), points.at)


def _on_a_chart(kahler, w):
    return jax.jit(
        lambda z: curvature_of(through(kahler, coordinates(z, jnp.eye(3), IndexSet(3, 2, 4, "holomorphic"))))
    )(w)


def _constant(g):
    return jnp.einsum("ab,cd->abcd", g, g) + jnp.einsum("ad,cb->abcd", g, g)


@pytest.mark.parametrize("sign", [1, -1])
def test_constant_holomorphic_sectional_curvature(sign, rng):
    """P^3 and the complex ball: R = ±(gg + gg), Ric = ±4 g, scalar curvature ±24."""
    w = rng.normal(size=3) + 1j * rng.normal(size=3)
    w = jnp.asarray(0.5 * w / np.linalg.norm(w))
    c = _on_a_chart(lambda z: sign * jnp.log(1 + sign * jnp.sum(jnp.abs(z) ** 2)), w)
    np.testing.assert_allclose(c.riemann, sign * _constant(c.metric), atol=1e-12)
    np.testing.assert_allclose(c.ricci, sign * 4 * c.metric, atol=1e-12)
    np.testing.assert_allclose(c.inverse.T, np.linalg.inv(c.metric), atol=1e-12)
    assert c.scalar == pytest.approx(24 * sign, rel=1e-12)
    assert c.ricci_norm == pytest.approx(4 * np.sqrt(6), rel=1e-12)
    assert c.riemann_norm == pytest.approx(np.sqrt(4 * 24), rel=1e-12)


def test_chern_forms_of_projective_space(rng):
    """c(P^3) = (1 + H)^4, form by form, because the metric is homogeneous: c_3 = 4 H³, c_2∧H = 6 H³, c_1∧H² = 4 H³."""
    w = jnp.asarray(rng.normal(size=3) + 1j * rng.normal(size=3))
    c = _on_a_chart(lambda z: jnp.log(1 + jnp.sum(jnp.abs(z) ** 2)), w)
    found = jax.jit(chern_densities)(c, jnp.asarray(2.0 + 1j))
    cube = 6 * hermitian_determinant(c.metric) / np.pi**3 / 5
    np.testing.assert_allclose(list(found.values()), np.array([4, 6, 4]) * cube, rtol=1e-11)


def test_product_of_curves_has_the_product_of_their_curvatures(rng):
    """c_3 = Π K_i/(2π) dA_i, for a metric whose three factors have different curvature."""
    w = jnp.asarray(rng.normal(size=3) + 1j * rng.normal(size=3))
    c = _on_a_chart(lambda z: jnp.sum(jnp.array([1.0, 2.0, 3.0]) * jnp.log(1 + jnp.abs(z) ** 2)), w)
    found = chern_densities(c, jnp.asarray(1.0 + 0j))
    one_curve = 2 / (1 + np.abs(w) ** 2) ** 2 / np.pi
    assert found["c3"] == pytest.approx(float(np.prod(one_curve)), rel=1e-11)
    assert c.scalar == pytest.approx(4 * (1 + 1 / 2 + 1 / 3), rel=1e-11)


def test_kahler_symmetries(potential, place):
    r = np.asarray(jax.jit(partial(curvature, DWORK, potential))(place).riemann)
    size = np.abs(r).max()
    np.testing.assert_allclose(r, np.transpose(r, (2, 1, 0, 3)), atol=1e-12 * size)
    np.testing.assert_allclose(r, np.transpose(r, (0, 3, 2, 1)), atol=1e-12 * size)
    np.testing.assert_allclose(r, np.transpose(r, (1, 0, 3, 2)).conj(), atol=1e-12 * size)


def test_curvature_agrees_with_the_metric_at_nearby_points(potential, place, rng):
    """R(·, ·, v, v̄) = -∂_v∂_v̄ g + ∂_v g g^{-1} ∂_v̄ g and Ric(v, v̄) = -∂_v∂_v̄ log det g, in the true chart, from
    values of g on a disc through the point."""
    chart = SliceChart(place, jnp.zeros(()))
    v = rng.normal(size=3) + 1j * rng.normal(size=3)
    v *= 0.3 / np.linalg.norm(v)

    @jax.jit
    @jax.vmap
    def metric(w):
        return hermitian_metric(DWORK, potential, chart.at(embed(DWORK, chart, w)))

    g = np.asarray(metric(complex_coordinates(origin(chart))[None] + jnp.asarray(nodes()[:, None] * v)))
    d = derivatives(g)
    expected = d[1, 0] @ np.linalg.inv(d[0, 0]) @ d[0, 1] - d[1, 1]
    found = jax.jit(partial(curvature, DWORK, potential))(place)
    contracted = np.einsum("abcd,c,d->ab", found.riemann, v, v.conj())
    size = np.abs(np.asarray(found.riemann)).max() * np.linalg.norm(v) ** 2
    np.testing.assert_allclose(found.metric, d[0, 0], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(contracted, expected, atol=1e-6 * size)
    log_det = derivatives(np.log(np.linalg.det(g).real))[1, 1]
    assert v @ found.ricci @ v.conj() == pytest.approx(-log_det, abs=1e-6 * size)


def test_scalars_and_chern_densities_are_the_same_in_every_chart(potential, place):
    @jax.jit
    def figures(one, el):
        chart = slice_chart(DWORK, place.z, indices=(one, el))
        c = curvature(DWORK, potential, chart.centre)
        return (
            c.scalar,
            c.ricci_norm,
            c.riemann_norm,
            *chern_densities(c, residue(DWORK, chart.centre)).values(),
        )

    values = [figures(*map(jnp.asarray, pair)) for pair in ((0, 1), (1, 0), (2, 4), (3, 2))]
    for one, other in itertools.pairwise(np.array(values)):
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)


def test_distance_of_two_metrics(rng):
    a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    g = jnp.asarray(a @ a.conj().T + np.eye(3))
    distance = jax.jit(relative_distance)
    assert distance(1.01 * g, g) == pytest.approx(0.01, rel=1e-9)
    assert distance(g, g) == 0
