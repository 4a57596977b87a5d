"""Training data: the base points of a data set, each once; all at once, or block by block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import numpy as np

from g2links.errors import InputError
from g2links.networks.architecture import Row
from g2links.networks.tasks import find_task
from g2links.varieties.charts import from_columns
from g2links.varieties.real_points import complex_points


@dataclass(frozen=True)
class RowBlocks:
    """Rows in blocks, of which one at a time is in memory.

    Attributes:
        sizes: the rows of each block; equal but for the last, or every size is compiled for.
        read: the number of a block -> its rows; called whenever they are needed, and the same each time.
    """

    sizes: tuple[int, ...]
    read: Callable[[int], Row]


def as_blocks(rows: Row | RowBlocks) -> RowBlocks:
    """Rows that are in memory as one block."""
    return rows if isinstance(rows, RowBlocks) else RowBlocks((len(rows.components),), lambda _: rows)


def take_rows(rows: Row | RowBlocks, indices: np.ndarray) -> Row:
    """The rows of these ascending numbers, counted through all blocks."""
    blocks = as_blocks(rows)
    ends = np.cumsum(blocks.sizes)
    parts = []
    for number, own in enumerate(np.split(indices, np.searchsorted(indices, ends[:-1]))):
        if len(own):
            block = blocks.read(number)
            parts.append(block.part(own - (ends[number] - blocks.sizes[number])))
    taken: Row = jax.tree.map(lambda *columns: np.concatenate(columns), *parts)
    return taken


def row_columns(task: str) -> tuple[str, ...]:
    """The arrays of a data set that `link_rows` reads."""
    return ("base_points", "drop_ones", "drop_maxs", find_task(task).column, "g2_metrics")


def link_rows(arrays: Mapping[str, np.ndarray], task: str) -> Row:
    """The rows that a network learns from, for arrays named as in a data set (`links.dataset.COLUMNS`).

    The components do not depend on the angle, so rotated copies of a base point are one row here: the first.

    Args:
        arrays: at least those of `row_columns`.
        task: "3form", "metric" or "4form".

    Raises:
        InputError: for an unknown task, a column that is missing, of another length, or not finite.
    """
    columns = row_columns(task)
    missing = sorted(set(columns) - set(arrays))
    if missing:
        raise InputError("data set", sorted(arrays), f"the arrays {', '.join(missing)} are needed too")
    table = [np.asarray(arrays[name]) for name in columns]
    for name, values in zip(columns, table, strict=True):
        if len(values) != len(table[0]) or len(values) == 0:
            raise InputError(name, f"{len(values)} rows", "every array needs the same number of rows, at least 1")
        if not np.all(np.isfinite(values)):
            raise InputError(name, "values that are not finite", "every value must be finite")
    first = np.sort(np.unique(table[0], axis=0, return_index=True)[1])
    points, fixed, solved, components, metrics = (values[first] for values in table)
    return Row(from_columns(complex_points(points), fixed, solved), components, metrics)
