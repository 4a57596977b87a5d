"""Data sets of a home while they are read and written: one set from beginning to end, whatever else happens."""

import dataclasses
import gc
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from g2links import forms
from g2links.errors import ArtefactError, InputError
from g2links.links.dataset import COLUMNS
from g2links.settings.config import load_hyperparameters
from g2links.storage import room
from g2links.storage.cy_points import points_path, read_points, write_points
from g2links.storage.journal import Journal
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy
from g2links.storage.published_sets import open_set
from g2links.training.data import as_blocks
from g2links.varieties.charts import in_columns
from g2links.varieties.real_points import real_points
from g2links.workflow.base_points import SampleOptions, parts_of
from g2links.workflow.pipeline import _sampled_by_others
from g2links.workflow.samples import read_rows, write_rows
from g2links.workflow.sizes import require_room_for_points, require_room_for_samples
from g2links.workflow.training_run import read_training_data, run_training
from tests.cli.commands import run
from tests.storage.faults import flipped

EARLIER = Path(__file__).parents[1] / "storage" / "version_0_1"
N, TURNS = 60, 2


@pytest.fixture
def home(tmp_path):
    """With a metric."""
    shutil.copytree(EARLIER / "models" / "cy_models", tmp_path / "home" / "models" / "cy_models")
    return Home(tmp_path / "home")


def write(home, seed, shard_size=16):
    """Data sets of points on V and of components that are drawn: what they are is of no account here."""
    run = find_cy(home, 1)
    points, rng = load_cy(run.model_path).variety.sample(N, seed), np.random.default_rng(seed)
    arrays = {name: rng.normal(size=(N, *shape)) for name, (shape, _) in COLUMNS.items()}
    arrays |= {"base_points": real_points(points.z), **in_columns(points.at), "weights": points.weights}
    arrays["g2_metrics"] = np.tile(np.asarray(forms.pack_symmetric(np.eye(7))), (N, 1))
    options = SampleOptions(N, TURNS, seed=seed, shard_size=shard_size)
    found = {
        "rows": N * TURNS,
        "base_points": {"all": N},
        "effective_sample_size": 1.0,
        "samples_per_second": 1.0,
        "evaluations_per_second": 1.0,
    }
    repeated = {name: np.repeat(values, TURNS, axis=0) for name, values in arrays.items()}
    write_rows(home, run, options, parts_of(N, options), repeated, found)


def trained(home, *, after_epoch=lambda epoch: None):
    chosen = load_hyperparameters(
        None, "3form", {"architecture": "direct", "layers": 1, "units": 4, "epochs": 3, "batch_size": 8}
    )
    data = read_training_data(home, "3form")

    def progress(what, done, of):
        if what.startswith("training, loss"):
            after_epoch(done)

    return run_training(home, data, data.resolved(chosen), progress=progress)


