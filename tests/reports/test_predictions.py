import numpy as np
import pytest

from g2links.errors import InputError
from g2links.reports.predictions import (
    component_errors,
    component_labels,
    plot_component_errors,
    plot_predictions,
)

SIZES = {"3form": 35, "metric": 28, "4form": 35}


@pytest.mark.parametrize("task", SIZES)
def test_component_labels(task):
    labels = component_labels(task)
    assert len(labels) == SIZES[task] == len(set(labels))
    first, second, last = {
        "3form": ("123", "124", "567"),
        "metric": ("11", "12", "77"),
        "4form": ("1234", "1235", "4567"),
    }[task]
    assert [f"_{{{first}}}" in labels[0], f"_{{{second}}}" in labels[1], f"_{{{last}}}" in labels[-1]] == [True] * 3


def test_component_errors_are_relative_and_absolute_where_the_truth_vanishes():
    truth = np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 1.0]])
    prediction = truth + np.array([[0.3, 0.2, 0.0], [0.4, 0.2, np.nan]])
    errors = component_errors(truth, prediction)
    assert errors[:2] == pytest.approx([0.1, 0.2])
    assert np.isnan(errors[2])


def test_predictions_with_constant_and_broken_components(tmp_path, rng, is_picture):
    truth = rng.normal(size=(60, 28))
    truth[:, 27], truth[:, 5] = 1.0, 0.0
    prediction = truth + 0.1 * rng.normal(size=truth.shape)
    prediction[:, 27] = 1.0
    prediction[3, 2], prediction[:, 4] = np.nan, np.inf
    plot_predictions(tmp_path / "p.png", truth, prediction, task="metric", cy_run=1, g2_run=2)
    plot_component_errors(tmp_path / "e.png", truth, prediction, task="metric", cy_run=1, g2_run=2)
    assert is_picture(tmp_path / "p.png")
    assert is_picture(tmp_path / "e.png")


def test_perfect_predictions(tmp_path, rng, is_picture):
    truth = rng.normal(size=(5, 35))
    plot_component_errors(tmp_path / "e.png", truth, truth, task="3form")
    assert is_picture(tmp_path / "e.png")


@pytest.mark.parametrize(
    ("truth", "prediction", "task"),
    [
        ((3, 35), (3, 28), "3form"),
        ((3, 35), (3, 35), "metric"),
        ((0, 35), (0, 35), "3form"),
        ((3, 35), (3, 35), "5form"),
    ],
)
def test_shapes_that_do_not_fit_the_task_are_refused(tmp_path, truth, prediction, task):
    with pytest.raises(InputError):
        plot_predictions(tmp_path / "p.png", np.zeros(truth), np.zeros(prediction), task=task)
    assert not list(tmp_path.iterdir())
