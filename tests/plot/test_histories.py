import math

import pytest

from g2links import plot
from g2links.errors import InputError

SEARCH = [
    {
        "iteration": i,
        "rms": 0.5 / i,
        "sigma_validation": 0.4 / i if i % 2 else None,
        "damping": 0.1**i,
        "seconds": i,
    }
    for i in range(1, 8)
]
TRAINING = [
    {"epoch": i, "loss": 1 / i, "validation_loss": 2 / i, "learning_rate": 1e-3, "seconds": i} for i in range(1, 8)
]


def test_the_search_for_a_metric():
    upper, lower = plot.metric_history(SEARCH, cy_run=1).axes
    rms, sigma = upper.lines
    assert rms.get_xdata().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert rms.get_ydata().tolist() == [entry["rms"] for entry in SEARCH]
    assert sigma.get_xdata().tolist() == [1, 3, 5, 7]
    assert lower.lines[0].get_ydata().tolist() == [entry["damping"] for entry in SEARCH]
    assert lower.get_ylabel() == "damping"


@pytest.mark.parametrize(
    "history", [SEARCH[:1], [], [{**SEARCH[0], "rms": math.nan}], [{"iteration": 1, "seconds": 2.0}]]
)
def test_searches_with_little_to_draw(history, is_picture):
    assert is_picture(plot.metric_history(history))


@pytest.mark.parametrize(
    ("optimiser", "name"), [("lm", "damping"), ("adam", "learning rate"), ("soap", "learning rate")]
)
def test_a_training(optimiser, name):
    upper, lower = plot.training_history(TRAINING, "metric", optimiser=optimiser, g2_run=1).axes
    assert [line.get_ydata()[0] for line in upper.lines[:2]] == [1.0, 2.0]
    assert upper.lines[2].get_xdata() == [7, 7]
    assert lower.get_ylabel() == name
    assert lower.lines[0].get_label().startswith(name)


@pytest.mark.parametrize("history", [[], [{**TRAINING[0], "validation_loss": None}]])
def test_trainings_with_little_to_draw(history, is_picture):
    assert is_picture(plot.training_history(history, "3form"))


def test_what_is_no_history_is_refused():
    with pytest.raises(InputError, match="history"):
        plot.metric_history([{"rms": 1.0}])
    with pytest.raises(InputError, match="task"):
        plot.training_history(TRAINING, "5form")