def test_a_training_goes_on_with_the_data_it_began_with_when_new_ones_are_sampled(home, tmp_path):
    write(home, seed=0)
    first = open_set(home.link_data)
    alone = Home(shutil.copytree(home.path, tmp_path / "alone", symlinks=True))

    def sample_anew(epoch):
        if epoch == 1:
            write(home, seed=9)

    network, undisturbed = trained(home, after_epoch=sample_anew), trained(alone)
    for one, other in zip(network.model.get_weights(), undisturbed.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert network.record["data_sha256"] == undisturbed.record["data_sha256"]
    now = open_set(home.link_data).manifest
    assert now.extra["options"]["seed"] == 9
    assert now.content_sha256 != first.manifest.content_sha256
    assert read_rows(home, "train", "3form").sha256 != network.record["data_sha256"]["train"]
    folders = home.link_data / "sets"
    assert len(list(folders.iterdir())) == 2, "the old set goes when nobody reads it"
    del first
    gc.collect()
    write(home, seed=10)
    assert len(list(folders.iterdir())) == 1


def test_a_bit_that_is_flipped_while_a_training_runs_is_noticed(home):
    write(home, seed=0)
    path = home.link_data / "g2_train_00001.npz"

    def flip(epoch):
        if epoch == 1:
            flipped(path, path, path.stat().st_size // 2, 3)

    with pytest.raises(ArtefactError, match=r"g2_train_00001\.npz: damaged or altered"):
        trained(home, after_epoch=flip)


def test_shards_that_are_read_stay_those_of_their_set(home):
    write(home, seed=0)
    rows = as_blocks(read_rows(home, "train", "metric").rows)
    before = rows.read(2)
    write(home, seed=1, shard_size=None)
    np.testing.assert_array_equal(rows.read(2).at.z, before.at.z)
    assert not list(home.link_data.glob("g2_train_*"))


@pytest.mark.parametrize("shard_size", [None, 16])
def test_data_sets_of_an_earlier_version_are_read_and_replaced(home, tmp_path, shard_size):
    write(home, seed=0, shard_size=shard_size)
    earlier = Home(tmp_path / "earlier")
    shutil.copytree(home.path / "models", earlier.path / "models")
    shutil.copytree(open_set(home.link_data).folder, earlier.link_data)
    old, rows = (read_rows(each, "train", "3form") for each in (home, earlier))
    assert (old.sha256, old.cy_run) == (rows.sha256, 1)
    write(earlier, seed=1)
    last = len(as_blocks(rows.rows).sizes) - 1
    np.testing.assert_array_equal(as_blocks(rows.rows).read(last).at.z, as_blocks(old.rows).read(last).at.z)
    assert read_rows(earlier, "train", "3form").sha256 != old.sha256
    assert (earlier.link_data / "g2_train_00000.npz").is_symlink()


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("sample --n-rotations 100000000", "n_rotations"),
        ("sample --n-rotations 100000000 --shard-size 10", "n_rotations"),
        ("sample --source fresh --n-points 1000000000000", "n_points"),
        ("sample --source fresh --n-points 1000000000000 --shard-size 1000", "n_points"),
        ("cy --n-points 1000000000000", "n_points"),
        ("pipeline --n-points 1000000000000", "n_points"),
        ("pipeline --n-rotations 100000000", "n_rotations"),
    ],
)
def test_sizes_that_cannot_fit_are_refused_and_leave_everything(home, capsys, command, option):
    write(home, seed=0)
    before = sorted(home.path.rglob("*"))
    assert run([*command.split(), "--home", str(home.path)]) == 2
    said = capsys.readouterr().err
    assert f"error: {option}: got 1" in said
    assert "are needed, and" in said
    assert sorted(home.path.rglob("*")) == before
    assert read_rows(home, "train", "3form").cy_run == 1


def test_points_of_a_run_are_compared_when_they_are_read(home):
    run, variety = find_cy(home, 1), load_cy(find_cy(home, 1).model_path).variety
    points = variety.sample(N, 0)
    of_points = dataclasses.replace(run, record={**run.record, "data_sha256": write_points(home, 1, points)})
    np.testing.assert_array_equal(read_points(home, of_points).z, points.z)
    path = points_path(home, 1)
    flipped(path, path, path.stat().st_size // 2, 3)
    with pytest.raises(ArtefactError, match=r"cy_points_run1\.npz: damaged.*the points of run 1 are needed"):
        read_points(home, of_points)
    write_points(home, 1, variety.sample(N, 1))
    with pytest.raises(ArtefactError, match=r"use --source fresh, or run step 1 again"):
        read_points(home, of_points)


def test_a_refused_first_sample_makes_no_folder(home):
    before = sorted(home.path.rglob("*"))
    assert run(["sample", "--n-rotations", "100000000", "--home", str(home.path)]) == 2
    assert run(["sample", "--n-rotations", "1", "--home", str(home.path)]) == 2, "its points are not there"
    assert sorted(home.path.rglob("*")) == before


def test_data_in_memory_must_fit_too(home, monkeypatch):
    monkeypatch.setattr(room, "free_memory", lambda: 2 * 10**6)
    require_room_for_samples(SampleOptions(N, TURNS), N, None)
    with pytest.raises(InputError, match=r"n_rotations: got 50; at most 6 with n_points 60"):
        require_room_for_samples(SampleOptions(N, 50), N, None)
    with pytest.raises(InputError, match=r"shard_size: got 1000; at most"):
        require_room_for_samples(SampleOptions(5000, 1, shard_size=1000, source="fresh"), N, None)
    with pytest.raises(InputError, match=r"n_points: got 50000; at most"):
        require_room_for_points(load_cy(find_cy(home, 1).model_path).variety, 50_000, None)


def test_a_pipeline_knows_the_data_sets_that_it_made(home):
    write(home, seed=0)
    with Journal(home, {"a": 1}) as journal:
        journal.record("sample", {"set_sha256": open_set(home.link_data).manifest.content_sha256})
        assert not _sampled_by_others(home, journal)
        write(home, seed=1)
        assert _sampled_by_others(home, journal)
        (home.link_data / "manifest.json").unlink()
        assert _sampled_by_others(home, journal)
    assert "set_sha256" in json.loads((home.path / "models" / ".pipeline.json").read_text())["done"]["sample"]
