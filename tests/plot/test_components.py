import numpy as np
import pytest

from g2links import plot
from g2links.errors import InputError
from g2links.plot.components import component_indices, component_places, relative_errors

SIZES = {"3form": 35, "metric": 28, "4form": 35}


@pytest.mark.parametrize("task", SIZES)
def test_indices_of_the_components(task):
    indices = component_indices(task)
    assert len(indices) == SIZES[task] == len(set(indices))
    first, second, last = {
        "3form": ((1, 2, 3), (1, 2, 4), (5, 6, 7)),
        "metric": ((1, 1), (1, 2), (7, 7)),
        "4form": ((1, 2, 3, 4), (1, 2, 3, 5), (4, 5, 6, 7)),
    }[task]
    assert (indices[0], indices[1], indices[-1]) == (first, second, last)


@pytest.mark.parametrize("task", SIZES)
def test_each_component_has_a_place_of_its_own_that_its_row_and_column_name(task):
    places, rows, columns = component_places(task)
    assert len(set(places)) == SIZES[task]
    for index, (row, column) in zip(component_indices(task), places, strict=True):
        name = rows[row] + columns[column] if task == "metric" else columns[column] + rows[row]
        assert name == "".join(map(str, index))


def test_errors_are_relative_and_absolute_where_the_computed_form_vanishes():
    computed = np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 1.0]])
    predicted = computed + np.array([[0.3, 0.2, 0.0], [0.4, 0.2, np.nan]])
    errors = relative_errors(computed, predicted)
    assert errors[:2] == pytest.approx([0.1, 0.2])
    assert np.isnan(errors[2])


@pytest.mark.parametrize("task", SIZES)
def test_the_matrix_has_the_error_of_each_component(rng, task):
    computed = rng.normal(size=(40, SIZES[task]))
    predicted = computed * (1 + 1e-3 * np.arange(1, SIZES[task] + 1))
    drawn = plot.component_errors(computed, predicted, task).axes[0].images[0].get_array()
    assert drawn.count() == SIZES[task]
    for k, place in enumerate(component_places(task)[0]):
        assert drawn[place] == pytest.approx(1e-3 * (k + 1))


def test_constant_and_broken_components(rng, is_picture):
    computed = rng.normal(size=(60, 28))
    computed[:, 27], computed[:, 5] = 1.0, 0.0
    predicted = computed + 0.1 * rng.normal(size=computed.shape)
    predicted[:, 27] = 1.0
    predicted[3, 2], predicted[:, 4] = np.nan, np.inf
    figure = plot.component_errors(computed, predicted, "metric", cy_run=1, g2_run=2)
    assert [text.get_text() for text in figure.axes[0].texts].count("×") == 2
    assert len(figure.axes[0].patches) == 2  # the frames of two constant ones
    assert is_picture(figure)
    figure = plot.predictions(computed, predicted, "metric", cy_run=1, g2_run=2)
    assert [text.get_text() for text in figure.axes[0].texts] == ["61 not finite"]
    assert is_picture(figure)


def test_predictions_count_each_component_of_each_point_once(rng, is_picture):
    computed = rng.normal(size=(30, 35))
    figure = plot.predictions(computed, computed * (1 + 1e-5 * rng.normal(size=(30, 35))), "4form")
    for axes in figure.axes[:2]:
        assert axes.collections[0].get_array().sum() == 30 * 35
    assert is_picture(figure)


def test_perfect_predictions(rng, is_picture):
    computed = rng.normal(size=(5, 35))
    assert is_picture(plot.component_errors(computed, computed, "3form"))
    assert is_picture(plot.predictions(computed, computed, "3form"))


@pytest.mark.parametrize("function", [plot.predictions, plot.component_errors])
@pytest.mark.parametrize(
    ("computed", "predicted", "task"),
    [
        ((3, 35), (3, 28), "3form"),
        ((3, 35), (3, 35), "metric"),
        ((0, 35), (0, 35), "3form"),
        ((3, 35), (3, 35), "5form"),
    ],
)
def test_shapes_that_do_not_fit_the_task_are_refused(function, computed, predicted, task):
    with pytest.raises(InputError):
        function(np.zeros(computed), np.zeros(predicted), task)
