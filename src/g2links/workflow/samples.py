"""Step 2: data sets of the structure on the link, in `samples/link_data/`."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from g2links.errors import ArtefactError
from g2links.links.dataset import COLUMNS, sample_blocks
from g2links.links.structure import LINK_DIMENSION, require_threefold
from g2links.networks.architecture import Row
from g2links.records import MeasuredSamples, MetricRecord, SavedSamplesRecord
from g2links.storage.arrays import ArraySpec, Schema, read_arrays
from g2links.storage.cy_points import read_points
from g2links.storage.finished import FinishedRun
from g2links.storage.fit_log import Progress
from g2links.storage.json_arrays import packed
from g2links.storage.layout import Home
from g2links.storage.manifests import MANIFEST
from g2links.storage.models import find_cy, load_cy
from g2links.storage.new_sets import new_set
from g2links.storage.provenance import provenance
from g2links.storage.published_sets import OpenSet, open_set
from g2links.storage.records import require_entries
from g2links.storage.shards import PARTS, ShardedSets, WholeSets, is_data_file, shards_of
from g2links.training.data import RowBlocks, link_rows, row_columns
from g2links.varieties.registry import saved_variety
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import BasePoints, SampleOptions, base_points
from g2links.workflow.sample_values import are_positive, require_values
from g2links.workflow.sample_variety import VARIETY, variety_of
from g2links.workflow.sizes import require_room_for_samples

_SCHEMA = {name: ArraySpec(("n", *shape), "iu" if kind == "i" else kind) for name, (shape, kind) in COLUMNS.items()}
_SCHEMA |= {name: ArraySpec(("n", "numbers")) for name in ("base_points", "link_points")}
_SCHEMA |= {name: ArraySpec(("n",), "iu", or_shape=("n", None)) for name in ("drop_ones", "drop_maxs")}
_OF_FILES = {"cy_run_number": ArraySpec((1,), "iu"), VARIETY: ArraySpec((None,), "u", optional=True)}
"""What a file has once, beside its rows; those of earlier versions have no variety."""
_SCHEMA |= _OF_FILES

_Add = Callable[[Mapping[str, np.ndarray]], None]


def write_samples(
    home: Home, cy_run: int | None, options: SampleOptions, *, progress: Progress = lambda *_: None
) -> OpenSet:
    """Evaluate the structure of a Calabi-Yau run and write the four data sets; returns them, as they are published.

    With more base points than `shard_size` each set is a series of files, and memory is bounded by a few shards (and
    the points of the run, about 100 bytes each). The data sets that there are stay until the new ones are complete, and
    for those who still read them also afterwards.

    Raises:
        InputError: for options that cannot be, or that need more memory or disk than there is; before any work.
        ArtefactError: where the metric cannot be read or is not positive, the disk refuses, or another process writes
            there.
    """
    started = time.monotonic()
    run = find_cy(home, cy_run)
    require_room_for_samples(options, run.record["options"]["n_points"], home)
    model = load_cy(run.model_path, sha256=run.sha256)
    require_threefold(model.variety, "data sets of the link")
    base = base_points(model.variety, lambda: read_points(home, run), options)

    def fill(add: _Add) -> MeasuredSamples:
        samples = sample_blocks(model.link(), base.blocks, options.n_rotations, base.angles)
        found = gathered(samples, add, base, options, f"Calabi-Yau run {run.number}", progress)
        progress("writing data sets", 0, 1)
        return found

    return _written(home, run, options, base.parts, fill, started)


def write_rows(
    home: Home,
    run: FinishedRun[MetricRecord],
    options: SampleOptions,
    parts: list[np.ndarray],
    arrays: Mapping[str, np.ndarray],
    found: MeasuredSamples,
) -> None:
    """Write the four data sets from rows in memory; `found` is what `gathered` said of them.

    Raises:
        InputError: they need more memory or disk than there is.
        ArtefactError: the disk refuses, or another process writes there.
    """
    require_room_for_samples(options, sum(map(len, parts)), home)

    def fill(add: _Add) -> MeasuredSamples:
        add(arrays)
        return found

    _written(home, run, options, parts, fill, time.monotonic())


def _written(
    home: Home,
    run: FinishedRun[MetricRecord],
    options: SampleOptions,
    parts: list[np.ndarray],
    fill: Callable[[_Add], MeasuredSamples],
    started: float,
) -> OpenSet:
    """The data sets of rows that `fill` adds, once they are published."""
    with new_set(home.link_data, is_data_file) as staged:
        variety = packed(VARIETY, saved_variety(run.record))
        sets = _layout(staged.folder, parts, options, {"cy_run_number": np.array([run.number]), VARIETY: variety})
        found = fill(sets.add)
        names = sets.close()
        extra = {
            "cy_run": run.number,
            "cy_sha256": run.sha256,
            "options": options.to_record(),
            **found,
            "files": len(names),
            "seconds": time.monotonic() - started,
            "versions": provenance(),
        }
        return staged.publish(names, extra)


def gathered(
    samples: Iterator[dict[str, np.ndarray]],
    add: Callable[[dict[str, np.ndarray]], None],
    base: BasePoints,
    options: SampleOptions,
    metric: str,
    progress: Progress,
) -> MeasuredSamples:
    """Hand all samples on, block by block; returns what is said of them in a manifest.

    Raises:
        ArtefactError: where the metric, named `metric`, is not positive.
    """
    weight = weight_squared = seconds = 0.0
    done, rotations, begun = 0, options.n_rotations, time.monotonic()
    for block in samples:
        seconds += time.monotonic() - begun
        _require_positive(block["riemannian_metrics"][::rotations], metric)
        weights = block["weights"][::rotations]
        weight += float(np.sum(weights))
        weight_squared += float(np.sum(weights**2))
        add(block)
        done += len(weights)
        progress("sampling the link", done * rotations, base.n * rotations)
        begun = time.monotonic()
    return {
        "rows": base.n * rotations,
        "base_points": {"all": base.n, **{name: len(own) for name, own in zip(PARTS, base.parts, strict=True)}},
        "effective_sample_size": weight**2 / (base.n * weight_squared),
        "samples_per_second": base.n * rotations / seconds,
        "evaluations_per_second": base.n / seconds,
    }


@dataclass(frozen=True)
class LinkRows:
    """What a network learns from in one data set: in memory, or in blocks that are read when they are needed."""

    rows: Row | RowBlocks
    cy_run: int
    sha256: str


def samples_record(data: OpenSet) -> SavedSamplesRecord:
    """What the manifest of data sets says of them.

    Raises:
        ArtefactError: it is none of such sets.
    """
    return require_entries(data.manifest.extra, SavedSamplesRecord, data.folder / MANIFEST)


class SavedArrays(Mapping[str, np.ndarray]):
    """The arrays of the whole data set, in one file or in shards, which are read when the first is used."""

    def __init__(self, data: OpenSet) -> None:
        self._data = data

    @property
    def sha256(self) -> str:
        """One checksum of all files of the data sets."""
        return self._data.manifest.content_sha256

    @property
    def files(self) -> list[str]:
        """The names of all files of the data sets."""
        return list(self._data.manifest.files)

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray]:
        names = shards_of("dataset", self._data.manifest.files) or ["g2_dataset.npz"]
        files = [_arrays_of(self._data, name)[0] for name in names]
        if len(files) == 1:
            return files[0]
        return {name: np.concatenate([file[name] for file in files]) for name in COLUMNS}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in COLUMNS:
            raise KeyError(name)
        return self._arrays[name]

    def __contains__(self, name: object) -> bool:
        return name in COLUMNS

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)


def read_rows(home: Home, part: str, task: str) -> LinkRows:
    """`rows_of` the data sets of a home."""
    return rows_of(open_set(home.link_data), part, task)


def rows_of(data: OpenSet, part: str, task: str) -> LinkRows:
    """The base points of a data set, each once, with what `task` learns; of a set in shards, one shard at a time.

    The checksums of shards are compared at once, and those of the bytes of each again when it is read.

    Raises:
        ArtefactError: the set is damaged, or holds what cannot be.
    """
    names = shards_of(part, data.manifest.files)
    schema = {name: spec for name, spec in _SCHEMA.items() if name in {*row_columns(task), *_OF_FILES}}
    if not names:
        name = f"g2_{part}.npz"
        arrays, cy_run = _arrays_of(data, name, schema)
        return LinkRows(link_rows(arrays, task), cy_run, data.manifest.sha256(name))
    data.verify(names)
    record = samples_record(data)
    turns = record["options"]["n_rotations"]
    sizes = tuple(data.manifest.files[name]["rows"] // turns for name in names)

    def read(number: int) -> Row:
        arrays, _ = _arrays_of(data, names[number], schema)
        return link_rows(arrays, task)

    joined = hashlib.sha256("".join(data.manifest.sha256(name) for name in names).encode()).hexdigest()
    return LinkRows(RowBlocks(sizes, read), record["cy_run"], joined)


def _arrays_of(data: OpenSet, name: str, schema: Schema = _SCHEMA) -> tuple[dict[str, np.ndarray], int]:
    return _judged(data.folder / name, data.arrays(name, schema))


def read_arrays_of_link(path: Path, variety: AbstractVariety | None = None) -> tuple[dict[str, np.ndarray], int]:
    """The arrays of one file of a data set, and its Calabi-Yau run.

    Args:
        path: of the file.
        variety: that it has to be of; see `sample_values.require_values`.

    Raises:
        ArtefactError: the file is missing, damaged, no data set of the link, or has numbers that cannot be
            (`sample_values`).
    """
    return _judged(path, read_arrays(path, _SCHEMA), variety)


def _judged(
    path: Path, arrays: dict[str, np.ndarray], variety: AbstractVariety | None = None
) -> tuple[dict[str, np.ndarray], int]:
    cy_run, said = int(arrays.pop("cy_run_number")[0]), arrays.pop(VARIETY, None)
    require_values(path, arrays, variety_of(path, cy_run, said, variety))
    return arrays, cy_run


def _layout(
    folder: Path, parts: list[np.ndarray], options: SampleOptions, extra: dict[str, np.ndarray]
) -> WholeSets | ShardedSets:
    if options.shard_size is None or options.shard_size >= sum(map(len, parts)):
        return WholeSets(folder, parts, options.n_rotations, extra)
    return ShardedSets(folder, parts, options.n_rotations, extra, options.shard_size)


def _require_positive(packed: np.ndarray, metric: str) -> None:
    """A metric that is not positive somewhere is no metric: no data set is made from it."""
    bad = int(np.sum(~are_positive(packed, LINK_DIMENSION - 1)))
    if bad:
        raise ArtefactError(
            f"the metric of {metric} is not positive at {bad} of {len(packed)} base points; "
            "train it on more points (run_cy.py --training-points, --n-points) or with fewer parameters"
        )
