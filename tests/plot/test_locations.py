import numpy as np
import pytest

from g2links.errors import InputError
from g2links.plot import error_locations
from g2links.plot.locations import binned_quantiles


@pytest.fixture
def shares(rng):
    return rng.dirichlet(np.ones(5), size=700)


def test_quantiles_of_a_known_law():
    """Values uniform on (0, x) at position x: the quantiles are those shares of x."""
    position = np.repeat(np.arange(1.0, 9.0), 60)
    values = position * np.tile(np.arange(1, 61) / 60, 8)
    centres, (median, ninety, most) = binned_quantiles(position, values)
    np.testing.assert_array_equal(centres, np.arange(1.0, 9.0))
    np.testing.assert_allclose(median, 0.5 * centres, atol=0.02 * 8)
    np.testing.assert_allclose(ninety, 0.9 * centres, atol=0.02 * 8)
    np.testing.assert_allclose(most, centres, atol=0.02 * 8)


def test_values_that_are_not_finite_are_the_largest():
    values = np.ones(59)
    values[3] = np.nan
    centres, quantiles = binned_quantiles(np.arange(59.0), values)
    assert centres.shape == (1,)
    assert quantiles[0] == [1.0]
    assert quantiles[2] == [np.inf]


@pytest.mark.parametrize("names", [["phi_error"], ["phi_error", "metric_error", "psi_error"]])
def test_every_point_is_drawn_in_every_panel(shares, rng, is_picture, names):
    errors = {name: 1e-3 * rng.random(700) / shares.min(axis=1) ** 0.2 for name in names}
    figure = error_locations(shares, errors, what="Error of the 3-form", cy_run=1, g2_run=2)
    assert len(figure.axes) == 6 * len(names)
    for k, axes in enumerate(figure.axes):
        position = shares.min(axis=1) if k % 6 == 0 else shares[:, k % 6 - 1]
        np.testing.assert_array_equal(axes.lines[0].get_xdata(), position)
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), errors[names[k // 6]])
    assert is_picture(figure)


def test_few_points_exact_zeros_and_broken_values(shares, is_picture):
    errors = np.array([0.0, np.nan, np.inf, 1e-3])
    assert is_picture(error_locations(shares[:4], {"phi_error": errors}, weighted=True))


def test_shapes_that_do_not_agree_are_refused(shares):
    for s, errors in (
        (shares, {"phi_error": np.zeros(3)}),
        (shares[:, 0], {"phi_error": np.zeros(700)}),
        (shares, {}),
    ):
        with pytest.raises(InputError):
            error_locations(s, errors)
