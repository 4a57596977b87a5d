"""The data sets of step 2 in shards: the same rows as in single files."""

import numpy as np
import pytest

from g2links.errors import InputError
from g2links.storage.arrays import read_arrays
from g2links.storage.shards import SETS, ShardedSets, WholeSets, is_data_file, shard_name, shards_of
from g2links.workflow.samples import SampleOptions


@pytest.fixture
def written(tmp_path, rng):
    """47 base points with 3 rotations, in blocks of 10, in both layouts."""
    rotations, points = 3, 47
    numbers = rng.permutation(points)
    parts = [np.sort(numbers[:30]), np.sort(numbers[30:40]), np.sort(numbers[40:])]
    table = {"x": rng.normal(size=(points * rotations, 2)), "i": np.repeat(np.arange(points), rotations)}
    extra = {"cy_run_number": np.array([4])}
    whole, shards = tmp_path / "whole", tmp_path / "shards"
    for folder, layout, options in ((whole, WholeSets, ()), (shards, ShardedSets, (8,))):
        folder.mkdir()
        sets = layout(folder, parts, rotations, extra, *options)
        for start in range(0, points, 10):
            rows = slice(start * rotations, (start + 10) * rotations)
            sets.add({name: values[rows] for name, values in table.items()})
        names = sets.close()
        assert sorted(names) == sorted(path.name for path in folder.iterdir())
    return whole, shards, table


def test_shards_hold_the_rows_of_the_single_files_in_their_order(written):
    whole, shards, table = written
    names = [path.name for path in shards.iterdir()]
    for part in SETS:
        expected = read_arrays(whole / f"g2_{part}.npz")
        pieces = [read_arrays(shards / name) for name in shards_of(part, dict.fromkeys(names))]
        for column in ("x", "i"):
            np.testing.assert_array_equal(np.concatenate([piece[column] for piece in pieces]), expected[column])
        assert all(piece["cy_run_number"].tolist() == [4] for piece in pieces)
        sizes = [len(piece["i"]) for piece in pieces]
        assert set(sizes[:-1]) <= {24}
        assert 0 < sizes[-1] <= 24
    np.testing.assert_array_equal(read_arrays(whole / "g2_dataset.npz")["x"], table["x"])


def test_no_base_point_is_in_two_sets(written):
    whole, _, _ = written
    points = [set(read_arrays(whole / f"g2_{part}.npz")["i"].tolist()) for part in SETS[1:]]
    assert sorted(point for part in points for point in part) == [*range(47)]


def test_shards_are_ordered_by_number_beyond_five_digits():
    names = [shard_name("val", number) for number in (100_000, 7, 99_999)]
    assert shards_of("val", dict.fromkeys([*names, "g2_val.npz", "g2_train_00001.npz"])) == [
        "g2_val_00007.npz",
        "g2_val_99999.npz",
        "g2_val_100000.npz",
    ]


def test_only_data_sets_have_their_names():
    own = ["g2_train.npz", "g2_test_00003.npz", "g2_dataset_123456.npz"]
    others = ["g2_train_mine.npz", "notes.txt", "g2_train.npz.bak", ".lock", "g2_val_3.npz"]
    assert [name for name in [*own, *others] if is_data_file(name)] == own


def test_the_size_of_a_shard_is_judged():
    with pytest.raises(InputError, match="shard_size"):
        SampleOptions(shard_size=0)
