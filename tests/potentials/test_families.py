from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.jets import real_function_jet
from g2links.errors import InputError
from g2links.networks.inputs import feature_table
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, NeuralAnsatz, ansatz_from_config
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.hermitian_forms import invariant_forms
from g2links.potentials.metric import (
    hermitian_determinant,
    hermitian_metric,
    kahler_form_matrix,
    monge_ampere_ratio,
    real_transverse_metric,
)
from g2links.potentials.reference import reference_jet, reference_potential
from g2links.varieties.catalogue import dwork, fermat, fermat_quintic, from_catalogue
from g2links.varieties.charts import act, slice_chart, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import exponents_of_degree
from g2links.varieties.residue import kahler_volume
from g2links.varieties.smooth.finite_field import first_independent_rows, points_with_conjugates

QUINTIC = WeightedHypersurface(fermat_quintic())
P11222 = WeightedHypersurface(fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]"))
PARTLY = WeightedHypersurface(parse_polynomial("z0^5+z1^5+z2^5+z3^5+2*z4^5+0.3*z0*z1*z2*z3*z4"))
BARE = WeightedHypersurface(
    parse_polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+(0.3+0.2j)*z0^4*z1+(0.1-0.4j)*z1^3*z2^2+0.3j*z2*z3^2*z4^2")
)
FEATURES = [
    InvariantFeatures(QUINTIC, 1, False),
    InvariantFeatures(QUINTIC, 6, True),
    InvariantFeatures(QUINTIC, 13, True),
    InvariantFeatures(WeightedHypersurface(dwork(0.3 + 0.1j)), 2, True),
    InvariantFeatures(P11222, 2, False),
]


def _name(features):
    return f"{features.variety.name}-{features.degree}-{features.symmetric}"


def _point(f, rng):
    """A point of C^5 and a frame there; only tests of integrals need points of X."""
    return _in_chart(f, rng.normal(size=5) + 1j * rng.normal(size=5))


@partial(jax.jit, static_argnums=0)
def _in_chart(f, z):
    chart = slice_chart(f, z)
    return chart.centre.z, tangent_frame(f, chart.centre)


@partial(jax.jit, static_argnums=0)
def _values(features, z):
    return features(z)


def test_numbers_of_invariants_of_the_fermat_quintic():
    """5, 12, 27, 58 invariants in C^5 at k = 4, 6, 8, 10 are known; the relation f = 0 starts at degree 5."""
    counts = [InvariantFeatures(QUINTIC, k, True).count for k in (1, 2, 4, 6, 8, 10)]
    assert counts == [1, 2, 5, 10, 20, 38]
    in_space = [invariant_forms(QUINTIC, exponents_of_degree(QUINTIC.weights, k)).count for k in (4, 6, 8, 10)]
    assert in_space == [5, 12, 27, 58]
    assert InvariantFeatures(QUINTIC, 1, False).count == 25


@pytest.mark.parametrize(
    "f",
    [QUINTIC, *map(WeightedHypersurface, map(from_catalogue, ("dwork(0.3+0.1j)", "p11125(0.15)")))],
    ids=lambda f: f.name,
)
def test_symmetric_features_are_a_basis_of_all_invariants_on_the_threefold(f):
    """As many as the rank, over the real numbers, of all invariant Hermitian forms at points of V; and independent."""
    z = f.sample(600, 5).z
    for degree in (5, 7):
        features = InvariantFeatures(f, degree, True)
        degrees = range(max(1, degree - max(f.weights) + 1), degree + 1)
        everything = [invariant_forms(f, exponents_of_degree(f.weights, k)) for k in degrees]
        rank = np.linalg.matrix_rank(np.hstack([feature_table(forms, z) for forms in everything]), rtol=1e-11)
        assert features.count == rank
        assert np.linalg.matrix_rank(feature_table(features, z), rtol=1e-11) == rank


def test_products_of_invariants_are_nearly_all_invariants():
    """At k = 13 a few are not products of those of degree 12 and less, which have far fewer terms."""
    features = InvariantFeatures(QUINTIC, 13, True)
    everything = invariant_forms(QUINTIC, exponents_of_degree(QUINTIC.weights, 13))
    points = points_with_conjugates(QUINTIC.polynomial, 250, 0)
    rank = len(first_independent_rows(everything.in_finite_field(points)))
    assert 0.95 * rank < features.count <= rank
    assert len(features.forms.row) < 1000


