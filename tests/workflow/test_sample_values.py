"""A data set with a number that cannot be is refused: the file, the array and the row are named."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.errors import ArtefactError
from g2links.links.dataset import COLUMNS, sample_link
from g2links.storage.arrays import write_arrays
from g2links.workflow.sample_values import require_values

RUN = Path(__file__).parents[1] / "storage" / "version_0_1"
"""A small Calabi-Yau run."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a Calabi-Yau run, the first."""
    place = shutil.copytree(RUN, tmp_path_factory.mktemp("values") / "home")
    (place / "samples" / "link_data").mkdir(parents=True)
    return place


@pytest.fixture(scope="module")
def columns(home):
    """A good data set of it."""
    link = g2links.load_cy(1, home=home).link()
    return next(iter(sample_link(link, link.variety.sample(12, 3), 2, np.random.default_rng(0))))


def write(folder, columns, cy_run=1):
    """As `g2_dataset.npz`."""
    path = folder / "g2_dataset.npz"
    write_arrays(path, {**columns, "cy_run_number": np.array([cy_run])})
    return path


def changed(columns, name, change):
    """One column after a change in place."""
    column = columns[name].copy()
    column = column if change(column) is None else change(column)
    return {**columns, name: column}


def test_a_good_one_is_opened(home, columns, tmp_path):
    data = g2links.open_dataset(write(home / "samples" / "link_data", columns))
    np.testing.assert_array_equal(data["phis"], columns["phis"])
    assert len(g2links.open_dataset(write(tmp_path, columns))) == 24


def _set(row, value):
    return lambda column: column.__setitem__(row, value)


def _negative_eigenvalue(column):
    column[5, 0] = -1.0


ROW = 7
WRONG = {
    "a weight of 0": ("weights", _set(ROW, 0.0), "above 0; row 7"),
    "a negative weight": ("weights", _set(ROW, -1.0), "above 0; row 7"),
    "a metric of V that is not positive": ("riemannian_metrics", _negative_eigenvalue, "positive definite; row 5"),
    "a metric of K that is not positive": ("g2_metrics", _negative_eigenvalue, "positive definite; row 5"),
    "a metric that is 0": ("g2_metrics", lambda c: 0 * c, "positive definite; row 0"),
    "a metric that is another one": ("g2_metrics", lambda c: 2 * c, "g_T"),
    "φ = 0": ("phis", lambda c: 0 * c, "φ∧ψ"),
    "the other ψ": ("psis", lambda c: -c, "φ∧ψ"),
    "the other η": ("etas", lambda c: -c, "1 on dθ"),
    "another η": ("etas", lambda c: np.concatenate([2 * c[:, :6], c[:, 6:]], axis=1), "g_T"),
    "a chart that is none": ("drop_maxs", _set(ROW, 5), "between 0 and 4"),
    "a chart with one coordinate twice": ("drop_maxs", None, "differ from drop_ones"),
    "base points in another gauge": ("base_points", lambda c: 2 * c, "1 at drop_ones"),
    "link points off the sphere": ("link_points", lambda c: 1.01 * c, "unit sphere"),
    "angles that are none": ("rotations", _set(ROW, 7.0), "angles"),
    "single precision": ("phis", lambda c: c.astype(np.float32), "float32, expected float64"),
}
ONLY_IN_A_HOME = {
    "base points off V": ("base_points", None, "not on fermat_quintic"),
    "link points off V": ("link_points", lambda c: np.roll(c, 1, axis=1), "not on fermat_quintic"),
    "link points of other base points": ("link_points", lambda c: np.roll(c, 2, axis=0), "moved by the rotations"),
    "other angles": ("rotations", lambda c: (c + 1) % 6, "moved by the rotations"),
}


def _spoiled(columns, name, change):
    if name == "drop_maxs" and change is None:
        return {**columns, name: columns["drop_ones"]}
    if change is None:  # a coordinate that is neither of the chart moves
        return changed(columns, name, lambda c: c.__setitem__((ROW, _free(columns)), c[ROW, _free(columns)] + 1e-6))
    return changed(columns, name, change)


def _free(columns):
    taken = {columns["drop_ones"][ROW], columns["drop_maxs"][ROW]}
    return next(i for i in np.argsort(-np.abs(columns["base_points"][ROW, :5])) if i not in taken)


@pytest.mark.parametrize("what", [*WRONG, *ONLY_IN_A_HOME])
def test_numbers_that_cannot_be_are_refused(home, columns, tmp_path, what):
    name, change, words = (WRONG | ONLY_IN_A_HOME)[what]
    bad = _spoiled(columns, name, change)
    folders = [home / "samples" / "link_data", *([tmp_path] if what in WRONG else [])]
    for folder in folders:
        with pytest.raises(ArtefactError, match=words) as refused:
            g2links.open_dataset(write(folder, bad))
        assert "g2_dataset.npz" in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("cy_run", [0, -1, 2])
def test_a_run_that_does_not_exist_is_named(home, columns, cy_run):
    with pytest.raises(ArtefactError, match=rf"g2_dataset.npz: array 'cy_run_number' is {cy_run}"):
        g2links.open_dataset(write(home / "samples" / "link_data", columns, cy_run))


def test_columns_that_are_not_there_are_not_asked_for(home, columns):
    path = home / "samples" / "link_data" / "g2_train.npz"
    for name in COLUMNS:
        require_values(path, {name: columns[name]}, 1)
    require_values(path, {}, 1)


def test_a_hundred_thousand_rows_take_seconds(home, columns):
    many = {name: np.repeat(column, 4200, axis=0) for name, column in columns.items()}
    started = time.process_time()
    require_values(home / "samples" / "link_data" / "g2_train.npz", many, 1)
    assert time.process_time() - started < 5
