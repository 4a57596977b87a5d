"""Data of the structure on a link in memory, with named components."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from g2links.errors import ArtefactError, InputError
from g2links.forms import multi_indices
from g2links.links.dataset import COLUMNS, sample_link
from g2links.links.splits import split_base_points
from g2links.links.structure import ContactCalabiYau, require_threefold
from g2links.networks.architecture import Row
from g2links.storage.arrays import ArraySpec, read_arrays
from g2links.training.data import link_rows
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

PARTS = ("train", "val", "test")
_DIMENSION = 7
_FORMS = {"phis": ("phi", 3), "psis": ("psi", 4), "etas": ("eta", 1)}
_METRICS = {"g2_metrics": ("g", _DIMENSION), "riemannian_metrics": ("g_T", _DIMENSION - 1)}


@dataclass(frozen=True, eq=False)
class LinkSamples:
    """Rows of the arrays of a data set (`links.dataset.COLUMNS`).

    Attributes:
        arrays: each with a leading axis of rows.
        parts: the rows of train, val and test, split by base point; empty for a set that was read from one file.
        polynomial, normalisation: f, and c in Υ = cΩ; None for a set that was read from a file.
        cy_run: the Calabi-Yau run that the data come from, if it was saved.
    """

    arrays: dict[str, np.ndarray]
    parts: dict[str, np.ndarray]
    variety: AbstractVariety | None = None
    normalisation: float | None = None
    cy_run: int | None = None

    def __len__(self) -> int:
        return len(self.arrays["weights"])

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
    n_rotations: int,
    splits: tuple[float, float, float],
    seed: int,
    cy_run: int | None = None,
) -> LinkSamples:
    """Evaluate the structure at points of V; no base point lies in two parts, whatever its rotations."""
    require_threefold(link.variety, "data of the link")
    angle_seed, split_seed = np.random.SeedSequence(seed).spawn(2)
    parts = split_base_points(points.n, splits, np.random.default_rng(split_seed))
    blocks = list(sample_link(link, points, n_rotations, np.random.default_rng(angle_seed)))
    arrays = {name: np.concatenate([block[name] for block in blocks]) for name in COLUMNS}
    turns = np.arange(n_rotations)
    rows = {name: (own[:, None] * n_rotations + turns).reshape(-1) for name, own in zip(PARTS, parts, strict=True)}
    return LinkSamples(arrays, rows, link.variety, link.normalisation, cy_run)


def open_dataset(path: str | os.PathLike[str]) -> LinkSamples:
    """A data set of step 2 from its `.npz` file.

    Raises:
        ArtefactError: the file is missing, damaged, or no data set of the link.
    """
    file = Path(path)
    if file.is_dir():
        raise ArtefactError(f"{file}: a folder; name one file, such as g2_dataset.npz")
    schema = {name: ArraySpec(("n", *shape), "iu" if kind == "i" else kind) for name, (shape, kind) in COLUMNS.items()}
    schema["cy_run_number"] = ArraySpec((1,), "iu")
    arrays = read_arrays(file, schema)
    cy_run = int(arrays.pop("cy_run_number")[0])
    return LinkSamples(arrays, {}, cy_run=cy_run)


def _component_columns(arrays: dict[str, Float[np.ndarray, "..."]]) -> dict[str, tuple[str, int]]:
    """For each name of a component its array and column."""
    names: dict[str, tuple[str, int]] = {}
    for array, (stem, degree) in _FORMS.items():
        if array in arrays:
            indices = multi_indices(_DIMENSION, degree)
            names |= {f"{stem}_{_label(index)}": (array, column) for column, index in enumerate(indices)}
    for array, (stem, dimension) in _METRICS.items():
        if array in arrays:
            pairs = zip(*np.triu_indices(dimension), strict=True)
            names |= {f"{stem}_{_label(pair)}": (array, column) for column, pair in enumerate(pairs)}
    return names


def _label(index: Any) -> str:
    return "".join(str(int(i) + 1) for i in index)
