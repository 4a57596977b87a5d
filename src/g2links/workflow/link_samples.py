"""Data of the structure on a link in memory, with named components."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.forms import multi_indices
from g2links.links.dataset import COLUMNS, sample_blocks
from g2links.links.structure import LINK_DIMENSION, ContactCalabiYau, require_threefold
from g2links.networks.architecture import Row
from g2links.potentials.families import Ansatz, KahlerPotential
from g2links.records import MeasuredSamples, MetricRecord, SamplesRecord, SavedSamplesRecord
from g2links.storage.finished import FinishedRun
from g2links.storage.fit_log import Progress
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy
from g2links.storage.shards import PARTS
from g2links.training.data import link_rows
from g2links.varieties.points.sampling import Points
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.registry import as_variety
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import SampleOptions, base_points
from g2links.workflow.samples import gathered, read_arrays_of_link, write_rows
from g2links.workflow.sizes import require_room_for_samples

_FORMS = {"phis": ("phi", 3), "psis": ("psi", 4), "etas": ("eta", 1)}
_METRICS = {"g2_metrics": ("g", LINK_DIMENSION), "riemannian_metrics": ("g_T", LINK_DIMENSION - 1)}


@dataclass(frozen=True, eq=False)
class LinkSamples:
    """Rows of the arrays of a data set (`links.dataset.COLUMNS`).

    Attributes:
        arrays: each with a leading axis of rows; those of a home are read when the first is used.
        parts: the rows of train, val and test, split by base point; empty for a set that was read from one file.
        variety, normalisation: V, and c in Υ = cΩ; None for a set that was read from a file.
        cy_run: the Calabi-Yau run that the data come from, if it was saved.
        record: how they were made, as plain data: options, rows, base points, effective sample size, seconds, ...;
            None for a set that was read from one file.
        ansatz: the family of the potential of the metric; None where it is not known.
    """

    arrays: Mapping[str, np.ndarray]
    parts: dict[str, np.ndarray]
    variety: AbstractVariety | None = None
    normalisation: float | None = None
    cy_run: int | None = None
    record: SamplesRecord | SavedSamplesRecord | None = None
    ansatz: Ansatz | None = None

    def __len__(self) -> int:
        return sum(map(len, self.parts.values())) if self.parts else len(self.arrays["weights"])

    @property
    def components(self) -> tuple[str, ...]:
        """The names of single components: phi_123, psi_1234, eta_1, g_11, g_T_11, with indices from 1."""
        return tuple(_component_columns(self.arrays))

    def __getitem__(self, name: str) -> np.ndarray:
        """A whole array (`phis`) or one component (`phi_123`).

        Raises:
            InputError: for a name that there is not.
        """
        if name in self.arrays:
            return self.arrays[name]
        columns = _component_columns(self.arrays)
        if name not in columns:
            raise InputError("component", name, f"one of {', '.join(self.arrays)} or of .components, such as phi_123")
        array, column = columns[name]
        return np.asarray(self.arrays[array][:, column])

    def rows(self, part: str, task: str) -> Row:
        """What a network for `task` learns from in `part`: each base point once.

        Raises:
            InputError: for an unknown part or task, or a set without parts.
        """
        if part not in self.parts:
            raise InputError("part", part, f"one of {', '.join(self.parts) or 'none: this set was read from one file'}")
        return link_rows({name: array[self.parts[part]] for name, array in self.arrays.items()}, task)

    def save(self, home: str | os.PathLike[str], shard_size: int | None = None) -> None:
        """Write the four data sets and their manifest into `samples/link_data` of a home, as `g2links sample` does.

        Args:
            home: the folder with the Calabi-Yau run that the data come from, which training looks up there.
            shard_size: base points in a file; larger sets become series of files.

        Raises:
            InputError: for data without parts, or of a metric that is not a run of this home.
            ArtefactError: the disk refuses.
        """
        place = Home(home)
        if self.record is None or self.variety is None:
            raise InputError("data", self, "data of CalabiYau.sample, which know their variety and their parts")
        if self.cy_run is None:
            raise InputError("data", self, "the metric is no saved run: solve it with home=, then sample it")
        run = run_of_metric(place, self.cy_run, self.variety, self.normalisation)
        options = replace(SampleOptions.from_record(self.record["options"]), shard_size=shard_size)
        turns = options.n_rotations
        parts = [rows[::turns] // turns for rows in self.parts.values()]
        write_rows(place, run, options, parts, self.arrays, _measured(self.record))

    def to_dataframe(self) -> Any:
        """A pandas DataFrame, one column for each component and for each array of single numbers.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas

        plain = {name: array for name, array in self.arrays.items() if array.ndim == 1}
        return pandas.DataFrame({**plain, **{name: self[name] for name in self.components}})

    def to_xarray(self) -> Any:
        """An xarray Dataset with the dimension `row` and one for the components of each array, labelled by their names.

        Raises:
            ImportError: xarray is not installed.
        """
        import xarray

        names: dict[str, list[str]] = {}
        for component, (array, _) in _component_columns(self.arrays).items():
            names.setdefault(array, []).append(component)
        variables = {name: (("row", f"{name}_component")[: array.ndim], array) for name, array in self.arrays.items()}
        return xarray.Dataset(variables, coords={f"{array}_component": labels for array, labels in names.items()})

    def __repr__(self) -> str:
        of = "" if self.variety is None else f" of {self.variety.name}"
        parts = ", ".join(f"{len(rows)} {name}" for name, rows in self.parts.items())
        return f"LinkSamples({len(self)} rows{of}{': ' + parts if parts else ''}; {', '.join(self.arrays)})"


