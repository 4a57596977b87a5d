import math

import jax
import numpy as np
import pytest

from g2links.errors import InputError
from g2links.varieties.catalogue import fermat, fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.points.sampling import (
    effective_sample_size,
    integral,
    weighted_mean,
)
from g2links.varieties.residue import kahler_volume

QUINTIC = WeightedHypersurface(fermat_quintic())


@pytest.fixture(scope="module")
def points():
    return QUINTIC.sample(50_000, 20261122)


def test_exact_values_of_the_conventions_page():
    assert kahler_volume(QUINTIC) == pytest.approx((2 * math.pi) ** 3 * 5 / 6, rel=1e-14)
    assert kahler_volume(QUINTIC) == pytest.approx(206.7085, abs=1e-4)
    exact = math.pi**3 * (math.gamma(1 / 5) / math.gamma(4 / 5)) ** 5 / 625
    assert holomorphic_volume(QUINTIC) == pytest.approx(exact, rel=1e-13)
    assert holomorphic_volume(QUINTIC) == pytest.approx(47.29756, abs=1e-5)
    weighted = fermat((8, 8, 4, 4, 4), (1, 1, 2, 2, 2), "P11222[8]")
    assert holomorphic_volume(WeightedHypersurface(weighted)) == pytest.approx(74.98, abs=5e-3)


def test_points_lie_on_the_quintic_in_their_gauge(points):
    residual = np.sum(points.z**5, axis=1)
    assert np.max(np.abs(residual)) < 1e-13
    rows = np.arange(len(points.z))
    assert np.all(points.z[rows, points.at.fixed[:, 0]] == 1)
    assert np.max(np.abs(points.z)) <= 1 + 1e-12
    assert np.all(points.at.fixed != points.at.solved)


def test_holomorphic_volume_within_three_standard_errors(points):
    value, error = integral(np.ones(len(points.z)), points)
    assert abs(value - holomorphic_volume(QUINTIC)) < 3 * error
    assert error < 0.005 * value


def _mean_over_the_law(values, points):
    """The mean of `values` over the points, each counted once, and its standard error over lines."""
    return integral(values / points.weights, points)


def test_moments_of_the_fubini_study_law_within_three_standard_errors(points):
    """Points on random lines follow ω_FS³ on V, and the lines are U(5)-invariant: <|z_i|²/|z|²> = 1/5."""
    share = np.abs(points.z) ** 2 / np.sum(np.abs(points.z) ** 2, axis=1, keepdims=True)
    for i in range(5):
        mean, error = _mean_over_the_law(share[:, i], points)
        assert abs(mean - 0.2) < 4 * error
    odd = points.z[:, 0] * points.z[:, 1].conj() / np.sum(np.abs(points.z) ** 2, axis=1)
    mean, error = _mean_over_the_law(odd.real, points)
    assert abs(mean) < 4 * error


def test_phase_symmetry_of_the_weighted_law(points):
    share = points.z[:, 0] * points.z[:, 1].conj() / np.sum(np.abs(points.z) ** 2, axis=1)
    for part in (share.real, share.imag):
        mean, error = weighted_mean(part, points)
        assert abs(mean) < 4 * error


def test_error_falls_like_one_over_root_n():
    """Slope -1/2 of the spread of the integral against the number of points (GEOMETRY, section 5)."""
    sizes = np.array([200, 800, 3200])
    everything = QUINTIC.sample(3200 * 24, 7).weights.reshape(24, 3200)
    spread = [np.std(everything[:, :n].mean(axis=1)) for n in sizes]
    slope = np.polyfit(np.log(sizes), np.log(spread), 1)[0]
    assert -0.75 < slope < -0.25


def test_same_seed_same_points_and_any_number_of_them():
    a, b = QUINTIC.sample(23, 5), QUINTIC.sample(23, 5)
    assert len(a.z) == 23
    jax.tree.map(np.testing.assert_array_equal, a, b)
    assert not np.array_equal(a.z, QUINTIC.sample(23, 6).z)


def test_effective_sample_size(points):
    assert effective_sample_size(np.ones(10)) == pytest.approx(1)
    assert effective_sample_size(np.array([1.0, 0, 0, 0])) == pytest.approx(0.25)
    assert effective_sample_size(points.weights) > 0.7


def test_what_cannot_be_sampled_is_refused():
    with pytest.raises(InputError, match="at least 1"):
        QUINTIC.sample(0, 0)


def test_sections_count_with_as_many_points_as_they_have():
    """Of a constant the mean over sections of 1 and of 9 points is known without an error; of other numbers the error
    is that of the spread over repetitions."""
    rng = np.random.default_rng(3)
    size = np.tile([1, 9], 200)
    lines = np.repeat(np.arange(400), size)
    points = QUINTIC.sample(len(lines), 1)._replace(weights=np.ones(len(lines)), lines=lines)
    assert integral(np.full(len(lines), 2.0), points) == (2.0, 0.0)
    found = np.array([integral(np.repeat(rng.normal(size=400), size), points) for _ in range(300)])
    assert np.std(found[:, 0]) == pytest.approx(np.mean(found[:, 1]), rel=0.15)
