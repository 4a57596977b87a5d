"""Links for weights other than 1: above the points of V with isotropy, K and its structure are as smooth as
elsewhere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.checks.identities import analytic_errors, kahlerity_errors
from g2links.links.dataset import sample_link
from g2links.links.structure import ContactCalabiYau, to_link
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.charts import ChartPoint, SliceChart, act, canonical_point, selector, slice_chart
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.sampling import Points
from g2links.varieties.real_points import complex_points

NAMES = [
    "p11226(0.12)",
    pytest.param("p11222(0.25)", marks=pytest.mark.slow),
    pytest.param("p11125(0.15)", marks=pytest.mark.slow),
]
EXACT = ("d_eta_minus_omega", "d_phi_minus_omega2", "d_psi")


def perturbed_link(f, degree=2):
    """A potential that is not Ricci-flat, from features of several degrees: those that see the coordinates which vanish
    at points with isotropy."""
    variety = WeightedHypersurface(f)
    features = InvariantFeatures(variety, degree, True)
    sample = np.asarray(jax.vmap(features)(variety.sample(100, 1).z))
    ansatz = AlgebraicAnsatz(features)
    (start,) = ansatz.initial(np.random.default_rng(0), sample)
    return ContactCalabiYau(f, KahlerPotential(ansatz, (start + 0.15 * jnp.cos(jnp.arange(len(start))),)), 1.3)


def isotropy_point(f, rng):
    """A point of X with z0 = z1 = 0, where Z2 acts trivially: on the curve z2^a + z3^a + z4^b = 0."""
    a, b = (f.degree // w for w in f.weights[3:])
    z3 = 0.9 * np.exp(2j * np.pi * rng.random())
    return np.array([0, 0, 1, z3, (-1 - z3**a) ** (1 / b)])


def all_fields(link, chart, x):
    names = ("eta", "omega", "phi", "psi", "metric", "point")
    return {name: getattr(link, name)(chart, x) for name in names}


@pytest.fixture(scope="module", params=NAMES)
def link(request):
    return perturbed_link(from_catalogue(request.param))


@pytest.fixture(scope="module")
def fields(link):
    return jax.jit(lambda chart, x: all_fields(link, chart, x))


@pytest.fixture
def place(link, rng):
    """A point with isotropy where there is one."""
    f = link.variety
    return isotropy_point(f, rng) if len(set(f.weights[2:4])) == 1 else f.sample(1, 3).z[0]


def test_identities_hold_also_at_points_with_isotropy(link, place):
    f = link.variety
    generic = f.sample(8, 2)
    chart = slice_chart(f, jnp.asarray(place))
    at = jax.tree.map(lambda g, s: np.concatenate([g, np.asarray(s)[None]]), generic.at, chart.centre)
    points = Points(at, np.ones(9), np.arange(9))
    errors = analytic_errors(link, points)
    for name in (*EXACT, "lambda_formula"):
        assert np.max(errors[name]) < 1e-9, name
    assert np.ptp(errors["lambda"]) > 0.01
    assert np.all(errors["positive"] == 1)
    assert np.max(kahlerity_errors(link, points)["d_omega"]) < 1e-9


def test_isotropy_acts_on_the_chart_by_isometries(rng):
    """Z2 takes (z_a, θ) to (±z_a, θ + π): the same point of K, so every form is invariant; K is the quotient by this
    free action, and smooth."""
    f = from_catalogue("p11222(0.25)")
    link = perturbed_link(f)
    fields = jax.jit(lambda chart, x: all_fields(link, chart, x))
    chart = slice_chart(link.variety, jnp.asarray(isotropy_point(f, rng)))
    x = link.origin(chart) + 0.05 * rng.normal(size=7)
    odd = selector(chart.centre) @ (1.0 - 2.0 * (np.array(f.weights) % 2))
    signs = np.concatenate([odd, odd, [1.0]])
    there = signs * x + np.pi * np.eye(7)[6]
    before, after = fields(chart, x), fields(chart, there)
    assert np.min(odd) == -1
    np.testing.assert_allclose(after["point"], before["point"], atol=1e-12)
    for name, p in (("eta", 1), ("omega", 2), ("phi", 3), ("psi", 4)):
        np.testing.assert_allclose(forms.pullback(after[name], np.diag(signs), p=p), before[name], atol=1e-11)
    eigenvalues = np.linalg.eigvalsh(before["metric"])
    assert eigenvalues[0] > 1e-3 * eigenvalues[-1]


def test_forms_are_the_same_in_every_chart(link, fields, place):
    f = link.variety
    weights = np.array(f.weights)
    home = slice_chart(f, jnp.asarray(place), theta=0.4)
    x = link.origin(home)
    slopes = np.abs(f.polynomial.gradient(home.centre.z))
    chosen = [i for i in range(5) if i != int(home.centre.fixed[0]) and abs(home.centre.z[i]) > 0.1]
    for one in chosen[:2]:
        el = max((i for i in range(5) if i != one), key=lambda i: slopes[i])
        base = act(f, -jnp.log(home.centre.z[one])[None] / weights[one], home.centre.z)
        other = SliceChart(ChartPoint(base, jnp.array([one]), jnp.array([el])), jnp.asarray(0.0))

        @jax.jit
        def change(y, other=other, one=one):
            z = link.gauge_point(home, y)
            turn = jnp.log(z[one]) / weights[one]
            w = selector(other.centre) @ act(f, -turn[None], z)
            return jnp.concatenate([w.real, w.imag, (y[6] + turn.imag)[None]])

        jacobian = jax.jit(jax.jacfwd(change))(x)
        here, there = fields(home, x), fields(other, change(x))
        np.testing.assert_allclose(there["point"], here["point"], atol=1e-12)
        for name, p in (("eta", 1), ("omega", 2), ("phi", 3), ("psi", 4)):
            np.testing.assert_allclose(
                forms.pullback(there[name], jacobian, p=p), here[name], atol=1e-9, err_msg=f"{name} {one} {el}"
            )
        np.testing.assert_allclose(jacobian.T @ there["metric"] @ jacobian, here["metric"], atol=1e-9)


def test_points_of_the_link_lie_on_the_sphere_and_flow_with_the_weights(link, place, rng):
    f, theta = link.variety, float(rng.uniform(0, 6))
    at_zero, turned = (np.asarray(to_link(f, jnp.asarray(place), t)) for t in (0.0, theta))
    assert np.linalg.norm(at_zero) == pytest.approx(1, abs=1e-13)
    assert abs(f.polynomial(at_zero)) < 1e-12
    np.testing.assert_allclose(turned, np.exp(1j * theta * np.array(f.weights)) * at_zero, atol=1e-13)


def test_rows_of_a_data_set_do_not_depend_on_the_rotation(link, rng):
    points = link.variety.sample(10, 4)
    (block,) = sample_link(link, points, 3, rng)
    z = complex_points(block["link_points"])
    gauge = jax.jit(jax.vmap(lambda p: canonical_point(link.variety, p)))(jnp.asarray(z))
    np.testing.assert_allclose(gauge.z, complex_points(block["base_points"]), atol=1e-9)
    np.testing.assert_array_equal(gauge.fixed[:, 0], block["drop_ones"])
    np.testing.assert_array_equal(gauge.solved[:, 0], block["drop_maxs"])
