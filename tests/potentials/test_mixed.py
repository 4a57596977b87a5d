"""Mixed potentials: positive by construction, invariant, and the same whether values or jets are asked for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from g2links.calculus.jets import real_function_jet
from g2links.errors import InputError
from g2links.potentials.families import KahlerPotential, ansatz_from_config, unravel
from g2links.potentials.mixed import MixedAnsatz, NormedFeatures
from g2links.potentials.reference import reference_potential
from g2links.ricci_flat.feature_choice import is_crowded, mixed_features
from g2links.ricci_flat.feature_table import is_positive, log_ratios, prepare
from g2links.ricci_flat.fitting import FeatureFit
from g2links.varieties.catalogue import fermat
from g2links.varieties.charts import tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface

HEAVY = WeightedHypersurface(fermat((84, 84, 7, 3, 2), (1, 1, 12, 28, 42), "P(1,1,12,28,42)[84]"))
LIGHT = WeightedHypersurface(fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]"))


@pytest.fixture(scope="module")
def ansatz():
    return MixedAnsatz(NormedFeatures(LIGHT, 4, symmetric=True, degrees=(1, 2, 3, 4)), 3.0)


@pytest.fixture(scope="module")
def points():
    return LIGHT.sample(40, 0)


@pytest.fixture(scope="module")
def data(ansatz, points):
    return prepare(LIGHT, ansatz.features, points)


def parameters(ansatz, data, rng, correction=0.0):
    start, restore = ravel_pytree(ansatz.initial(rng, np.asarray(data.features.value)))
    *first, last = restore(start + rng.normal(size=start.shape))
    return (*first, correction * last)


def test_the_formula(ansatz, data, points, rng):
    """u from the definition in the module, at one point."""
    found = parameters(ansatz, data, rng, 0.01)
    z, features, d = points.z[3], ansatz.features, LIGHT.polynomial.degree
    shares, of_norm, of_reference, of_squares, corrections = map(np.asarray, found)
    k = float(reference_potential(LIGHT, z))
    scaled = np.exp(-0.5 * k * np.array(LIGHT.weights)) * z
    norm = np.sum(np.abs(scaled) ** (2 * d / np.array(LIGHT.weights))) ** (1 / d)
    forms = features.forms(z)[features.of_sections]
    total = 0.0
    for i, j in enumerate(features.levels):
        here = features.section_degrees[features.squares] == j
        inside = np.exp(of_norm[i]) * norm**j + np.exp(of_reference[i])
        inside += np.exp(of_squares[here]) @ forms[features.squares][here]
        total += np.exp(shares[i]) / np.exp(shares).sum() / j * np.log(inside)
    total += np.log(1 + corrections @ (forms / norm**features.section_degrees)) / ansatz.root
    np.testing.assert_allclose(KahlerPotential(ansatz, found)(z), total, rtol=1e-12)


def test_jets_are_the_derivatives_of_values(ansatz, data, points, rng):
    potential = KahlerPotential(ansatz, parameters(ansatz, data, rng, 0.01))
    at = jax.tree.map(lambda x: x[5], points.at)
    frame = tangent_frame(LIGHT, at)
    expected = real_function_jet(potential, at.z, frame)
    for ours, other in zip(potential.jet(at.z, frame), expected, strict=True):
        np.testing.assert_allclose(np.ravel(ours), np.ravel(other), atol=1e-10)


def test_every_choice_without_a_correction_is_a_metric(ansatz, data, rng):
    def positive(correction):
        return is_positive(log_ratios(ansatz, parameters(ansatz, data, rng, correction), data), data.log_volume)

    assert all(np.all(positive(0.0)) for _ in range(5))
    assert not np.all(positive(-1e3))


def test_it_survives_its_config(ansatz):
    assert ansatz_from_config(ansatz.to_config(), LIGHT) == ansatz
    with pytest.raises(InputError, match="degrees and its root"):
        ansatz_from_config({key: v for key, v in ansatz.to_config().items() if key != "root"}, LIGHT)
    with pytest.raises(InputError, match="root"):
        MixedAnsatz(ansatz.features, 0.0)
    with pytest.raises(InputError, match="degrees"):
        NormedFeatures(LIGHT, 4, symmetric=True)


def test_a_search_corrects_what_is_positive_by_construction(ansatz, points, rng):
    fit = FeatureFit(LIGHT, ansatz, LIGHT.sample(300, 1), points)
    seen = []
    state, _ = fit.search(fit.start(None, 0), 55, lambda state: seen.append(state) and False, None)
    corrected = [bool(np.any(unravel(ansatz, state.vector)[-1])) for state in seen]
    assert corrected == sorted(corrected)
    assert corrected[0] is False
    assert corrected[-1] is True
    last_without = seen[corrected.index(True) - 1]
    assert fit.quality(state.vector).validation < 0.5 * fit.quality(last_without.vector).validation
    middle = seen[corrected.index(True) + 2]
    again, _ = fit.search(middle, 55, lambda _: False, None)
    np.testing.assert_array_equal(again.vector, state.vector)


def test_degrees_where_weights_differ_much():
    assert is_crowded(HEAVY)
    assert not is_crowded(LIGHT)
    features = mixed_features(HEAVY)
    assert features.degrees == (1, 2, 4, 6, 12, 13, 28, 29, 42, 43)
    assert jnp.asarray(features.levels).tolist() == list(features.degrees)
