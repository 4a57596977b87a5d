"""Potentials for weights other than 1."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.errors import InputError
from g2links.measures.monge_ampere import measure
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, ansatz_from_config
from g2links.potentials.features import InvariantFeatures, default_degree
from g2links.ricci_flat.feature_table import LocalFeatures
from g2links.ricci_flat.monge_ampere import initial_state, levenberg_marquardt, sigma_and_positivity
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial

FERMAT = WeightedHypersurface(from_catalogue("p11222"))
TRAIN = 1200


@pytest.fixture(scope="module")
def points():
    return FERMAT.sample(2 * TRAIN, 4)


def test_features_see_every_degree_above_the_largest_weight():
    """At z0 = z1 = 0 the even degrees see z0² only, the odd ones z0 itself."""
    features = InvariantFeatures(FERMAT, 4, True)
    z = jnp.array([1e-3, 0, 1, 0.5, (-1 - 0.5**4) ** 0.25], dtype=complex)
    slope = jax.jit(jax.jacfwd(lambda t: features(z * jnp.array([1 + t, 1, 1, 1, 1]))))(0.0)
    assert np.max(np.abs(slope)) > 1e-7


def test_features_have_the_symmetries_of_f(rng):
    f = from_catalogue("p11222(0.25)")
    variety = WeightedHypersurface(f)
    features = jax.jit(InvariantFeatures(variety, 5, True).__call__)
    z = jnp.asarray(variety.sample(1, int(rng.integers(2**31))).z[0])
    value = features(z)
    phases = jnp.exp(2j * jnp.pi * jnp.array([1 / 8, -1 / 8, 1 / 4, -1 / 4, 0]))
    for moved in (phases * z, z[jnp.array([1, 0, 2, 3, 4])], z[jnp.array([0, 1, 3, 4, 2])], z.conj()):
        np.testing.assert_allclose(features(moved), value, rtol=1e-9, atol=1e-13)
    swapped = features(z[jnp.array([2, 1, 0, 3, 4])])
    assert np.max(np.abs(swapped - value)) > 1e-4


def test_less_symmetry_gives_more_features():
    less = parse_polynomial("z0^8+z1^8+z2^4+z3^4+z4^4+0.5*z0^6*z2", (1, 1, 2, 2, 2))
    counts = [
        InvariantFeatures(variety, 4, True).count
        for variety in (FERMAT, *map(WeightedHypersurface, (from_catalogue("p11222(0.25)"), less)))
    ]
    assert counts[0] < counts[1] < counts[2]
    assert 1 <= default_degree(WeightedHypersurface(less)) <= default_degree(FERMAT) <= 10


@pytest.mark.parametrize("name", ["p11222", "p11125(0.15)"])
def test_the_start_is_the_reference_metric(name, rng):
    """u = 0 although no single degree contains a power of r."""
    f = from_catalogue(name)
    variety = WeightedHypersurface(f)
    features = InvariantFeatures(variety, 3, True)
    sample = np.asarray(jax.jit(jax.vmap(features))(variety.sample(100, 3).z))
    ansatz = AlgebraicAnsatz(features)
    u = jax.jit(jax.vmap(KahlerPotential(ansatz, ansatz.initial(rng, sample))))
    np.testing.assert_allclose(u(variety.sample(20, int(rng.integers(2**31))).z), 0, atol=1e-9)


def test_the_root_belongs_to_the_ansatz():
    features = InvariantFeatures(FERMAT, 3, True)
    ansatz = AlgebraicAnsatz(features)
    assert ansatz.root == 4.5
    assert AlgebraicAnsatz(InvariantFeatures(WeightedHypersurface(from_catalogue("p11226")), 3, True)).root == 6
    assert AlgebraicAnsatz(InvariantFeatures(WeightedHypersurface(from_catalogue("fermat_quintic")), 3, True)).root == 3
    other = AlgebraicAnsatz(features, 4.0)
    for one in (ansatz, other):
        assert ansatz_from_config(one.to_config(), FERMAT) == one
    with pytest.raises(InputError, match="root"):
        AlgebraicAnsatz(features, -1.0)


def test_an_algebraic_metric_of_an_orbifold(points):
    """σ falls from 0.2 for the reference metric to about 0.01 at k = 6; the volume stays (2π)³ 8/48."""
    ansatz = AlgebraicAnsatz(InvariantFeatures(FERMAT, 6, True))
    table = LocalFeatures.of(FERMAT, ansatz, points)
    train, test = table.part(TRAIN), table.rows(TRAIN, 2 * TRAIN)
    solution = levenberg_marquardt(train, initial_state(train, 0), iterations=12)
    potential = KahlerPotential(ansatz, solution.parameters)
    assert 0.006 < sigma_and_positivity(test, solution.state.vector)[0] < 0.016
    found = measure(FERMAT, potential, points.rows(slice(TRAIN, None)))
    ratio, error = found.volume_ratio
    assert abs(ratio - 1) < 4 * error
    assert error < 0.01
    assert found.smallest_eigenvalue > 0
