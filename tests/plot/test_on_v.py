"""Pictures of a metric over V, and of runs."""

import numpy as np
import pytest

import g2links
from g2links import plot
from g2links.errors import InputError
from g2links.varieties.points.slices import slice_of


@pytest.fixture(scope="module")
def part():
    return slice_of(g2links.WeightedHypersurface(g2links.fermat_quintic()), 500)


def test_the_surface_has_every_triangle_in_the_mean_of_its_corners(part, rng, is_picture):
    values = 10 ** rng.normal(-3, 1, len(part.z))
    figure = plot.slice_of_threefold(part, values, label="error")
    drawn = figure.axes[0].collections[0]
    np.testing.assert_allclose(drawn.get_array(), np.exp(np.log(values[part.triangles]).mean(axis=1)))
    assert is_picture(figure)


def test_the_surface_lies_where_its_points_are(part):
    z = part.z[:, [part.moving, part.solved]]
    np.testing.assert_array_equal(part.in_space[:, :2], z.real)
    np.testing.assert_allclose(part.in_space[:, 2], z.imag.sum(axis=1) / np.sqrt(2))


def test_values_that_no_surface_has_are_refused(part):
    for values in (np.ones(3), -np.ones(len(part.z)), np.zeros(len(part.z)), np.full(len(part.z), np.nan)):
        with pytest.raises(InputError, match="values"):
            plot.slice_of_threefold(part, values)


def test_eigenvalues(rng, is_picture):
    position, values = rng.uniform(1e-4, 0.2, 300), np.sort(rng.uniform(0.1, 3, (300, 3)))
    figure = plot.eigenvalues(position, values, label="least share")
    for i, line in enumerate(figure.axes[0].lines[::2]):
        np.testing.assert_array_equal(line.get_xdata(), position)
        np.testing.assert_array_equal(line.get_ydata(), values[:, i])
    assert figure.axes[0].get_xscale() == "log"
    assert is_picture(figure)


def test_what_are_no_eigenvalues_is_refused(rng):
    good = np.ones((4, 3))
    for position, values in (
        (np.arange(3.0), good),
        (np.arange(4.0), good[:, 0]),
        (np.arange(4.0), -good),
        (np.arange(4.0), good * [3, 2, 1]),
        (np.full(4, np.nan), good),
    ):
        with pytest.raises(InputError):
            plot.eigenvalues(position, values)


def test_runs_side_by_side(is_picture):
    records = {
        "run 1": {"figures": {"sigma": 1e-5, "ma_supremum": 2e-3}, "standard_errors": {"sigma": 1e-7}},
        "run 2": {"figures": {"sigma": 2e-5, "ma_supremum": None}},
        "run 3": {"figures": {}},
    }
    figure = plot.runs(records)
    axes = figure.axes[0]
    sigma, supremum = (container.lines[0] for container in axes.containers)
    assert (sigma.get_xdata().tolist(), sigma.get_ydata().tolist()) == ([1e-5, 2e-5], [0, 1])
    assert supremum.get_xdata().tolist() == [2e-3]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(records)
    assert is_picture(figure)


@pytest.mark.parametrize("records", [{}, {"run 1": {"figures": {}}}, {"run 1": {"figures": {"sigma": 0.0}}}])
def test_runs_without_figures_are_refused(records):
    with pytest.raises(InputError, match="records"):
        plot.runs(records)
