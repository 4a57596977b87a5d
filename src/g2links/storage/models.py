"""Finished runs as objects: the Calabi-Yau metric of step 1 and the networks of step 3."""

import os
from pathlib import Path
from typing import Any

from g2links.errors import InputError
from g2links.records import MetricRecord, NetworkRecord
from g2links.storage.finished import FinishedRun, find_run
from g2links.storage.keras_files import load_model
from g2links.storage.layout import Home

CY_STEM = "cy_metric_model"
CY_HINT = "run `python run_cy.py` (or `g2links cy`) first"
LINK_HINT = "run `python run_g2.py --task 3form` (or `g2links train`) first"


def load_cy(
    path_or_run: str | os.PathLike[str] | int | None = None,
    home: str | os.PathLike[str] = ".",
    *,
    sha256: str | None = None,
) -> Any:
    """The Calabi-Yau metric of a run: a `g2links.networks.cy_model.CalabiYauMetric`.

    Args:
        path_or_run: a `.keras` file, a run number under `home`, or None for the most recent run.
        home: the folder that holds `models/cy_models`.
        sha256: the checksum that the file has to have; that of its record for a run, and any for a file, if None.

    Raises:
        ArtefactError: there is no such file or run, it is damaged, or it holds another kind of model.
        InputError: the run number does not exist; the message lists those that do.

    Example:
        >>> link = g2links.load_cy(1).link()  # doctest: +SKIP
    """
    if path_or_run is None or isinstance(path_or_run, int):
        run = find_cy(Home(home), path_or_run)
        path, sha256 = run.model_path, sha256 or run.sha256
    else:
        path = Path(path_or_run)
    return load_model(path, "CalabiYauMetric", sha256=sha256)


def load_link_model(
    task: str,
    path_or_run: str | os.PathLike[str] | int | None = None,
    home: str | os.PathLike[str] = ".",
    *,
    sha256: str | None = None,
) -> Any:
    """The network of a run of `task` (3form, metric or 4form): a `g2links.networks.model.LinkModel`.

    Arguments and errors are those of `load_cy`.

    Example:
        >>> model = g2links.load_link_model("3form")  # doctest: +SKIP
        >>> phis = model(points)  # (n, 35)  # doctest: +SKIP
    """
    from g2links.networks.tasks import find_task  # which loads JAX

    find_task(task)
    if path_or_run is None or isinstance(path_or_run, int):
        run = find_link_run(Home(home), task, path_or_run)
        path, sha256 = run.model_path, sha256 or run.sha256
    else:
        path = Path(path_or_run)
    model = load_model(path, "LinkModel", sha256=sha256)
    if model.task != task:
        raise InputError("task", task, f"{path} is a model of the task {model.task}")
    return model


def find_cy(home: Home, number: int | None) -> FinishedRun[MetricRecord]:
    """The finished Calabi-Yau run of this number, the most recent if None."""
    return find_run(home.cy_models, CY_STEM, MetricRecord, number, hint=CY_HINT)


def find_link_run(home: Home, task: str, number: int | None) -> FinishedRun[NetworkRecord]:
    """The finished run of a task of this number, the most recent if None."""
    return find_run(home.link_models, task, NetworkRecord, number, hint=LINK_HINT)
