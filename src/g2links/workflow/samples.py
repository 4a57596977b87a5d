"""Step 2: data sets of the structure on the link, in `samples/link_data/`."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.links.dataset import BLOCK, COLUMNS, blocks_of, sample_blocks
from g2links.links.splits import split_base_points
from g2links.links.structure import require_threefold
from g2links.networks.architecture import Row
from g2links.storage.arrays import ArraySpec, Schema, read_arrays
from g2links.storage.cy_points import read_points
from g2links.storage.finished import FinishedRun
from g2links.storage.fit_log import Progress
from g2links.storage.layout import Home
from g2links.storage.manifests import new_set, read_manifest
from g2links.storage.models import find_cy, load_cy
from g2links.storage.provenance import provenance
from g2links.storage.shards import PARTS, ShardedSets, WholeSets, remove_data_sets, shards_of
from g2links.training.data import RowBlocks, link_rows, row_columns
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

_SCHEMA = {name: ArraySpec(("n", *shape), "iu" if kind == "i" else kind) for name, (shape, kind) in COLUMNS.items()}
_SCHEMA["cy_run_number"] = ArraySpec((1,), "iu")
_FRESH = 100_000


@dataclass(frozen=True)
class SampleOptions:
    """What the user chose in step 2; `n_points` base points (None: all of the run's, or 100,000 fresh ones), at most
    `shard_size` of them in a file (None: any number)."""

    n_points: int | None = None
    n_rotations: int = 4
    source: str = "run"
    splits: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    shard_size: int | None = None

    def __post_init__(self) -> None:
        if self.source not in ("run", "fresh"):
            raise InputError("source", self.source, "choose run (the points of step 1) or fresh")
        if self.n_points is not None and self.n_points < 3:
            raise InputError("n_points", self.n_points, "a whole number, at least 3")
        if self.n_rotations < 1:
            raise InputError("n_rotations", self.n_rotations, "a whole number, at least 1")
        if self.shard_size is not None and self.shard_size < 1:
            raise InputError("shard_size", self.shard_size, "a whole number, at least 1")
        if self.seed < 0:
            raise InputError("seed", self.seed, "a whole number, at least 0")


def write_samples(
    home: Home, cy_run: int | None, options: SampleOptions, *, progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Evaluate the structure of a Calabi-Yau run and write the four data sets; returns what the manifest says.

    With more base points than `shard_size` each set is a series of files, and memory is bounded by a few shards (and
    the points of the run, about 100 bytes each). The manifest is written last: until then the set does not count, and
    the command starts anew.
    """
    started = time.monotonic()
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path)
    require_threefold(model.variety, "data sets of the link")
    point_seed, angle_seed, split_seed = np.random.SeedSequence(options.seed).spawn(3)
    n, points = _base_points(home, run, model.variety, options, point_seed)
    parts = split_base_points(n, options.splits, np.random.default_rng(split_seed))
    extra: dict[str, Any] = {"cy_run": run.number, "cy_sha256": run.sha256, "options": asdict(options)}
    names: list[str] = []
    with new_set(home.make(home.link_data), names, extra) as folder:
        remove_data_sets(folder)
        sets = _layout(folder, parts, options, {"cy_run_number": np.array([run.number])})
        samples = sample_blocks(model.link(), points, options.n_rotations, np.random.default_rng(angle_seed))
        tally = _store(samples, sets, n, options.n_rotations, run.number, progress)
        progress("writing data sets", 0, 1)
        names += sets.close()
        extra |= {
            "rows": n * options.n_rotations,
            "base_points": {"all": n, **{name: len(rows) for name, rows in zip(PARTS, parts, strict=True)}},
            "files": len(names),
            "effective_sample_size": tally.weight**2 / (n * tally.weight_squared),
            "samples_per_second": n * options.n_rotations / tally.seconds,
            "seconds": time.monotonic() - started,
            "versions": provenance(),
        }
    return extra


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


