import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.checks.identities import analytic_errors, derivative, kahlerity_errors
from g2links.errors import InputError
from g2links.links.dataset import COLUMNS, sample_link
from g2links.links.splits import split_base_points
from g2links.links.structure import ContactCalabiYau, to_link
from g2links.potentials.families import KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import dwork, fermat, fermat_quintic
from g2links.varieties.charts import selector
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import complex_points, real_points

F = WeightedHypersurface(dwork(0.3 + 0.2j))


@pytest.fixture(scope="module")
def link():
    """A link with an arbitrary potential: far from Ricci-flat, where only the exact identities hold."""
    features = InvariantFeatures(F, 1, False)
    rng = np.random.default_rng(8)
    ansatz = NeuralAnsatz(features, (6,))
    sample = np.asarray(jax.vmap(features)(F.sample(200, 1).z))
    parameters = list(ansatz.initial(rng, sample))
    parameters[-2] = parameters[-2] * 5
    return ContactCalabiYau(F, KahlerPotential(ansatz, tuple(parameters)), 1.7)


@pytest.fixture(scope="module")
def fields(link):
    """Everything at once, compiled once: (chart, x) -> eta, omega, phi, psi, metric, point of the link."""
    return jax.jit(
        lambda chart, x: {
            **{name: getattr(link, name)(chart, x) for name in ("eta", "omega", "phi", "psi", "metric")},
            "point": link.point(chart, x),
        }
    )


@pytest.fixture(scope="module")
def points():
    return F.sample(20, 2)


@pytest.fixture(scope="module")
def errors(link, points):
    return analytic_errors(link, points)


def test_exact_identities_hold_for_every_potential(link, points, errors):
    for name in ("d_eta_minus_omega", "d_phi_minus_omega2", "d_psi"):
        assert np.max(errors[name]) < 1e-11, name
    assert np.max(kahlerity_errors(link, points)["d_omega"]) < 1e-11


def test_phi_wedge_psi_measures_the_metric_error_and_nothing_else(errors):
    assert np.ptp(errors["lambda"]) > 0.05
    assert np.max(np.abs(errors["phi_wedge_psi_over_vol"] - 7)) > 1e-3
    assert np.max(errors["lambda_formula"]) < 1e-9


def test_flux_agrees_with_autodiff_at_second_order(link, points):
    few = points.rows(slice(5))
    steps = np.array([4e-2, 2e-2, 1e-2])
    errors = [np.mean(kahlerity_errors(link, few, derivative("flux", h))["d_omega"]) for h in steps]
    slope = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert slope == pytest.approx(2, abs=0.1)


def test_reeb_field(link, fields, points):
    """η(ξ) = 1, ι_ξ dη = 0, ι_ξ φ = ω, and no component depends on θ."""
    chart = link.chart(points.z[0])
    x = link.origin(chart)
    value, xi = fields(chart, x), jnp.eye(7)[6]
    assert value["eta"][6] == 1
    np.testing.assert_allclose(forms.interior(xi, value["omega"], p=2), 0, atol=1e-15)
    np.testing.assert_allclose(forms.interior(xi, value["phi"], p=3), value["omega"], atol=1e-14)
    turned = fields(chart, x.at[6].add(1.234))
    for name in ("eta", "omega", "phi", "psi", "metric"):
        np.testing.assert_array_equal(turned[name], value[name])


@pytest.mark.parametrize(("one", "el"), [(0, 1), (2, 4), (3, 1)])
def test_forms_are_the_same_in_every_chart(link, fields, points, one, el):
    home = link.chart(points.z[1], theta=0.4)
    other = link.chart(points.z[1], indices=(jnp.asarray(one), jnp.asarray(el)))
    x = link.origin(home)

    @jax.jit
    def change(y):
        z = link.gauge_point(home, y)
        w = selector(other.centre) @ (z / z[one])
        return jnp.concatenate([w.real, w.imag, (y[6] + jnp.angle(z[one]))[None]])

    jacobian = jax.jit(jax.jacfwd(change))(x)
    here, there = fields(home, x), fields(other, change(x))
    np.testing.assert_allclose(there["point"], here["point"], atol=1e-13)
    for name, p in (("eta", 1), ("omega", 2), ("phi", 3), ("psi", 4)):
        pulled_back = forms.pullback(there[name], jacobian, p=p)
        np.testing.assert_allclose(pulled_back, here[name], atol=1e-11, err_msg=name)
    np.testing.assert_allclose(jacobian.T @ there["metric"] @ jacobian, here["metric"], atol=1e-11)


