"""Step 2: data sets of the structure on the link, in `samples/link_data/`."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.links.dataset import COLUMNS, sample_link, split_base_points
from g2links.runs.arrays import ArraySpec, read_arrays, write_arrays
from g2links.runs.cy_points import read_points
from g2links.runs.finished import FinishedRun
from g2links.runs.fit import Progress
from g2links.runs.layout import Home
from g2links.runs.manifests import new_set, read_manifest
from g2links.runs.models import find_cy, load_cy
from g2links.runs.provenance import provenance
from g2links.varieties.sampling import Points, effective_sample_size, sample_points

PARTS = ("train", "val", "test")
NAMES = tuple(f"g2_{part}.npz" for part in ("dataset", *PARTS))
_SCHEMA = {name: ArraySpec(("n", *shape), "iu" if kind == "i" else kind) for name, (shape, kind) in COLUMNS.items()}
_SCHEMA["cy_run_number"] = ArraySpec((1,), "iu")


@dataclass(frozen=True)
class SampleOptions:
    """What the user chose in step 2; `n_points` base points (None: all of the run's, or 100,000 fresh ones)."""

    n_points: int | None = None
    n_rotations: int = 4
    source: str = "run"
    splits: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.source not in ("run", "fresh"):
            raise InputError("source", self.source, "choose run (the points of step 1) or fresh")
        if self.n_points is not None and self.n_points < 3:
            raise InputError("n_points", self.n_points, "a whole number, at least 3")
        if self.n_rotations < 1:
            raise InputError("n_rotations", self.n_rotations, "a whole number, at least 1")
        if self.seed < 0:
            raise InputError("seed", self.seed, "a whole number, at least 0")


def write_samples(
    home: Home, cy_run: int | None, options: SampleOptions, *, progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Evaluate the structure of a Calabi-Yau run and write the four data sets; returns what the manifest says.

    The manifest is written last: until then the set does not count, and the command starts anew.
    """
    started = time.monotonic()
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path)
    point_seed, angle_seed, split_seed = np.random.SeedSequence(options.seed).spawn(3)
    points = _base_points(home, run, model.polynomial, options, point_seed)
    n = len(points.z)
    parts = split_base_points(n, options.splits, np.random.default_rng(split_seed))
    extra: dict[str, Any] = {"cy_run": run.number, "cy_sha256": run.sha256, "options": asdict(options)}
    with new_set(home.make(home.link_data), NAMES, extra) as folder:
        blocks = sample_link(model.link(), points, options.n_rotations, np.random.default_rng(angle_seed))
        evaluated = time.monotonic()
        arrays = _collect(blocks, n * options.n_rotations, progress)
        seconds = time.monotonic() - evaluated
        _require_positive(arrays["riemannian_metrics"][:: options.n_rotations], run.number)
        number = np.array([run.number])
        for name, rows in zip(NAMES, (None, *parts), strict=True):
            progress(f"writing {name}", 0, 1)
            part = arrays if rows is None else {k: v[_rows(rows, options.n_rotations)] for k, v in arrays.items()}
            write_arrays(folder / name, {**part, "cy_run_number": number})
        extra |= {
            "rows": n * options.n_rotations,
            "base_points": {"all": n, **{name: len(rows) for name, rows in zip(PARTS, parts, strict=True)}},
            "effective_sample_size": effective_sample_size(points.weights),
            "samples_per_second": n * options.n_rotations / seconds,
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


def read_samples(home: Home, part: str) -> LinkData:
    """The data set `part` (dataset, train, val or test), after its checksum, shapes and values have been checked.

    Raises:
        ArtefactError: the set is missing, incomplete, damaged, or holds what cannot be.
    """
    name = f"g2_{part}.npz"
    manifest = read_manifest(home.link_data, [name])
    arrays = read_arrays(home.link_data / name, _SCHEMA)
    cy_run = int(arrays.pop("cy_run_number")[0])
    for column in ("drop_ones", "drop_maxs"):
        if np.any((arrays[column] < 0) | (arrays[column] > 4)):
            raise ArtefactError(f"{home.link_data / name}: {column} must lie between 0 and 4")
    return LinkData(arrays, cy_run, manifest.sha256(name))


def _base_points(
    home: Home, run: FinishedRun, polynomial: Any, options: SampleOptions, seed: np.random.SeedSequence
) -> Points:
    if options.source == "fresh":
        return sample_points(polynomial, options.n_points or 100_000, seed)
    points = read_points(home, run)
    wanted = options.n_points or len(points.z)
    if wanted > len(points.z):
        raise InputError(
            "n_points",
            wanted,
            f"run {run.number} has {len(points.z)} points; take fewer, or use --source fresh",
        )
    return Points(*(column[:wanted] for column in points))


def _collect(blocks: Iterator[dict[str, np.ndarray]], rows: int, progress: Progress) -> dict[str, np.ndarray]:
    arrays = {
        name: np.empty((rows, *shape), dtype=np.int64 if kind == "i" else np.float64)
        for name, (shape, kind) in COLUMNS.items()
    }
    done = 0
    for block in blocks:
        size = len(block["rotations"])
        for name, values in block.items():
            arrays[name][done : done + size] = values
        done += size
        progress("sampling the link", done, rows)
    return arrays


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


def _rows(base_points: np.ndarray, rotations: int) -> np.ndarray:
    return (base_points[:, None] * rotations + np.arange(rotations)).ravel()