@pytest.mark.parametrize(("f", "degree"), [(QUINTIC, 4), (QUINTIC, 9), (PARTLY, 1), (PARTLY, 3), (BARE, 1), (BARE, 2)])
def test_constant_combination_of_features(rng, f, degree):
    """Also where the permutations that preserve f do not connect all coordinates."""
    features = InvariantFeatures(f, degree, True)
    z, _ = _point(f, rng)
    assert float(np.asarray(features.reference_coefficients()) @ _values(features, z)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("features", FEATURES, ids=_name)
def test_features_are_invariant_under_the_action_of_the_scaling_group(features, rng):
    f = features.variety
    z, _ = _point(f, rng)
    moved = act(f, jnp.array([complex(rng.normal(), rng.normal())]), z)
    np.testing.assert_allclose(_values(features, moved), _values(features, z), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("features", FEATURES, ids=_name)
def test_feature_jets_agree_with_automatic_differentiation(features, rng):
    z, frame = _point(features.variety, rng)
    jet = jax.jit(features.jet)(z, frame)
    np.testing.assert_allclose(jet.value, _values(features, z), atol=1e-13)
    pick = jax.jit(lambda row: real_function_jet(lambda p: row @ features(p), z, frame))
    for i in {0, features.count // 2, features.count - 1}:
        expected = pick(jnp.eye(features.count)[i])
        np.testing.assert_allclose(jet.first[i], expected.first[0], atol=1e-12)
        np.testing.assert_allclose(jet.mixed[i], expected.mixed[0], atol=1e-12)


@pytest.mark.parametrize(("f", "degree"), [(PARTLY, 2), (PARTLY, 5), (BARE, 2)])
def test_features_where_coordinates_differ_are_a_basis(f, degree):
    z = f.sample(1500, 5).z
    features = InvariantFeatures(f, degree, True)
    everything = feature_table(invariant_forms(f, exponents_of_degree(f.weights, degree)), z)
    table = feature_table(features, z)
    rank = np.linalg.matrix_rank(everything, rtol=1e-11)
    assert features.count == rank == np.linalg.matrix_rank(np.hstack([everything, table]), rtol=1e-11)


@pytest.mark.parametrize("f", [PARTLY, BARE])
def test_the_first_potential_is_zero_where_coordinates_differ(f, rng):
    """So that its metric is that of Fubini and Study."""
    features = InvariantFeatures(f, 2, True)
    sample = feature_table(features, f.sample(200, 1).z)
    z, _ = _point(f, rng)
    for ansatz in (AlgebraicAnsatz(features), NeuralAnsatz(features, (4,))):
        assert abs(float(ansatz.value(ansatz.initial(rng, sample), z))) < 1e-12


@pytest.mark.parametrize("degree", [6, 13])
def test_symmetric_features_have_the_symmetries_of_f(rng, degree):
    features = InvariantFeatures(QUINTIC, degree, True)
    z, _ = _point(QUINTIC, rng)
    value = features(z)
    phases = jnp.exp(2j * jnp.pi * jnp.asarray(rng.integers(0, 5, size=5)) / 5)
    np.testing.assert_allclose(features(phases * z), value, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(features(z[rng.permutation(5)]), value, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(features(z.conj()), value, rtol=1e-10, atol=1e-14)


def test_complex_coefficients_break_conjugation(rng):
    features = InvariantFeatures(
        WeightedHypersurface(parse_polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+(1+2j)*z0^4*z1")), 1, True
    )
    z, _ = _point(features.variety, rng)
    assert np.max(np.abs(features(z.conj()) - features(z))) > 1e-3


def test_reference_potential_solves_its_equation_and_grows_with_the_action(rng):
    z = jnp.asarray(rng.normal(size=5) + 1j * rng.normal(size=5))
    weights = (1, 1, 2, 2, 6)
    variety = WeightedHypersurface(fermat(tuple(12 // w for w in weights), weights, "p11226"))
    r2 = jnp.exp(reference_potential(variety, z))
    np.testing.assert_allclose(jnp.sum(jnp.abs(z) ** 2 * r2 ** (-jnp.asarray(weights))), 1, rtol=1e-13)
    log_scale = 0.3 - 0.8j
    grown = reference_potential(variety, act(variety, jnp.array([log_scale]), z))
    np.testing.assert_allclose(grown - jnp.log(r2), 2 * log_scale.real, rtol=1e-12)
    np.testing.assert_allclose(reference_potential(QUINTIC, z), jnp.log(jnp.sum(jnp.abs(z) ** 2)), rtol=1e-14)


@pytest.mark.parametrize("f", [QUINTIC, P11222], ids=lambda f: f.name)
def test_reference_metric_is_positive_and_its_jet_exact(f, rng):
    z, frame = _point(f, rng)
    jet = jax.jit(lambda p: reference_jet(f, p, frame))(z)
    expected = jax.jit(lambda p: real_function_jet(lambda q: reference_potential(f, q), p, frame))(z)
    np.testing.assert_allclose(jet.mixed, expected.mixed, atol=1e-12)
    assert np.linalg.eigvalsh(jet.hermitian()[0]).min() > 0


@pytest.fixture(params=["neural", "algebraic"])
def potential(request, rng):
    features = InvariantFeatures(WeightedHypersurface(dwork(0.3)), 2, True)
    ansatz = NeuralAnsatz(features, (5, 4)) if request.param == "neural" else AlgebraicAnsatz(features)
    sample = np.stack([np.asarray(features(_point(features.variety, rng)[0])) for _ in range(40)])
    parameters = tuple(p + 0.05 * rng.normal(size=p.shape) for p in ansatz.initial(rng, sample))
    return KahlerPotential(ansatz, parameters)


def test_jet_of_a_potential_agrees_with_automatic_differentiation(potential, rng):
    z, frame = _point(potential.ansatz.features.variety, rng)
    jet = jax.jit(potential.jet)(z, frame)
    expected = jax.jit(lambda p: real_function_jet(potential, p, frame))(z)
    np.testing.assert_allclose(jet.value, expected.value, atol=1e-12)
    np.testing.assert_allclose(jet.first, expected.first, atol=1e-12)
    np.testing.assert_allclose(jet.mixed, expected.mixed, atol=1e-11)


def test_metric_from_the_model_and_from_finite_differences_of_the_potential(potential, rng):
    """g_{ab̄} by second differences of K in the true chart, to 1e-6."""
    f = potential.ansatz.features.variety
    chart = slice_chart(f, jnp.asarray(f.sample(5, int(rng.integers(2**31))).z[0]))
    frame = tangent_frame(f, chart.centre)
    g = jax.jit(partial(hermitian_metric, f, potential))(chart.centre)

    @jax.jit
    def kahler(t):
        z = chart.centre.z + (t[:3] + 1j * t[3:]) @ frame
        return reference_potential(f, z) + potential(z)

    h, basis = 1e-3, np.eye(6)
    hessian = np.array(
        [
            [
                sum(s * u * kahler(h * (s * basis[i] + u * basis[j])) for s in (1, -1) for u in (1, -1)) / (4 * h**2)
                for j in range(6)
            ]
            for i in range(6)
        ]
    )
    xx, xy, yx, yy = hessian[:3, :3], hessian[:3, 3:], hessian[3:, :3], hessian[3:, 3:]
    expected = 0.25 * (xx + yy + 1j * (xy - yx))
    np.testing.assert_allclose(g, expected, atol=5e-6)


def test_start_is_near_zero(rng):
    features = InvariantFeatures(QUINTIC, 4, True)
    points = QUINTIC.sample(50, 3)
    sample = np.asarray(jax.jit(jax.vmap(features))(points.z))
    u = KahlerPotential(AlgebraicAnsatz(features), AlgebraicAnsatz(features).initial(rng, sample))
    np.testing.assert_allclose(jax.jit(jax.vmap(u))(points.z[:5]), 0, atol=1e-10)


def test_monge_ampere_ratio_is_the_same_in_every_chart(potential, rng):
    f = potential.ansatz.features.variety
    z = jnp.asarray(f.sample(5, int(rng.integers(2**31))).z[0])

    @jax.jit
    def ratio(one, el):
        place = slice_chart(f, z, indices=(one, el)).centre
        return monge_ampere_ratio(f, hermitian_metric(f, potential, place), place)

    values = [ratio(*map(jnp.asarray, indices)) for indices in ((0, 1), (1, 0), (2, 4), (3, 2))]
    np.testing.assert_allclose(values, values[0], rtol=1e-10)


def test_complex_structure_relates_form_and_metric(rng):
    """g_T(JX, Y) = ω(X, Y), and det g_T = (8 det g)²."""
    a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    g = jnp.asarray(a @ a.conj().T + np.eye(3))
    zero, one = np.zeros((3, 3)), np.eye(3)
    rotation = np.block([[zero, -one], [one, zero]])
    np.testing.assert_allclose(rotation.T @ real_transverse_metric(g), kahler_form_matrix(g), atol=1e-12)
    determinant = hermitian_determinant(g)
    np.testing.assert_allclose(determinant, np.linalg.det(g).real, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.det(real_transverse_metric(g)), (8 * determinant) ** 2, rtol=1e-10)


def test_ansatz_survives_its_config(potential):
    ansatz = potential.ansatz
    assert ansatz_from_config(ansatz.to_config(), ansatz.features.variety) == ansatz
    with pytest.raises(InputError, match="neural, algebraic, mixed or hermitian"):
        ansatz_from_config({**ansatz.to_config(), "kind": "spectral"}, ansatz.features.variety)


def test_bad_networks_are_refused():
    features = InvariantFeatures(QUINTIC, 1, False)
    with pytest.raises(InputError, match="activation"):
        NeuralAnsatz(features, (8,), "relu6")
    with pytest.raises(InputError, match="positive numbers"):
        NeuralAnsatz(features, ())
    with pytest.raises(InputError, match="no monomial"):
        _ = InvariantFeatures(WeightedHypersurface(fermat((5,) * 5, (2,) * 5, "even")), 1, False).count


def test_volume_is_cohomological():
    assert kahler_volume(P11222) == pytest.approx((2 * np.pi) ** 3 * 8 / 48)