def test_contact_form_is_that_of_the_round_sphere_when_u_vanishes(points):
    """At u = 0, η is the restriction of Im(conj(z)·dz) to the unit sphere."""
    link = ContactCalabiYau(F, lambda z: jnp.zeros(()), 1.0)
    chart = link.chart(points.z[2], theta=0.9)
    x = link.origin(chart)
    z = link.point(chart, x)
    assert jnp.linalg.norm(z) == pytest.approx(1)
    velocity = jax.jit(jax.jacfwd(lambda y: link.point(chart, y)))(x)
    np.testing.assert_allclose(link.eta(chart, x), (z.conj() @ velocity).imag, atol=1e-13)


def test_link_points_of_weighted_polynomials_lie_on_the_sphere(rng):
    f = fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]")
    link = ContactCalabiYau(f, lambda z: jnp.zeros(()), 1.0)
    z = rng.normal(size=5) + 1j * rng.normal(size=5)
    z[4] = -np.sum(z[:4] ** np.array([8, 8, 4, 4]))
    z[4] = z[4] ** 0.25
    chart = link.chart(z)
    x = link.origin(chart)
    point = link.point(chart, x)
    assert jnp.linalg.norm(point) == pytest.approx(1)
    assert abs(f(point)) < 1e-12
    d_eta = jax.jit(forms.exterior_derivative(lambda y: link.eta(chart, y), p=1))(x)
    omega = jax.jit(lambda y: link.omega(chart, y))(x)
    np.testing.assert_allclose(d_eta, omega, atol=1e-11)


def test_real_and_complex_points():
    z = np.arange(5) + 1j * np.arange(5, 10)
    np.testing.assert_array_equal(complex_points(real_points(z)), z)


def test_samples(link, fields, points, rng):
    (block,) = sample_link(link, points, 3, rng)
    n = 3 * len(points.z)
    assert {name: (value.shape[1:], value.dtype.kind) for name, value in block.items()} == COLUMNS
    assert all(len(value) == n for value in block.values())
    chart = link.chart(block["base_points"][4])
    value = fields(chart, link.origin(chart))
    np.testing.assert_allclose(block["phis"][4], value["phi"], atol=1e-12)
    np.testing.assert_allclose(block["psis"][4], value["psi"], atol=1e-12)
    np.testing.assert_allclose(block["etas"][4], value["eta"], atol=1e-12)
    g = forms.unpack_symmetric(jnp.asarray(block["g2_metrics"][4]), 7)
    np.testing.assert_allclose(g, value["metric"], atol=1e-12)
    transverse = forms.unpack_symmetric(jnp.asarray(block["riemannian_metrics"][4]), 6)
    eta = block["etas"][4]
    np.testing.assert_allclose(g, np.outer(eta, eta) + np.pad(transverse, (0, 1)), atol=1e-12)
    z, base = complex_points(block["link_points"]), complex_points(block["base_points"])
    expected = np.exp(1j * block["rotations"])[:, None] * base / np.linalg.norm(base, axis=1, keepdims=True)
    np.testing.assert_allclose(z, expected, atol=1e-13)
    assert np.ptp(block["rotations"][:3]) > 0
    assert np.array_equal(block["phis"][0], block["phis"][2])


