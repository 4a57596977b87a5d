import math

import pytest

from g2links.reports.histories import plot_cy_history, plot_training_history

CY_HISTORY = [
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


@pytest.mark.parametrize(
    "history",
    [
        CY_HISTORY,
        CY_HISTORY[:1],
        [],
        [{**CY_HISTORY[0], "rms": math.nan}],
        [{"iteration": 1, "seconds": 2.0}],
    ],
)
def test_cy_history(tmp_path, history, is_picture):
    plot_cy_history(tmp_path / "h.png", history, cy_run=1)
    assert is_picture(tmp_path / "h.png")


@pytest.mark.parametrize("history", [TRAINING, [], [{**TRAINING[0], "validation_loss": None}]])
def test_training_history(tmp_path, history, is_picture):
    plot_training_history(tmp_path / "h.png", history, task="metric", cy_run=1, g2_run=1)
    assert is_picture(tmp_path / "h.png")
