"""The points of step 1 on the disk: `samples/cy_data/cy_points_run{N}.npz`."""

import re
from pathlib import Path

import numpy as np

from g2links.errors import ArtefactError, InputError
from g2links.records import MetricRecord
from g2links.storage.arrays import ArraySpec, read_arrays, write_arrays
from g2links.storage.files import sha256
from g2links.storage.finished import FinishedRun, present_numbers
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM
from g2links.varieties.charts import from_columns, in_columns
from g2links.varieties.points.sampling import Points
from g2links.varieties.real_points import complex_points, real_points, require_on_variety
from g2links.varieties.registry import saved_variety, variety_from_config

_NAME = re.compile(r"cy_points_run([0-9]{1,9})\.npz")
_SCHEMA = {
    "points": ArraySpec(("n", "real")),
    "weights": ArraySpec(("n",)),
    "drop_ones": ArraySpec(("n",), "iu", or_shape=("n", "fixed")),
    "drop_maxs": ArraySpec(("n",), "iu", or_shape=("n", "solved")),
    "lines": ArraySpec(("n",), "iu"),
}


def points_path(home: Home, run: int) -> Path:
    """Where the points of a run lie."""
    return home.cy_data / f"cy_points_run{run}.npz"


def remove_points_of_no_run(home: Home) -> None:
    """Remove the points of runs that were given up or removed: of numbers that no model, record or work folder has."""
    found = {path: _NAME.fullmatch(path.name) for path in home.cy_data.glob("cy_points_run*.npz")}
    used = present_numbers(home.cy_models, CY_STEM)  # afterwards: a run is claimed before it has points
    for path, match in found.items():
        if match is not None and int(match[1]) not in used:
            path.unlink(missing_ok=True)


def write_points(home: Home, run: int, points: Points) -> str:
    """Save the points of a run; returns the checksum of the file."""
    path = points_path(home, run)
    home.make(home.cy_data)
    arrays = {
        "points": real_points(points.z),
        "weights": points.weights,
        **in_columns(points.at),
        "lines": points.lines.astype(np.int64),
    }
    write_arrays(path, arrays)
    return sha256(path)


def read_points(home: Home, run: FinishedRun[MetricRecord]) -> Points:
    """The points of a finished run.

    Raises:
        ArtefactError: the file is missing, damaged, not the one that the run's record names, or has points that are not
            on V, or weights that are not positive.
    """
    path = points_path(home, run.number)
    try:
        arrays = read_arrays(path, _SCHEMA, sha256=run.record.get("data_sha256", ""))
    except ArtefactError as error:
        raise ArtefactError(
            f"{error}; the points of run {run.number} are needed: use --source fresh, or run step 1 again"
        ) from error
    fixed, solved = arrays["drop_ones"], arrays["drop_maxs"]
    z = complex_points(arrays["points"])
    if any(np.any((index < 0) | (index >= z.shape[1])) for index in (fixed, solved)):
        raise ArtefactError(f"{path}: drop_ones and drop_maxs must lie between 0 and {z.shape[1] - 1}")
    if not np.all(arrays["weights"] > 0):
        raise ArtefactError(f"{path}: array 'weights' must be above 0")
    try:
        require_on_variety(variety_from_config(saved_variety(run.record)), z)
    except InputError as error:
        raise ArtefactError(f"{path}: array 'points' is not on the variety of run {run.number}: {error}") from error
    return Points(from_columns(z, fixed, solved), arrays["weights"], arrays["lines"])
