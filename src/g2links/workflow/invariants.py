"""`g2links.invariants`: what the weights alone say of V and of its link, for one system or for all 7,555."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from g2links.errors import InputError
from g2links.quantities.invariants import VARIABLES, Invariants, flat_columns, invariants_of, invariants_table
from g2links.quantities.selection import rows_where
from g2links.settings.limits import require_new_file
from g2links.storage.arrays import write_arrays
from g2links.storage.csv_files import write_csv
from g2links.storage.files import sha256
from g2links.storage.weight_systems import read_weight_systems
from g2links.varieties.hypersurface import require_hypersurface
from g2links.varieties.polynomial import Polynomial, read_weights
from g2links.varieties.smooth.criteria import require_weights
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.polynomials import resolve_variety, smoothness

_SUFFIXES = (".csv", ".npz")


@dataclass(frozen=True, eq=False)
class InvariantsTable:
    """The invariants of many systems of weights, a row for each.

    Attributes:
        columns: int64 arrays by the names of `quantities.invariants.Invariants`: weights (n, 5), betti (n, 8), the
            others (n,).
    """

    columns: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.columns["degree"])

    def __getitem__(self, name: str) -> np.ndarray:
        """A column: one of `columns`, or w0, ..., w4 and b3.

        Raises:
            InputError: for a name that there is not.
        """
        columns = {**self.columns, **self._flat()}
        if name not in columns:
            raise InputError("column", name, f"one of {', '.join(columns)}")
        return columns[name]

    def __iter__(self) -> Iterator[Invariants]:
        """The rows, with Python's integers."""
        for row in zip(*(self.columns[name].tolist() for name in Invariants._fields), strict=True):
            values: tuple[Any, ...] = tuple(tuple(value) if isinstance(value, list) else value for value in row)
            yield Invariants(*values)

    def where(self, condition: str) -> "InvariantsTable":
        """The rows that fulfil a condition on the columns that are one number each, such as "h21 < 5 and nu != 1"
        (`quantities.selection`).

        Raises:
            InputError: for text that is no condition.
        """
        rows = rows_where(condition, self._flat())
        return InvariantsTable({name: column[rows] for name, column in self.columns.items()})

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the table, whole or not at all.

        Args:
            path: a file that ends in .csv, with a column for each number, or in .npz, with the arrays of `columns`.

        Returns:
            The SHA-256 of the file.

        Raises:
            InputError: for another ending, or a folder that cannot be written.
            ArtefactError: the disk refuses.
        """
        require_table_target(path, "path")
        if Path(path).suffix == ".csv":
            write_csv(path, self._flat())
        else:
            write_arrays(path, self.columns)
        return sha256(path)

    def to_dataframe(self) -> Any:
        """A pandas DataFrame, one column for each number.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(self._flat())

    def __repr__(self) -> str:
        return f"InvariantsTable({len(self)} systems of weights; {', '.join(self._flat())})"

    def _flat(self) -> dict[str, np.ndarray]:
        return flat_columns(dict(self.columns))


@overload
def invariants(variety: Literal["all"]) -> InvariantsTable: ...  # type: ignore[overload-overlap]
@overload
def invariants(
    variety: AbstractVariety | Polynomial | str | None = None, *, weights: Sequence[int] | None = None
) -> Invariants: ...
def invariants(
    variety: AbstractVariety | Polynomial | str | None = None, *, weights: Sequence[int] | None = None
) -> Invariants | InvariantsTable:
    """Milnor number, Hodge and Betti numbers and the Crowley-Nordström invariant, exactly and without a metric.

    Args:
        variety: V, a polynomial, an expression, a name of the catalogue, or the path of a YAML file; "all" for the
            table of all 7,555 systems of weights, computed in two seconds. Without it `weights` alone are asked about,
            and without either the Fermat quintic.
        weights: of an expression, or alone.

    Raises:
        InputError: for a link of another dimension than 7.
        PolynomialError: when f is singular, or weights for which every f is.
        ArtefactError: for a file that cannot be read.

    Example:
        >>> invariants(weights=(1, 1, 2, 2, 2)).nu
        31
    """
    if isinstance(variety, str) and variety.strip() == "all":
        if weights is not None:
            raise InputError("weights", weights, "all systems of weights are asked for already")
        return InvariantsTable(_all_columns())
    if variety is None and weights is not None:
        return invariants_of(_threefold_weights(read_weights(weights)))
    given = resolve_variety("fermat_quintic" if variety is None else variety, None if weights is None else (*weights,))
    hypersurface = require_hypersurface(given, "invariants")
    known = _threefold_weights(hypersurface.weights)
    smoothness(hypersurface.polynomial)
    return invariants_of(known)


def require_table_target(path: str | os.PathLike[str], field: str) -> None:
    """Refuse, before any work, a file that a table cannot be written to.

    Raises:
        InputError: names the field.
    """
    target = Path(path)
    if target.suffix not in _SUFFIXES:
        raise InputError(field, str(path), f"a file that ends in {' or '.join(_SUFFIXES)}")
    require_new_file(target, field)


def _threefold_weights(weights: tuple[int, ...]) -> tuple[int, ...]:
    """Five weights that admit a quasi-smooth polynomial."""
    if len(weights) != VARIABLES:
        raise InputError(
            "weights", weights, f"{VARIABLES} weights are needed: the invariants are of links of dimension 7"
        )
    require_weights(weights)
    return weights


@cache
def _all_columns() -> dict[str, np.ndarray]:
    """Computed once in a process; nobody can write into them."""
    columns = invariants_table(read_weight_systems())
    for column in columns.values():
        column.flags.writeable = False
    return columns
