import numpy as np
import pytest

from g2links.networks.locations import coordinate_shares, largest, worst_points
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface


def test_shares_of_weights_1(quintic, points):
    squares = np.abs(points.z) ** 2
    expected = squares / np.sum(squares, axis=1, keepdims=True)
    np.testing.assert_allclose(coordinate_shares(WeightedHypersurface(quintic), points.z), expected, rtol=1e-12)


def test_shares_of_other_weights_lie_on_the_unit_sphere_and_on_one_orbit():
    polynomial = from_catalogue("p11222")
    variety = WeightedHypersurface(polynomial)
    points = variety.sample(50, 1)
    shares = coordinate_shares(variety, points.z)
    np.testing.assert_allclose(np.sum(shares, axis=1), 1, rtol=1e-12)
    moved = points.z * 1.7 ** np.array(polynomial.weights)
    np.testing.assert_allclose(coordinate_shares(variety, moved), shares, rtol=1e-10)


def test_the_worst_points_are_those_with_the_largest_errors(quintic, points, rng):
    errors = rng.random(len(points.z))
    errors[17] = np.nan
    worst = worst_points(WeightedHypersurface(quintic), points.at, errors)
    assert np.isnan(worst[0]["error"])
    found = [entry["error"] for entry in worst[1:]]
    assert found == sorted(np.delete(errors, 17), reverse=True)[:9]
    for entry, i in zip(worst, largest(errors), strict=True):
        z = points.z[i]
        np.testing.assert_array_equal(entry["base_point"], [*z.real, *z.imag])
        assert (entry["drop_one"], entry["drop_max"]) == (points.at.fixed[i], points.at.solved[i])
        assert entry["smallest_share"] == pytest.approx(np.min(np.abs(z) ** 2) / np.sum(np.abs(z) ** 2), rel=1e-12)
        products = np.outer(z, z.conj()) / np.sum(np.abs(z) ** 2)
        size = np.sum(np.abs(products) ** 2)
        assert size == pytest.approx(1)
        assert len(entry["invariants"]) == 25
        for value in entry["invariants"]:
            near = np.abs(np.concatenate([products.real.ravel(), products.imag.ravel()]) - value)
            assert np.min(near) < 1e-12


def test_fewer_points_than_asked_for(quintic, points):
    few = worst_points(WeightedHypersurface(quintic), points.rows(slice(3)).at, np.array([1.0, 3.0, 2.0]))
    assert [entry["error"] for entry in few] == [3.0, 2.0, 1.0]
