import numpy as np

from g2links.ricci_flat.fitting import Quality
from g2links.ricci_flat.levenberg_marquardt import State
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.fit_log import FitLog

QUALITIES = [Quality(0.5, 0.4, 1.0), Quality(0.3, 0.2, 0.999), Quality(0.2, 0.3, 1.0), Quality(0.1, 0.35, 1.0)]

STAGE = {"degree": 2, "parameters": 1, "training_points": 10, "sigma_validation": None, "positive_validation": None}


class Search:
    """A search that has the given quality after each step, and takes none."""

    start = near = search = safe = NotImplemented

    def quality(self, vector):
        return QUALITIES[int(vector[0]) - 1]


def _log(folder, steps):
    lines = []
    log = FitLog(Checkpoints(folder), lambda *line: lines.append(line), 9)
    log.begin(STAGE.copy(), Search())
    for i in steps:
        assert not log(State(np.array([float(i)]), 0.1, i, (1.0 / i,)))
    return log, lines


def test_the_best_state_is_positive_and_then_of_least_sigma(tmp_path):
    log, lines = _log(tmp_path, [1, 2, 3, 4])
    assert log.best["iteration"] == 3
    assert log.best_vectors == [3.0]
    assert lines[-1] == ("training, sigma 3.50e-01", 4, 9)


def test_a_restored_log_goes_on_where_it_was(tmp_path):
    whole, _ = _log(tmp_path / "whole", [1, 2, 3, 4])
    _log(tmp_path / "half", [1, 2])
    log = FitLog(Checkpoints(tmp_path / "half"), lambda *_: None, 9)
    assert log.best is None
    state = log.restore()
    log.resume(Search())
    assert (state.iteration, state.vector[0], state.losses) == (2, 2.0, (0.5,))
    assert log.best_vectors == [1.0]
    for i in (3, 4):
        log(State(np.array([float(i)]), 0.1, i, (1.0 / i,)))
    without_time = [[{**entry, "seconds": 0.0} for entry in each.history] for each in (whole, log)]
    assert without_time[0] == without_time[1]
    assert log.best_vectors == whole.best_vectors
