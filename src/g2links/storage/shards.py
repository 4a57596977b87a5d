"""The layouts of the data sets of step 2: one file for each set or, for sets larger than memory, a series of files of
equal length that are written and read one at a time."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from g2links.storage.arrays import write_arrays

PARTS = ("train", "val", "test")
SETS = ("dataset", *PARTS)

_FILE = re.compile(r"g2_(?:dataset|train|val|test)(?:_[0-9]{5,9})?\.npz")


def is_data_file(name: str) -> bool:
    """Whether a name is one of the files of data sets, in either layout."""
    return _FILE.fullmatch(name) is not None


def shard_name(part: str, number: int) -> str:
    """The file of one shard, such as `g2_train_00003.npz`."""
    return f"g2_{part}_{number:05d}.npz"


def shards_of(part: str, names: Mapping[str, object]) -> list[str]:
    """Those of `names` that are shards of this part, in their order."""
    pattern = re.compile(rf"g2_{re.escape(part)}_([0-9]{{5,9}})\.npz")
    numbers = sorted(int(match[1]) for match in map(pattern.fullmatch, names) if match)
    return [shard_name(part, number) for number in numbers]


class WholeSets:
    """Collects all rows and writes `g2_{dataset,train,val,test}.npz` at the end.

    Args:
        folder: where the files go.
        parts: the base point numbers of train, val and test, ascending.
        rotations: rows of each base point, which are adjacent.
        extra: arrays that every file gets as they are.
    """

    def __init__(
        self, folder: Path, parts: Sequence[np.ndarray], rotations: int, extra: Mapping[str, np.ndarray]
    ) -> None:
        self._folder, self._parts, self._rotations, self._extra = folder, parts, rotations, dict(extra)
        self._rows = sum(map(len, parts)) * rotations
        self._arrays: dict[str, np.ndarray] = {}
        self._done = 0

    def add(self, block: Mapping[str, np.ndarray]) -> None:
        """Take in the rows of the next base points."""
        if not self._arrays:
            self._arrays = {k: np.empty((self._rows, *v.shape[1:]), dtype=v.dtype) for k, v in block.items()}
        end = self._done + len(next(iter(block.values())))
        for name, values in block.items():
            self._arrays[name][self._done : end] = values
        self._done = end

    def close(self) -> list[str]:
        """Write the files; returns their names."""
        names = [f"g2_{name}.npz" for name in SETS]
        for name, points in zip(names, (None, *self._parts), strict=True):
            rows = slice(None) if points is None else _rows(points, self._rotations)
            write_arrays(self._folder / name, {**{k: v[rows] for k, v in self._arrays.items()}, **self._extra})
        return names


class ShardedSets:
    """Writes `g2_train_00000.npz`, `g2_train_00001.npz`, ..., and so for each set, as the rows come in.

    Args:
        folder, parts, rotations, extra: see `WholeSets`.
        shard_size: base points in each file; the last of a series has what is left.
    """

    def __init__(
        self,
        folder: Path,
        parts: Sequence[np.ndarray],
        rotations: int,
        extra: Mapping[str, np.ndarray],
        shard_size: int,
    ) -> None:
        self._parts, self._rotations = parts, rotations
        self._series = [_Series(folder, name, shard_size * rotations, extra) for name in SETS]
        self._done = 0

    def add(self, block: Mapping[str, np.ndarray]) -> None:
        """Take in the rows of the next base points."""
        end = self._done + len(next(iter(block.values()))) // self._rotations
        self._series[0].add(block)
        for series, points in zip(self._series[1:], self._parts, strict=True):
            own = points[slice(*np.searchsorted(points, (self._done, end)))] - self._done
            series.add({name: values[_rows(own, self._rotations)] for name, values in block.items()})
        self._done = end

    def close(self) -> list[str]:
        """Write what is left; returns the names of all files."""
        for series in self._series:
            series.close()
        return [name for series in self._series for name in series.names]


class _Series:
    """Collects rows of one set and writes a file of `rows` rows whenever there are enough."""

    def __init__(self, folder: Path, part: str, rows: int, extra: Mapping[str, np.ndarray]) -> None:
        self._folder, self._part, self._rows, self._extra = folder, part, rows, extra
        self._waiting: list[dict[str, np.ndarray]] = []
        self.names: list[str] = []

    def add(self, block: Mapping[str, np.ndarray]) -> None:
        self._waiting.append(dict(block))
        while self._count() >= self._rows:
            self._write()

    def close(self) -> None:
        if self._count():
            self._write()

    def _count(self) -> int:
        return sum(len(next(iter(block.values()))) for block in self._waiting)

    def _write(self) -> None:
        columns = {name: np.concatenate([block[name] for block in self._waiting]) for name in self._waiting[0]}
        name = shard_name(self._part, len(self.names))
        rows = {column: values[: self._rows] for column, values in columns.items()}
        write_arrays(self._folder / name, {**rows, **self._extra})
        self.names.append(name)
        self._waiting = [{column: values[self._rows :].copy() for column, values in columns.items()}]


def _rows(base_points: np.ndarray, rotations: int) -> np.ndarray:
    return (base_points[:, None] * rotations + np.arange(rotations)).ravel()
