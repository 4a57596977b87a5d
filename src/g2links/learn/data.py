"""Training data: the base points of a data set, each once."""

from collections.abc import Mapping

import numpy as np

from g2links.errors import InputError
from g2links.learn.architecture import Row
from g2links.learn.tasks import find_task
from g2links.links.dataset import complex_points


def link_rows(arrays: Mapping[str, np.ndarray], task: str) -> Row:
    """The rows that a network learns from, for arrays named as in a data set (`links.dataset.COLUMNS`).

    The components do not depend on the angle, so rotated copies of a base point are one row here: the first.

    Args:
        arrays: at least base_points, drop_ones, drop_maxs, g2_metrics and the column of the task.
        task: "3form", "metric" or "4form".

    Raises:
        InputError: for an unknown task, a column that is missing, of another length, or not finite.
    """
    columns = ("base_points", "drop_ones", "drop_maxs", find_task(task).column, "g2_metrics")
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
    points, ones, els, components, metrics = (values[first] for values in table)
    return Row(complex_points(points), ones, els, components, metrics)
