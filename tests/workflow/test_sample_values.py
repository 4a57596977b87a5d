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
from g2links.storage.json_arrays import packed
from g2links.varieties.hypersurface import WeightedHypersurface
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


RENAMED = g2links.Polynomial(g2links.fermat_quintic().terms, name="another name")
QUINTIC = WeightedHypersurface(g2links.fermat_quintic())


def write(folder, columns, cy_run=1, variety=QUINTIC):
    """As `g2_dataset.npz`; without a variety as earlier versions did."""
    path = folder / "g2_dataset.npz"
    said = {} if variety is None else {"variety": packed("variety", variety.to_config())}
    write_arrays(path, {**columns, "cy_run_number": np.array([cy_run]), **said})
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
    assert len(g2links.open_dataset(write(tmp_path, columns, variety=None))) == 24
    assert len(g2links.open_dataset(write(tmp_path, columns, variety=None), variety=RENAMED)) == 24


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
OF_V = {
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


@pytest.mark.parametrize("what", [*WRONG, *OF_V])
def test_numbers_that_cannot_be_are_refused(home, columns, tmp_path, what):
    name, change, words = (WRONG | OF_V)[what]
    bad = _spoiled(columns, name, change)
    in_home = home / "samples" / "link_data"
    for folder, said, wanted in (
        (in_home, QUINTIC, None),
        (in_home, None, None),
        (tmp_path, QUINTIC, None),
        (tmp_path, None, QUINTIC),
    ):
        path = write(folder, bad, variety=said)
        with pytest.raises(ArtefactError, match=words) as refused:
            g2links.open_dataset(path, variety=wanted)
        assert "g2_dataset.npz" in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("cy_run", [0, -1, 2])
def test_a_run_that_does_not_exist_is_named(home, columns, cy_run):
    with pytest.raises(ArtefactError, match=rf"g2_dataset.npz: array 'cy_run_number' is {cy_run}"):
        g2links.open_dataset(write(home / "samples" / "link_data", columns, cy_run))


def test_varieties_that_differ_are_named(home, columns, tmp_path):
    other = WeightedHypersurface(g2links.dwork(0.5))
    for folder, said, wanted in (
        (home / "samples" / "link_data", other, None),
        (tmp_path, QUINTIC, other),
        (home / "samples" / "link_data", None, other),
    ):
        path = write(folder, columns, variety=said)
        with pytest.raises(ArtefactError, match=r"g2_dataset.npz: of another variety: fermat_quintic by .*dwork"):
            g2links.open_dataset(path, variety=wanted)


def test_an_array_that_is_no_variety_is_named(columns, tmp_path):
    path = write(tmp_path, columns)
    for data in ({}, {"family": "x"}, {"weights": [1], "terms": [[1]], "name": ""}):
        write_arrays(path, {**columns, "cy_run_number": np.array([1]), "variety": packed("variety", data)})
        with pytest.raises(ArtefactError, match=r"g2_dataset.npz: array 'variety' is no variety of a data set"):
            g2links.open_dataset(path)
    write_arrays(path, {**columns, "cy_run_number": np.array([1]), "variety": np.frombuffer(b"[", np.uint8)})
    with pytest.raises(ArtefactError, match=r"g2_dataset.npz: its variety is damaged"):
        g2links.open_dataset(path)


def test_columns_that_are_not_there_are_not_asked_for(home, columns):
    path = home / "samples" / "link_data" / "g2_train.npz"
    for name in COLUMNS:
        require_values(path, {name: columns[name]}, QUINTIC)
    require_values(path, {}, QUINTIC)


def test_a_hundred_thousand_rows_take_seconds(home, columns):
    many = {name: np.repeat(column, 4200, axis=0) for name, column in columns.items()}
    started = time.process_time()
    require_values(home / "samples" / "link_data" / "g2_train.npz", many, QUINTIC)
    assert time.process_time() - started < 5
