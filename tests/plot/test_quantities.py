"""Pictures of special geometry and instantons."""

import numpy as np
import pytest

from g2links import plot
from g2links.errors import InputError


def test_a_family_with_a_measured_member(is_picture):
    figure = plot.special_geometry([0.0, 0.5, 0.9], [3, 2, 1], [1, 2, 3], (0.3, (2.5, 0.1), (1.5, 0.2)), title="t")
    for axes, curve, value, error in zip(figure.axes, ([3, 2, 1], [1, 2, 3]), (2.5, 1.5), (0.1, 0.2), strict=True):
        assert axes.lines[0].get_ydata().tolist() == curve
        assert axes.lines[1].get_xydata().tolist() == [[0.3, value]]
        (segment,) = axes.collections[0].get_segments()
        np.testing.assert_allclose(segment[:, 1], [value - error, value + error])
    assert is_picture(figure)
    with pytest.raises(InputError, match="metric"):
        plot.special_geometry([0.0], [1, 2], [1], (0.3, (2.5, 0.1), (1.5, 0.2)))


def test_a_defect_is_counted_at_every_point(is_picture, rng):
    figure = plot.instanton(rng.uniform(1e-4, 1e-1, 300), cy_run=2)
    assert figure.axes[0].patches[0].get_data().values.sum() == 300
    assert is_picture(figure)
    for wrong in (np.array([]), np.array([1.0, np.nan]), np.ones((2, 2))):
        with pytest.raises(InputError, match="defect"):
            plot.instanton(wrong)
