"""Powers of a steepness among the features: their derivatives, invariance, and what they are worth near a conifold."""

import json
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.calculus.jets import real_function_jet
from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, ansatz_from_config
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.steep_features import POWERS_NEAR_NODES, SteepFeatures, powers_for, steepness_for
from g2links.ricci_flat.family import choose_family, of_degree
from g2links.varieties.charts import tangent_frame
from g2links.workflow.polynomials import resolve_variety

NEAR = resolve_variety("dwork(0.99)")
FEATURES = SteepFeatures(NEAR, 2, symmetric=True, factors=2)


def test_jets_against_automatic_differentiation():
    at = jax.tree.map(lambda x: x[0], NEAR.sample(1, 3).at)
    frame = tangent_frame(NEAR, at)
    found = jax.jit(FEATURES.jet)(at.z, frame)
    one = jax.jit(lambda row, z, frame: real_function_jet(lambda p: row @ FEATURES(p), z, frame))
    for i in (0, FEATURES.count - 1):
        expected = one(jnp.eye(FEATURES.count)[i], at.z, frame)
        jax.tree.map(lambda a, b, i=i: np.testing.assert_allclose(a[i], b[0], rtol=1e-9, atol=1e-11), found, expected)


def test_they_are_functions_on_v_with_its_symmetry():
    z = NEAR.sample(1, 4).z[0]
    turned = np.roll(z * np.exp(2j * np.pi / 5 * np.array([1, -1, 2, -2, 0])), 1) * (0.3 + 2j)
    np.testing.assert_allclose(FEATURES(jnp.asarray(turned)), FEATURES(jnp.asarray(z)), rtol=1e-11)


def test_counts_and_the_start():
    plain = InvariantFeatures(NEAR, 2, symmetric=True)
    assert FEATURES.count == plain.count * (1 + len(POWERS_NEAR_NODES))
    start = FEATURES.reference_coefficients()
    np.testing.assert_allclose(start @ FEATURES(jnp.asarray(NEAR.sample(1, 5).z[0])), 1.0, rtol=1e-12)


def test_a_saved_potential_has_them():
    ansatz = AlgebraicAnsatz(FEATURES)
    assert ansatz_from_config(ansatz.to_config(), NEAR) == ansatz


def test_they_are_chosen_where_v_is_nearly_singular():
    near, far = choose_family(NEAR, degree=4), choose_family(resolve_variety("dwork(0.1)"), degree=4)
    assert isinstance(near.ansatz.features, SteepFeatures)
    assert "powers of |df|^2" in near.reason
    assert not isinstance(far.ansatz.features, SteepFeatures)
    assert "powers" not in far.reason
    assert isinstance(of_degree(near, 6).ansatz.features, SteepFeatures)


def test_they_are_few_where_f_has_little_symmetry():
    ansatz = choose_family(resolve_variety("z0^5+z1^5+z2^5+z3^5+z4^5+1.5*z0^2*z1^2*z2+0.7*z2*z3^2*z4^2")).ansatz
    assert isinstance(ansatz.features, SteepFeatures)
    assert ansatz.unknowns <= 250 + 30 * len(POWERS_NEAR_NODES)


@pytest.mark.parametrize(
    ("text", "weights", "steepness"),
    [
        ("z0^18+z1^18+z2^18+z3^3+z4^2", (1, 1, 1, 6, 9), "terms"),
        ("z0^7+z1^7+z2^7+z3^7+z4^2*z0", (1, 1, 1, 1, 3), "gradient"),
    ],
)
def test_for_weights_above_1(text, weights, steepness, rng):
    """The same function in every gauge, with the derivatives that it has, also as the few functions that a combination
    is."""
    variety = resolve_variety(text, weights)
    family = choose_family(variety, degree=max(weights))
    ansatz, features = family.ansatz, family.ansatz.features
    assert ansatz_from_config(json.loads(json.dumps(ansatz.to_config())), variety) == ansatz
    assert of_degree(family, max(weights)) == family
    assert isinstance(features, SteepFeatures)
    assert features.steepness == steepness == steepness_for(variety)
    assert features.powers == powers_for(variety)
    at = jax.tree.map(lambda x: x[0], variety.sample(1, 3).at)
    frame, z = tangent_frame(variety, at), at.z
    evaluate = jax.jit(features)
    values, found = evaluate(z), jax.jit(features.jet)(z, frame)
    moved = jnp.asarray(complex(*rng.normal(size=2)) ** np.array(weights)) * z
    np.testing.assert_allclose(evaluate(moved), values, rtol=1e-10)
    c = jnp.asarray(rng.normal(size=features.count) / np.maximum(np.abs(values), 1e-12))
    few = features.combined(c)
    assert few.count < 20
    jet = jax.jit(few.jet)(z, frame)
    np.testing.assert_allclose(jnp.sum(jax.jit(few)(z)), c @ values, rtol=1e-9)
    np.testing.assert_allclose(jnp.sum(jet.mixed, axis=0), c @ found.mixed, rtol=1e-8, atol=1e-8)
    expected = jax.jit(partial(real_function_jet, lambda z: c @ features(z)))(z, frame)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(jnp.sum(a, axis=0), b[0], rtol=1e-8, atol=1e-8), jet, expected)


def test_an_unknown_steepness_is_refused():
    with pytest.raises(InputError, match=r"steepness: got .slope.; choose one of gradient, terms"):
        SteepFeatures(NEAR, 2, symmetric=True, steepness="slope")


def test_not_where_the_terms_of_f_are_all_large():
    assert not isinstance(choose_family(resolve_variety("p11222")).ansatz.features, SteepFeatures)


@pytest.mark.slow
def test_the_worst_point_near_a_conifold():
    """Without them the volume form is off by a factor of 10,000 there."""
    cy = g2links.solve("dwork(0.99)", degree=8, n_points=40_000)
    assert cy.record["ansatz"]["factors"] == 8
    assert cy.sigma < 5e-4
    assert cy.record["figures"]["ma_supremum"] < 0.02