def read_samples(home: Home, part: str) -> LinkData:
    """The data set `part` (dataset, train, val or test), after its checksum, shapes and values have been checked.

    Raises:
        ArtefactError: the set is missing, incomplete, damaged, in shards, or holds what cannot be.
    """
    name = f"g2_{part}.npz"
    manifest = read_manifest(home.link_data, [name])
    arrays, cy_run = _read_arrays(home.link_data / name, _SCHEMA)
    return LinkData(arrays, cy_run, manifest.sha256(name))


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
    cy_run = int(manifest.extra["cy_run"])
    sizes = tuple(int(manifest.files[name]["rows"]) // manifest.extra["options"]["n_rotations"] for name in names)

    def read(number: int) -> Row:
        arrays, _ = _read_arrays(home.link_data / names[number], schema)
        return link_rows(arrays, task)

    joined = hashlib.sha256("".join(manifest.sha256(name) for name in names).encode()).hexdigest()
    return LinkRows(RowBlocks(sizes, read), cy_run, joined)


def _read_arrays(path: Path, schema: Schema) -> tuple[dict[str, np.ndarray], int]:
    """The arrays of one file, and its Calabi-Yau run."""
    arrays = read_arrays(path, schema)
    cy_run = int(arrays.pop("cy_run_number")[0])
    for column in ("drop_ones", "drop_maxs"):
        if np.any((arrays[column] < 0) | (arrays[column] > 4)):
            raise ArtefactError(f"{path}: {column} must lie between 0 and 4")
    return arrays, cy_run


def _layout(
    folder: Path, parts: list[np.ndarray], options: SampleOptions, extra: dict[str, np.ndarray]
) -> WholeSets | ShardedSets:
    if options.shard_size is None or options.shard_size >= sum(map(len, parts)):
        return WholeSets(folder, parts, options.n_rotations, extra)
    return ShardedSets(folder, parts, options.n_rotations, extra, options.shard_size)


@dataclass
class _Tally:
    """Sums over the base points, and the seconds that their evaluation took."""

    weight: float = 0.0
    weight_squared: float = 0.0
    seconds: float = 0.0


def _store(
    samples: Iterator[dict[str, np.ndarray]],
    sets: WholeSets | ShardedSets,
    n: int,
    rotations: int,
    run: int,
    progress: Progress,
) -> _Tally:
    """Hand all samples on, block by block."""
    tally, done, begun = _Tally(), 0, time.monotonic()
    for block in samples:
        tally.seconds += time.monotonic() - begun
        _require_positive(block["riemannian_metrics"][::rotations], run)
        weights = block["weights"][::rotations]
        tally.weight += float(np.sum(weights))
        tally.weight_squared += float(np.sum(weights**2))
        sets.add(block)
        done += len(weights)
        progress("sampling the link", done * rotations, n * rotations)
        begun = time.monotonic()
    return tally


def _base_points(
    home: Home, run: FinishedRun, variety: AbstractVariety, options: SampleOptions, seed: np.random.SeedSequence
) -> tuple[int, Iterator[Points]]:
    """How many base points there are, and the points in blocks."""
    size = min(BLOCK, options.shard_size or BLOCK)
    if options.source == "fresh":
        n = options.n_points or 100_000
        return n, (block for points in _fresh_points(variety, n, seed) for block in blocks_of(points, size))
    points = read_points(home, run)
    n = options.n_points or points.n
    if n > points.n:
        raise InputError(
            "n_points",
            n,
            f"run {run.number} has {points.n} points; take fewer, or use --source fresh",
        )
    return n, blocks_of(points.rows(slice(n)), size)


def _fresh_points(variety: AbstractVariety, n: int, seed: np.random.SeedSequence) -> Iterator[Points]:
    """New points, at most 100,000 at a time, each time from random numbers of their own."""
    starts = range(0, n, _FRESH)
    for start, own in zip(starts, (seed, *seed.spawn(len(starts) - 1)), strict=True):
        yield variety.sample(min(_FRESH, n - start), own)


def _require_positive(packed: np.ndarray, run: int) -> None:
    """A metric that is not positive somewhere is no metric: no data set is made from it."""
    upper = np.zeros((len(packed), 6, 6))
    upper[:, *np.triu_indices(6)] = packed
    full = upper + np.swapaxes(np.triu(upper, 1), 1, 2)
    bad = int(np.sum(~(np.linalg.eigvalsh(full)[:, 0] > 0)))
    if bad:
        raise ArtefactError(
            f"the metric of Calabi-Yau run {run} is not positive at {bad} of {len(packed)} base points; "
            "train it on more points (run_cy.py --training-points, --n-points) or with fewer parameters"
        )
