import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.map_points import map_points
from g2links.measures.assessment import assess, root_mean_square
from g2links.measures.chern_numbers import (
    chern_numbers,
    concentrated_sample,
    control_densities,
    controlled_integral,
    per_line,
    whole_sample,
)
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import fermat, fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.residue import kahler_volume

QUINTIC = WeightedHypersurface(fermat_quintic())


@pytest.mark.parametrize(
    ("exponents", "weights", "expected"),
    [
        ((5, 5, 5, 5, 5), (1, 1, 1, 1, 1), (-200, 50, 0)),
        ((6, 6, 6, 6, 3), (1, 1, 1, 1, 2), (-204, 42, 0)),
        ((8, 8, 8, 8, 2), (1, 1, 1, 1, 4), (-296, 44, 0)),
        ((10, 10, 10, 5, 2), (1, 1, 1, 2, 5), (-288, 34, 0)),
    ],
)
def test_chern_numbers_of_smooth_hypersurfaces(exponents, weights, expected):
    """The four smooth families with h11 = 1, as in every table of them."""
    numbers = chern_numbers(WeightedHypersurface(fermat(exponents, weights, "smooth")))
    assert [numbers[name] for name in ("c3", "c2_h", "c1_h2")] == pytest.approx(list(expected), abs=1e-12)


@pytest.fixture(scope="module")
def potential():
    """u = (1/2) log Σ c X with a form c that is far from flat: another metric of the same class."""
    features = InvariantFeatures(QUINTIC, 2, True)
    return KahlerPotential(AlgebraicAnsatz(features), (jnp.array([1.0, 1.3]),))


@pytest.fixture(scope="module")
def assessment(potential):
    points = QUINTIC.sample(300, 3)
    sample = concentrated_sample(QUINTIC, 900, 4)
    return points, sample, assess(QUINTIC, potential, points, sample)


def test_chern_numbers_from_the_curvature(assessment):
    """-200, 50 and 0 for a metric that is not Ricci-flat; a standard error below 1 % of -200."""
    _, _, found = assessment
    for name, exact in chern_numbers(QUINTIC).items():
        value, error = found.integrals["euler_number" if name == "c3" else name]
        assert abs(value - exact) < 4 * error, name
    assert found.integrals["euler_number"].error < 2
    assert found.integrals["c2_h"].error < 0.5


def test_figures_of_a_metric(assessment):
    points, _, found = assessment
    assert all(len(values) == len(points.z) for values in found.pointwise.values())
    assert np.max(found.pointwise["chart_change"]) < 1e-12
    assert np.max(found.pointwise["metric_minus_differences"]) < 1e-6
    assert np.min(found.pointwise["smallest_eigenvalue"]) > 0
    assert found.integrals["sigma"].value <= found.integrals["ma_rms"].value <= np.max(found.pointwise["ma_deviation"])
    value, error = found.integrals["volume_ratio"]
    assert abs(value - 1) < 4 * error
    assert found.integrals["ricci_scalar_rms"] == root_mean_square(found.pointwise["ricci_scalar"], points)


def test_cauchy_schwarz_between_scalar_and_ricci(assessment):
    """|Scal| <= √6 |Ric| at every point."""
    _, _, found = assessment
    assert np.all(np.abs(found.pointwise["ricci_scalar"]) <= np.sqrt(6) * found.pointwise["ricci_norm"] * (1 + 1e-12))


def test_concentrated_sample_has_the_same_integrals(assessment, potential):
    """The control forms, ∫ = ∫ω³/6, over points that were kept with unequal probabilities; and its size."""
    _, sample, _ = assessment
    assert 700 < len(sample.points.z) < 1000
    assert sample.candidates == 9000
    assert sample.lines == 1800
    forms = map_points(lambda *row: control_densities(QUINTIC, potential, *row), sample.points)
    estimates = per_line(forms, sample) / kahler_volume(QUINTIC)
    errors = np.std(estimates, axis=0) / np.sqrt(sample.lines)
    assert np.all(np.abs(estimates.mean(axis=0) - 1) < 4.5 * errors)


def test_control_variates_are_unbiased_and_cut_the_error(rng):
    """An integrand that is a combination of the controls up to noise."""
    sample = whole_sample(QUINTIC.sample(4000, int(rng.integers(2**31))))
    volume = kahler_volume(QUINTIC)
    controls = volume * rng.gamma(2, 0.5, size=(4000, 3)) / sample.points.weights[:, None]
    values = controls @ np.array([1.0, -2.0, 0.5]) + rng.normal(size=4000) / sample.points.weights
    plain = controlled_integral(QUINTIC, values, controls[:, :0], sample)
    better = controlled_integral(QUINTIC, values, controls, sample)
    exact = -0.5 * volume
    assert abs(plain.value - exact) < 4.5 * plain.error
    assert abs(better.value - exact) < 4.5 * better.error
    assert better.error < 0.02 * plain.error


def test_blocks_give_every_point_once():
    points = QUINTIC.sample(1203, 1)
    seen = []
    z, fixed = map_points(lambda at: (at.z, at.fixed), points, progress=lambda done, total: seen.append((done, total)))
    np.testing.assert_array_equal(z, points.z)
    np.testing.assert_array_equal(fixed, points.at.fixed)
    assert seen == [(500, 1203), (1000, 1203), (1203, 1203)]
