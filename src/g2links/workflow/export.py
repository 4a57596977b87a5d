"""Runs in the file formats of other codes."""

from pathlib import Path
from typing import Any

from g2links.errors import ArtefactError, InputError
from g2links.storage.arrays import write_arrays
from g2links.storage.cy_points import read_points
from g2links.storage.files import make_folder, require_target, sha256
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy
from g2links.workflow.cymetric import cymetric_arrays, cymetric_sigma, require_share

_FEWEST = 2
"""Points: one for training, one for validation."""


def export_cymetric(
    home: Home, cy_run: int | None, out: Path | None, n: int | None, validation: float
) -> dict[str, Any]:
    """Write the points of a run with its metric as the `dataset.npz` of cymetric.

    Args:
        home: where the run is.
        cy_run: its number; the most recent if None.
        out: a folder, or a file that ends in `.npz`; None is `samples/cymetric_run{N}` of the home.
        n: how many of the run's points; all if None.
        validation: the share of validation points.

    Returns:
        What was written, for `--json`.

    Raises:
        InputError, ArtefactError: for a run or an option that cannot be used.
    """
    require_share(validation)
    if n is not None and n < _FEWEST:
        raise InputError("n_points", n, f"a whole number, at least {_FEWEST}: one for each side")
    run = find_cy(home, cy_run)
    folder = home.path / "samples" / f"cymetric_run{run.number}" if out is None else out
    path = folder if folder.suffix == ".npz" else folder / "dataset.npz"
    try:
        require_target(path)
    except ArtefactError as error:
        raise InputError("out", str(out), f"a place that can be written ({error})") from error
    model = load_cy(run.model_path, sha256=run.sha256)
    points = read_points(home, run)
    if n is not None and n > points.n:
        raise InputError("n_points", n, f"from {_FEWEST} to {points.n}, the number of points of run {run.number}")
    points = points.rows(slice(n))
    arrays = cymetric_arrays(model.variety, model.kahler_potential, points, validation)
    if out is None:
        home.make(path.parent)
    make_folder(path.parent)
    write_arrays(path, arrays)
    return {
        "format": "cymetric",
        "cy_run": run.number,
        "path": path,
        "points": {"train": len(arrays["X_train"]), "validation": len(arrays["X_val"])},
        "sigma_validation": cymetric_sigma(arrays["metric_val"], arrays["y_val"]),
        "sha256": sha256(path),
    }
