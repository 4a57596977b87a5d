"""The table of a sweep as files: CSV, Parquet where pyarrow is installed, and a record that has their checksum."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from g2links.errors import ArtefactError
from g2links.records import SweepRecord
from g2links.storage.csv_files import write_rows
from g2links.storage.files import replace_atomically, require_sha256, sha256
from g2links.storage.json_files import plain
from g2links.storage.records import read_record, write_record

NO_PARQUET = "no Parquet file: pyarrow is not installed (pip install pyarrow)"


class SweepTable(NamedTuple):
    """Rows by the names of their columns.

    Attributes:
        axes: the columns that the user's file gives.
        columns: all of them.
        rows: numbers, text, and None where there is nothing.
    """

    axes: list[str]
    columns: list[str]
    rows: list[dict[str, Any]]


def write_sweep_table(path: Path, table: SweepTable) -> list[Path]:
    """Write `path`, which ends in .csv, the record beside it, and Parquet if pyarrow is there; each whole or not at
    all, the record last.

    Returns:
        The tables that were written.

    Raises:
        ArtefactError: the disk refuses.
    """
    rows = [plain(row, non_finite="null") for row in table.rows]
    parquet = path.with_suffix(".parquet")
    write_rows(path, table.columns, rows)
    if importlib.util.find_spec("pyarrow") is None:
        parquet.unlink(missing_ok=True)  # of an earlier sweep, which would say something else
    else:
        _write_parquet(parquet, table.columns, rows)
    record: SweepRecord = {"axes": table.axes, "columns": table.columns, "rows": rows, "csv_sha256": sha256(path)}
    write_record(path.with_suffix(".json"), SweepRecord, record)
    return [each for each in (path, parquet) if each.exists()]


def read_sweep_table(path: Path) -> SweepTable:
    """The table that `write_sweep_table` wrote.

    Raises:
        ArtefactError: it, or the record beside it, is missing, damaged or altered.
    """
    record = read_record(path.with_suffix(".json"), SweepRecord)
    require_sha256(path, record["csv_sha256"])
    strange = [name for row in record["rows"] for name in row if name not in record["columns"]]
    if strange:
        raise ArtefactError(f"{path.with_suffix('.json')}: rows have the columns {strange}, which it does not list")
    return SweepTable(record["axes"], record["columns"], record["rows"])


def _write_parquet(path: Path, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    import pyarrow
    import pyarrow.parquet

    whole = pyarrow.table({name: [row.get(name) for row in rows] for name in columns})
    with replace_atomically(path) as temporary:
        pyarrow.parquet.write_table(whole, temporary)
