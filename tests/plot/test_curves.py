import numpy as np
import pytest

from g2links import plot
from g2links.errors import InputError


def test_the_ratio_on_the_rational_curve(rng, is_picture):
    t = np.outer(np.geomspace(0.1, 10, 5), np.exp(2j * np.pi * np.arange(8) / 8))
    ratio = 1 + 1e-3 * rng.normal(size=t.shape)
    figure = plot.rational_curve(t, ratio, cy_run=1)
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), np.geomspace(0.1, 10, 5))
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), ratio.mean(axis=1))
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (ratio.min(), ratio.max())
    assert is_picture(figure)


@pytest.mark.parametrize(
    ("t", "ratio"),
    [
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones(3), np.ones(3)),
        (np.zeros((2, 3)), np.ones((2, 3))),
        (np.ones((2, 3)), np.full((2, 3), np.nan)),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_refused(t, ratio):
    with pytest.raises(InputError, match="t and ratio"):
        plot.rational_curve(t, ratio)


def test_forms_along_a_path(rng, is_picture):
    angle, computed = np.linspace(0, 6, 20), rng.normal(size=(20, 35))
    figure = plot.along(angle, computed, "4form", predicted=computed + 1e-3, label="angle", what="a path")
    upper, lower = figure.axes
    assert len(upper.lines) == 2 * 35
    np.testing.assert_array_equal([line.get_ydata() for line in upper.lines[::2]], computed.T)
    np.testing.assert_array_equal([line.get_ydata() for line in upper.lines[1::2]], computed.T + 1e-3)
    np.testing.assert_allclose(lower.lines[0].get_ydata(), 1e-3)
    assert is_picture(figure)


def test_without_a_prediction_the_change_is_drawn():
    computed = np.outer(np.arange(4.0), np.ones(28))
    lower = plot.along(np.arange(4.0), computed, "metric").axes[1]
    np.testing.assert_allclose(lower.lines[0].get_ydata(), [np.nan, 1, 2, 3])
    lower = plot.along([0.0], np.ones((1, 28)), "metric").axes[1]
    assert lower.lines[0].get_ydata().tolist() == [1e-18]


@pytest.mark.parametrize(
    ("parameter", "computed", "task"),
    [
        (np.arange(3.0), np.ones((3, 28)), "3form"),
        (np.arange(2.0), np.ones((3, 35)), "3form"),
        (np.zeros(0), np.ones((0, 35)), "3form"),
        (np.arange(3.0), np.full((3, 35), np.inf), "3form"),
        (np.arange(3.0), np.ones((3, 35)), "5form"),
    ],
)
def test_components_that_cannot_be_drawn_are_refused(parameter, computed, task):
    with pytest.raises(InputError):
        plot.along(parameter, computed, task)
