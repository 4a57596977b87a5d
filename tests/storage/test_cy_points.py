"""The points of step 1: what the checksum in the record does not say is judged too."""

from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.errors import ArtefactError
from g2links.storage.cy_points import read_points, remove_points_of_no_run, write_points
from g2links.storage.finished import FinishedRun, RunFiles
from g2links.storage.layout import Home
from g2links.varieties.hypersurface import WeightedHypersurface

QUINTIC = WeightedHypersurface(g2links.fermat_quintic())


@pytest.fixture(scope="module")
def points():
    return QUINTIC.sample(10, 1)


def saved(folder, points):
    """The points after they are written and read as those of a run."""
    home = Home(folder)
    record = {"variety": QUINTIC.to_config(), "data_sha256": write_points(home, 1, points)}
    return read_points(home, FinishedRun(RunFiles(Path(folder), "cy_metric_model", 1), record))


def test_points_come_back(tmp_path, points):
    found = saved(tmp_path, points)
    np.testing.assert_array_equal(found.z, points.z)
    np.testing.assert_array_equal(found.weights, points.weights)


def test_points_off_the_variety_are_refused(tmp_path, points):
    z = points.z.copy()
    z[4, int(points.at.solved[4, 0])] *= 1 + 1e-6
    moved = points._replace(at=points.at._replace(z=z))
    with pytest.raises(ArtefactError, match=r"cy_points_run1\.npz: array 'points' .*not on f = 0.*point 4"):
        saved(tmp_path, moved)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_weights_that_are_not_positive_are_refused(tmp_path, points, value):
    weights = points.weights.copy()
    weights[3] = value
    with pytest.raises(ArtefactError, match=r"cy_points_run1\.npz: array 'weights' must be above 0"):
        saved(tmp_path, points._replace(weights=weights))


def test_points_that_no_run_owns_go(tmp_path, points):
    home = Home(tmp_path)
    remove_points_of_no_run(home)
    for number in range(1, 5):
        write_points(home, number, points)
    (home.cy_data / "cy_points_run5.npz.mine").touch()
    folder = home.make(home.cy_models)
    (folder / "cy_metric_model_run1.keras").touch()
    (folder / "cy_metric_model_run2.json").touch()
    (folder / ".cy_metric_model_run3.work").mkdir()
    remove_points_of_no_run(home)
    left = [f"cy_points_run{number}.npz" for number in range(1, 4)]
    assert sorted(path.name for path in home.cy_data.iterdir()) == [*left, "cy_points_run5.npz.mine"]
