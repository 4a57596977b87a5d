"""Step 2: data sets of the structure on the link, in `samples/link_data/`."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from g2links.errors import ArtefactError
from g2links.links.dataset import COLUMNS, sample_blocks
from g2links.links.structure import require_threefold
from g2links.networks.architecture import Row
from g2links.records import MeasuredSamples, MetricRecord, SavedSamplesRecord
from g2links.storage.arrays import ArraySpec, Schema, read_arrays
from g2links.storage.cy_points import read_points
from g2links.storage.finished import FinishedRun
from g2links.storage.fit_log import Progress
from g2links.storage.layout import Home
from g2links.storage.manifests import MANIFEST, Manifest, new_set, read_manifest
from g2links.storage.models import find_cy, load_cy
from g2links.storage.provenance import provenance
from g2links.storage.records import require_entries
from g2links.storage.shards import PARTS, ShardedSets, WholeSets, remove_data_sets, shards_of
from g2links.training.data import RowBlocks, link_rows, row_columns
from g2links.workflow.base_points import BasePoints, SampleOptions, base_points
from g2links.workflow.sample_values import require_values

_SCHEMA = {name: ArraySpec(("n", *shape), "iu" if kind == "i" else kind) for name, (shape, kind) in COLUMNS.items()}
_SCHEMA["cy_run_number"] = ArraySpec((1,), "iu")


def write_samples(
    home: Home, cy_run: int | None, options: SampleOptions, *, progress: Progress = lambda *_: None
) -> None:
    """Evaluate the structure of a Calabi-Yau run and write the four data sets.

    With more base points than `shard_size` each set is a series of files, and memory is bounded by a few shards (and
    the points of the run, about 100 bytes each). The manifest is written last: until then the set does not count, and
    the command starts anew.
    """
    started = time.monotonic()
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path)
    require_threefold(model.variety, "data sets of the link")
    base = base_points(model.variety, lambda: read_points(home, run), options)
    with _new_sets(home, run, options, base.parts, started) as (sets, extra):
        samples = sample_blocks(model.link(), base.blocks, options.n_rotations, base.angles)
        extra |= gathered(samples, sets.add, base, options, f"Calabi-Yau run {run.number}", progress)
        progress("writing data sets", 0, 1)


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
        ArtefactError: the disk refuses, or another process writes there.
    """
    with _new_sets(home, run, options, parts, time.monotonic()) as (sets, extra):
        sets.add(arrays)
        extra |= found


@contextmanager
def _new_sets(
    home: Home, run: FinishedRun[MetricRecord], options: SampleOptions, parts: list[np.ndarray], started: float
) -> Iterator[tuple[WholeSets | ShardedSets, dict[str, object]]]:
    """Where rows are added, and the entries of the manifest, which counts once the block is left."""
    extra: dict[str, object] = {"cy_run": run.number, "cy_sha256": run.sha256, "options": options.to_record()}
    names: list[str] = []
    with new_set(home.make(home.link_data), names, extra) as folder:
        remove_data_sets(folder)
        sets = _layout(folder, parts, options, {"cy_run_number": np.array([run.number])})
        yield sets, extra
        names += sets.close()
        extra |= {"files": len(names), "seconds": time.monotonic() - started, "versions": provenance()}


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
class LinkData:
    """One data set as read back: its arrays, the Calabi-Yau run it was made from, and its checksum."""

    arrays: dict[str, np.ndarray]
    cy_run: int
    sha256: str


@dataclass(frozen=True)
class LinkRows:
    """What a network learns from in one data set: in memory, or in blocks that are read when they are needed."""

    rows: Row | RowBlocks
    cy_run: int
    sha256: str


def samples_record(home: Home, manifest: Manifest) -> SavedSamplesRecord:
    """What the manifest of the data sets of a home says of them.

    Raises:
        ArtefactError: it is none of such sets.
    """
    return require_entries(manifest.extra, SavedSamplesRecord, home.link_data / MANIFEST)


def read_samples(home: Home, part: str) -> LinkData:
    """The data set `part` (dataset, train, val or test), after its checksum, shapes and values have been checked.

    Raises:
        ArtefactError: the set is missing, incomplete, damaged, in shards, or holds what cannot be.
    """
    name = f"g2_{part}.npz"
    manifest = read_manifest(home.link_data, [name])
    arrays, cy_run = read_arrays_of_link(home.link_data / name)
    return LinkData(arrays, cy_run, manifest.sha256(name))


class SavedArrays(Mapping[str, np.ndarray]):
    """The arrays of the whole data set of a home, in one file or in shards, which are read when the first is used."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray]:
        manifest = read_manifest(self._home.link_data, [])
        names = shards_of("dataset", manifest.files) or ["g2_dataset.npz"]
        read_manifest(self._home.link_data, names)
        files = [read_arrays_of_link(self._home.link_data / name)[0] for name in names]
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
    """The base points of a data set, each once, with what `task` learns; of a set in shards, one shard at a time.

    All checksums are compared at once; each file is checked again when it is read.

    Raises:
        ArtefactError: the set is missing, incomplete, damaged, or holds what cannot be.
    """
    manifest = read_manifest(home.link_data, [])
    names = shards_of(part, manifest.files)
    if not names:
        data = read_samples(home, part)
        return LinkRows(link_rows(data.arrays, task), data.cy_run, data.sha256)
    manifest = read_manifest(home.link_data, names)
    schema = {name: spec for name, spec in _SCHEMA.items() if name in {*row_columns(task), "cy_run_number"}}
    record = samples_record(home, manifest)
    turns = record["options"]["n_rotations"]
    sizes = tuple(manifest.files[name]["rows"] // turns for name in names)

    def read(number: int) -> Row:
        arrays, _ = read_arrays_of_link(home.link_data / names[number], schema)
        return link_rows(arrays, task)

    joined = hashlib.sha256("".join(manifest.sha256(name) for name in names).encode()).hexdigest()
    return LinkRows(RowBlocks(sizes, read), record["cy_run"], joined)


def read_arrays_of_link(path: Path, schema: Schema = _SCHEMA) -> tuple[dict[str, np.ndarray], int]:
    """The arrays of one file of a data set, and its Calabi-Yau run.

    Raises:
        ArtefactError: the file is missing, damaged, no data set of the link, or has numbers that cannot be
            (`sample_values`).
    """
    arrays = read_arrays(path, schema)
    cy_run = int(arrays.pop("cy_run_number")[0])
    require_values(path, arrays, cy_run)
    return arrays, cy_run


def _layout(
    folder: Path, parts: list[np.ndarray], options: SampleOptions, extra: dict[str, np.ndarray]
) -> WholeSets | ShardedSets:
    if options.shard_size is None or options.shard_size >= sum(map(len, parts)):
        return WholeSets(folder, parts, options.n_rotations, extra)
    return ShardedSets(folder, parts, options.n_rotations, extra, options.shard_size)


def _require_positive(packed: np.ndarray, metric: str) -> None:
    """A metric that is not positive somewhere is no metric: no data set is made from it."""
    upper = np.zeros((len(packed), 6, 6))
    upper[:, *np.triu_indices(6)] = packed
    full = upper + np.swapaxes(np.triu(upper, 1), 1, 2)
    bad = int(np.sum(~(np.linalg.eigvalsh(full)[:, 0] > 0)))
    if bad:
        raise ArtefactError(
            f"the metric of {metric} is not positive at {bad} of {len(packed)} base points; "
            "train it on more points (run_cy.py --training-points, --n-points) or with fewer parameters"
        )
