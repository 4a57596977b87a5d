"""Tables of sweeps on the disk."""

import csv

import pytest

from g2links.errors import ArtefactError
from g2links.storage.sweep_table import SweepTable, read_sweep_table, write_sweep_table

TABLE = SweepTable(
    ["seed"],
    ["task", "seed", "sigma", "reason"],
    [
        {"task": 1, "seed": 0, "sigma": 0.1 + 0.2, "reason": 'a "reason", in words'},
        {"task": 2, "seed": 1, "sigma": None, "reason": "σ"},
    ],
)


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "all.csv"
    assert write_sweep_table(path, TABLE)[0] == path
    assert read_sweep_table(path) == TABLE
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reason"] for row in rows] == [row["reason"] for row in TABLE.rows]
    assert (float(rows[0]["sigma"]), rows[1]["sigma"]) == (0.1 + 0.2, "")
    assert {each.suffix for each in tmp_path.iterdir()} - {".parquet"} == {".csv", ".json"}


@pytest.mark.parametrize(
    ("suffix", "old", "new"), [(".csv", b"1,0,0.3", b"1,0,0.2"), (".json", b'"seed": 1', b'"seed": 2')]
)
def test_damage_is_noticed(suffix, old, new, tmp_path):
    path = tmp_path / "all.csv"
    write_sweep_table(path, TABLE)
    damaged = path.with_suffix(suffix)
    content = damaged.read_bytes()
    assert old in content
    damaged.write_bytes(content.replace(old, new))
    with pytest.raises(ArtefactError, match=f"{damaged}: damaged or altered"):
        read_sweep_table(path)


def test_a_table_without_its_record_is_refused(tmp_path):
    path = tmp_path / "all.csv"
    write_sweep_table(path, TABLE)
    path.with_suffix(".json").unlink()
    with pytest.raises(ArtefactError, match="no such file"):
        read_sweep_table(path)


def test_parquet_where_pyarrow_is(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    _, path = write_sweep_table(tmp_path / "all.csv", TABLE)
    assert parquet.read_table(path).to_pylist() == TABLE.rows