def test_split_keeps_base_points_apart(rng):
    parts = split_base_points(1000, (0.7, 0.2, 0.1), rng)
    assert [len(p) for p in parts] == [700, 200, 100]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1000))
    with pytest.raises(InputError, match="sum to 1"):
        split_base_points(10, (0.7, 0.2, 0.2), rng)
    with pytest.raises(InputError, match="needs a base point"):
        split_base_points(2, (0.8, 0.1, 0.1), rng)


FERMAT = ContactCalabiYau(fermat_quintic(), lambda z: jnp.zeros(()), 1.0)
WEIGHTED = ContactCalabiYau(fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]"), lambda z: jnp.zeros(()), 1.0)
ON_FERMAT = np.array([1, -1, 0.5, -0.5, 0])


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ([1, 1, 1, 1, 1], r"not on f = 0: \|f\| is 1.0e\+00 of the sum of \|terms\|, above 1e-08"),
        (ON_FERMAT + np.array([0, 0, 0, 0.0, 0.2]), "not on f = 0"),
        (ON_FERMAT * (1 + 1e-7 * np.arange(5)), "not on f = 0"),
        (1e-80 * np.ones(5), "not on f = 0"),
        (np.zeros(5), "the origin"),
        (np.zeros(10), "the origin"),
        ([1, -1, np.nan, 0, 0], "finite"),
        ([np.inf, -np.inf, 0, 0, 0], "finite"),
        ([1, -1, *[0] * 7, np.inf], "finite"),
        (np.array([1, np.exp(1j * np.pi / 5), 0, 0, 0], dtype=np.complex64), "not on f = 0"),
        (1.5e308 * np.array([1 + 1j, -1 - 1j, 0, 0, 0]), "finite"),
        (np.ones(4), r"shape \(4,\).*\(n, 5\) complex or \(n, 10\) real"),
        (np.stack([ON_FERMAT] * 2), "one point"),
        (np.ones(10, dtype=complex), "complex128"),
        (np.ones(5, dtype=bool), "bool"),
        (["1", "-1", "0", "0", "0"], "real numbers"),
        ([1, -1, None, 0, 0], "object"),
        ([[1], [1, 2]], "real numbers"),
        (None, "object"),
        ("z0", "real numbers"),
        (1.0, r"shape \(\)"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_a_chart_is_made_around_points_of_the_cone_only(point, words):
    with pytest.raises(InputError, match=words) as refused:
        FERMAT.chart(point)
    assert refused.value.field in ("point", "points")


@pytest.mark.parametrize(
    ("on_link", "point"),
    [
        (FERMAT, ON_FERMAT),
        (FERMAT, [1, -1, 0, 0, 0]),
        (FERMAT, [-1, 1, 0, 0, 0]),
        (FERMAT, real_points(ON_FERMAT + 0j)),
        (FERMAT, 1e-200 * ON_FERMAT),
        (FERMAT, 1e200j * ON_FERMAT),
        (FERMAT, np.round(ON_FERMAT * np.exp(1j), 10)),
        (WEIGHTED, [1e-40, np.exp(1j * np.pi / 8) * 1e-40, 0, 0, 0]),
        (ContactCalabiYau(Polynomial("z0^5+z1^5+z2^5+z3^4*z2+z4^4*z3"), FERMAT.potential, 1.0), [0, 0, 0, 1e-17, 1]),
    ],
)
def test_points_in_any_scale_have_charts(on_link, point):
    chart = on_link.chart(point)
    assert chart.centre.z.dtype == complex
    assert abs(on_link.variety.polynomial(chart.centre.z)) < 1e-9
    assert np.all(np.isfinite(on_link.gauge_point(chart, on_link.origin(chart))))


@pytest.mark.parametrize("name", ["eta", "omega", "upsilon", "phi", "psi", "metric"])
def test_fields_at_points_are_those_of_their_canonical_charts(name):
    z = np.stack([ON_FERMAT + 0j, np.array([0.2, 0.3j, 1, -1, 0]) ** 1.0])
    z[1, 4] = -((z[1, 0] ** 5 + z[1, 1] ** 5) ** 0.2)
    found = getattr(FERMAT, name)(z * (2 - 1j))
    for point, components in zip(z, found, strict=True):
        chart = FERMAT.chart(point)
        expected = getattr(FERMAT, name)(chart, FERMAT.origin(chart))
        np.testing.assert_allclose(components, expected, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(getattr(FERMAT, name)(real_points(z[0])), found[0], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.ones((2, 5)),), "not on f = 0"),
        ((np.ones((2, 4)),), "shape"),
        ((np.zeros((0, 5)),), "at least one point"),
        ((FERMAT.chart(ON_FERMAT),), "coordinates of the chart"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_fields_refuse_what_is_no_point(arguments, words):
    with pytest.raises(InputError, match=words):
        FERMAT.phi(*arguments)


@pytest.mark.usefixtures("as_users_run")
def test_inside_jit_shape_and_type_are_checked():
    chart = jax.jit(FERMAT.chart)(ON_FERMAT)
    np.testing.assert_array_equal(chart.centre.z, FERMAT.chart(ON_FERMAT).centre.z)
    np.testing.assert_array_equal(jax.jit(lambda: FERMAT.chart(ON_FERMAT).centre.z)(), chart.centre.z)
    assert jax.jit(FERMAT.chart)(np.ones(5)).centre.z.shape == (5,)
    with pytest.raises(InputError, match=r"shape \(2, 5\)"):
        jax.jit(FERMAT.chart)(np.ones((2, 5)))


@pytest.mark.usefixtures("as_users_run")
def test_bad_requests(link, points, rng):
    with pytest.raises(InputError, match="autodiff or flux"):
        derivative("complex-step")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="epsilon"):
        derivative("flux", -1.0)
    with pytest.raises(InputError, match="n_rotations"):
        next(sample_link(link, points, 0, rng))


def _moved(variety):
    """A link whose potential is 0.1 |ζ_0|², so that it is not the reference one."""
    return ContactCalabiYau(variety, lambda z: 0.1 * jnp.abs(to_link(variety, z, 0.0)[0]) ** 2, 1.0)


@pytest.mark.parametrize(
    ("exponents", "weights", "volume"),
    [
        ((5, 5, 5, 5, 5), (1, 1, 1, 1, 1), (2 * np.pi) ** 4 * 5 / 6),
        ((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), (2 * np.pi) ** 4 * 1 / 6),
        ((3, 3, 3), (1, 1, 1), (2 * np.pi) ** 2 * 3),
    ],
)
def test_the_volume_of_the_link_is_that_of_the_contact_form(exponents, weights, volume):
    """∫ η∧(dη)^d/d! = 2π (2π)^d deg/(d! Πw)."""
    link = _moved(WeightedHypersurface(fermat(exponents, weights, "fermat")))
    value, error = link.integrate(lambda z: 1.0, 5000)
    assert 0 < error < 0.03 * volume
    assert abs(value - volume) < 5 * error
    if set(weights) == {1}:
        np.testing.assert_allclose(link.integrate(lambda z: jnp.sum(jnp.abs(z) ** 2), 5000), (value, error))


def test_integrals_over_the_link_are_means_over_the_circle_too():
    link = _moved(F)
    turning, error = link.integrate(lambda z: z[0].real, 5000)
    assert abs(turning) < 5 * error
    squares, error = link.integrate(lambda z: z[0].real ** 2, 5000)
    halves, other = link.integrate(lambda z: 0.5 * abs(z[0]) ** 2, 5000)
    assert abs(squares - halves) < 5 * (error + other)
    again = link.integrate(lambda z: z[0].real ** 2, 5000, seed=1)
    assert again[0] != squares
    assert abs(again[0] - squares) < 5 * (error + again[1])


@pytest.mark.parametrize("function", [lambda z: z.real, lambda z: z[0]])
def test_only_real_functions_are_integrated(function):
    with pytest.raises(InputError, match="one real number"):
        _moved(F).integrate(function, 10)
