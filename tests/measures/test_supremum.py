import jax.numpy as jnp
import numpy as np
import pytest

from g2links.measures.monge_ampere import measure, metric_function
from g2links.measures.supremum import supremum
from g2links.varieties.catalogue import fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.real_points import require_on_variety

QUINTIC = WeightedHypersurface(fermat_quintic())


def bump(centre, height, sharpness):
    """height times (|<z, centre>|²/|z|²|centre|²)^sharpness: 1 at the centre, and small a little away from it."""
    unit = jnp.asarray(centre / np.linalg.norm(centre))

    def potential(z):
        inner = jnp.sum(z * unit.conj())
        share = (inner.real**2 + inner.imag**2) / jnp.sum(z.real**2 + z.imag**2)
        return height * share**sharpness

    return potential


@pytest.fixture(scope="module")
def points():
    return QUINTIC.sample(1000, 5)


def searched(potential, points):
    found = measure(QUINTIC, potential, points)
    return supremum(QUINTIC, metric_function(QUINTIC, potential), points, np.abs(np.log(found.ratio)), found.mean)


def test_a_peak_that_random_points_miss_is_found(points):
    """At a special point; the reference metric alone is worst elsewhere, by less."""
    centre = np.array([1, -1, 0, 0, 0], dtype=complex)
    potential = bump(centre, -1e-3, 400)
    seen, found = measure(QUINTIC, potential, points), searched(potential, points)
    flat = searched(lambda z: 0.0 * z[0].real, points)
    assert found.value > 1.5 * max(flat.value, seen.worst)
    assert found.start == "special"
    shares = np.sort(np.abs(found.z))
    np.testing.assert_allclose(shares, [0, 0, 0, 1, 1], atol=0.05)


def test_the_search_climbs_to_a_peak_away_from_every_start(points):
    """From other random points it comes to the same place, on V, and no random point is above it."""
    centre = QUINTIC.sample(1, 77).z[0]
    potential = bump(centre, 3e-3, 60)
    one, other = searched(potential, points), searched(potential, QUINTIC.sample(1000, 6))
    require_on_variety(QUINTIC, one.z)
    many = QUINTIC.sample(20_000, 7)
    deviation = measure(QUINTIC, potential, many).worst
    assert one.value >= 0.98 * deviation
    assert one.value == pytest.approx(other.value, rel=0.05)


def test_a_metric_that_is_nowhere_negative_on_random_points_is_caught(points):
    potential = bump(np.array([1, -1, 0, 0, 0], dtype=complex), 4e-3, 400)
    assert measure(QUINTIC, potential, points).smallest_eigenvalue > 0
    found = searched(potential, points)
    assert found.value == np.inf
    assert found.smallest_eigenvalue < 0


def test_it_is_the_same_for_the_same_arguments(points):
    potential = bump(np.array([1, 1j, 0, 0, 0], dtype=complex), 1e-3, 20)
    one, other = searched(potential, points), searched(potential, points)
    assert one.value == other.value
    np.testing.assert_array_equal(one.z, other.z)