def sample_structure(
    link: ContactCalabiYau,
    points: Points,
    options: SampleOptions,
    cy_run: int | None = None,
    progress: Progress = lambda *_: None,
) -> LinkSamples:
    """Evaluate the structure in memory: the rows that `samples.write_samples` writes. No base point lies in two parts,
    whatever its rotations.

    Raises:
        InputError: for options that cannot be or do not fit into memory, or where V is no threefold.
        ArtefactError: where the metric is not positive.
    """
    started = time.monotonic()
    require_threefold(link.variety, "data of the link")
    require_room_for_samples(options, points.n, None)
    base = base_points(link.variety, lambda: points, options)
    blocks: list[dict[str, np.ndarray]] = []
    samples = sample_blocks(link, base.blocks, options.n_rotations, base.angles)
    found = gathered(samples, blocks.append, base, options, link.variety.name, progress)
    arrays = {name: np.concatenate([block[name] for block in blocks]) for name in COLUMNS}
    record: SamplesRecord = {
        "cy_run": cy_run,
        "options": options.to_record(),
        **found,
        "seconds": time.monotonic() - started,
    }
    rows = rows_of_parts(base.parts, options)
    ansatz = link.potential.ansatz if isinstance(link.potential, KahlerPotential) else None
    return LinkSamples(arrays, rows, link.variety, link.normalisation, cy_run, record, ansatz)


def rows_of_parts(parts: list[np.ndarray], options: SampleOptions) -> dict[str, np.ndarray]:
    """The rows of train, val and test from the numbers of their base points, whose rows are adjacent."""
    turns = np.arange(options.n_rotations)
    rows = [(own[:, None] * options.n_rotations + turns).reshape(-1) for own in parts]
    return dict(zip(PARTS, rows, strict=True))


def run_of_metric(
    home: Home, cy_run: int, variety: AbstractVariety, normalisation: float | None
) -> FinishedRun[MetricRecord]:
    """The run of that number, once it is known to be the metric in question.

    Raises:
        InputError: there is no such run, or it is another metric.
    """
    run = find_cy(home, cy_run)
    model = load_cy(run.model_path, sha256=run.sha256)
    if (model.variety, model.normalisation) != (variety, normalisation):
        raise InputError("home", str(home.path), f"Calabi-Yau run {run.number} is another metric there")
    return run


def open_dataset(path: str | os.PathLike[str], *, variety: AbstractVariety | Polynomial | None = None) -> LinkSamples:
    """A data set of step 2 from its `.npz` file, wherever that lies.

    Args:
        path: of the file.
        variety: V, or its polynomial, on which the points have to lie; if None, that which the file says it is of. In
            `samples/link_data` of a home that has to be the one of its Calabi-Yau run there. A file of an earlier
            version does not say it: of such a file outside a home, without `variety`, only that is not asked.

    Raises:
        ArtefactError: the file is missing, damaged, no data set of the link, of another variety, or has numbers that
            cannot be, such as points off V, weights of 0, or metrics that are not positive definite.
        InputError: for a variety that is none.

    Example:
        >>> test = g2links.open_dataset("samples/link_data/g2_test.npz")  # doctest: +SKIP
        >>> test["phi_123"]  # doctest: +SKIP
    """
    wanted = None if variety is None else as_variety(variety)
    file = Path(path)
    if file.is_dir():
        raise ArtefactError(f"{file}: a folder; name one file, such as g2_dataset.npz")
    arrays, cy_run = read_arrays_of_link(file, wanted)
    return LinkSamples(arrays, {}, cy_run=cy_run)


def _measured(record: SamplesRecord | SavedSamplesRecord) -> MeasuredSamples:
    return {
        "rows": record["rows"],
        "base_points": record["base_points"],
        "effective_sample_size": record["effective_sample_size"],
        "samples_per_second": record["samples_per_second"],
        "evaluations_per_second": record["evaluations_per_second"],
    }


def _component_columns(arrays: Mapping[str, np.ndarray]) -> dict[str, tuple[str, int]]:
    """For each name of a component its array and column."""
    names: dict[str, tuple[str, int]] = {}
    for array, (stem, degree) in _FORMS.items():
        if array in arrays:
            indices = multi_indices(LINK_DIMENSION, degree)
            names |= {f"{stem}_{_label(index)}": (array, column) for column, index in enumerate(indices)}
    for array, (stem, dimension) in _METRICS.items():
        if array in arrays:
            pairs = zip(*np.triu_indices(dimension), strict=True)
            names |= {f"{stem}_{_label(pair)}": (array, column) for column, pair in enumerate(pairs)}
    return names


def _label(index: Any) -> str:
    return "".join(str(int(i) + 1) for i in index)
