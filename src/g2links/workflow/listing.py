"""Finished runs at a glance."""

import re
from collections.abc import Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from g2links.errors import ArtefactError, InputError
from g2links.records import CheckRecord, NetworkRecord
from g2links.settings.config import TASKS
from g2links.settings.limits import require_new_file
from g2links.storage.finished import run_numbers
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM, find_cy, find_link_run
from g2links.storage.records import read_record


class RunRow(TypedDict):
    """One finished run: its name, its Calabi-Yau run, its main figure with its value, and the seconds it took; of a
    damaged one the name, and what is wrong."""

    name: str
    cy_run: NotRequired[int | None]
    figure: NotRequired[str]
    value: NotRequired[float]
    seconds: NotRequired[float]
    problem: NotRequired[str]


def finished_runs(home: Home) -> list[RunRow]:
    """One entry for each finished run."""
    metrics = [_row(home, CY_STEM, number) for number in run_numbers(home.cy_models, CY_STEM)]
    return metrics + [_row(home, task, number) for task in TASKS for number in run_numbers(home.link_models, task)]


def _row(home: Home, stem: str, number: int) -> RunRow:
    name, figure = f"{stem}_run{number}", "sigma"
    cy_run: int | None = number
    try:
        if stem == CY_STEM:
            figures = find_cy(home, number).record["figures"]
        else:
            network = find_link_run(home, stem, number).record
            cy_run, figure, figures = network["cy_run"], "relative_error", network["figures"]
    except ArtefactError as error:
        return {"name": name, "problem": str(error)}
    return {"name": name, "cy_run": cy_run, "figure": figure, "value": figures[figure], "seconds": figures["seconds"]}


def comparable(home: Home, task: str, number: int) -> dict[str, Any]:
    """What one run number stands for: figures of its training, and mean and largest value of each figure of its checks.

    Args:
        task: cy, 3form, metric, 4form, or all: every network of that number, and the checks of them.

    Raises:
        InputError: for an unknown task, or a number that no run of the task has.
    """
    if task not in ("all", "cy", *TASKS):
        raise InputError("--task", task, f"choose one of all, cy, {', '.join(TASKS)}")
    if task == "cy":
        return {"figures": find_cy(home, number).record["figures"]} | _checks(home, rf"check_(.+)_cy_run{number}")
    tasks = [name for name in TASKS if number in run_numbers(home.link_models, name)] if task == "all" else [task]
    records = {name: find_link_run(home, name, number).record for name in tasks or TASKS[:1]}
    kept = {name: _summary(record) for name, record in records.items()}
    checks = _checks(home, rf"check_(.+)_cy_run[0-9]+_g2_run{number}(|_star|_model)")
    return (kept if task == "all" else kept[task]) | checks


def require_page(path: str | None, field: str) -> None:
    """Refuse, before any work, a page that cannot be written, or is not called like one.

    Raises:
        InputError: names the field.
    """
    if path is not None:
        if not path.endswith(".html"):
            raise InputError(field, path, "the name of a file that ends in .html")
        require_new_file(path, field)


def _summary(record: NetworkRecord) -> dict[str, Any]:
    """What tells one training from another."""
    return {
        "architecture": record["hyperparameters"]["architecture"],
        "cy_run": record["cy_run"],
        "base_points": record["base_points"]["train"],
        "weights": record["weights"],
        "best_epoch": record["best_epoch"],
        "figures": record["figures"],
    }


def check_records(home: Home, pattern: str) -> dict[str, CheckRecord]:
    """The checks whose file name fits, under a name without run numbers, so that those of several runs share a row.

    Args:
        pattern: a regular expression whose first group is the name of the check, and whose others tell its kinds.

    Raises:
        ArtefactError: one of them is damaged.
    """
    found: dict[str, CheckRecord] = {}
    for path in sorted(home.plots.glob("check_*.json")):
        if match := re.fullmatch(pattern, path.stem):
            record = read_record(path, CheckRecord)
            name = " ".join(["check", match[1], *(group.strip("_") for group in match.groups()[1:] if group)])
            if name in found:
                name += f" (CY run {record['cy_run']})"
            found[name] = record
    return found


def _checks(home: Home, pattern: str) -> dict[str, Any]:
    """What is compared of the checks whose file name fits."""
    return {
        name: {
            "cy_run": record["cy_run"],
            "points": record["n"],
            "passed": record["passed"],
            **_figures(record["figures"]),
        }
        for name, record in check_records(home, pattern).items()
    }


def _figures(figures: Mapping[str, Mapping[str, float | None]]) -> dict[str, Any]:
    """Of a figure at points mean and maximum, of an integral value and standard error."""
    kept = ("mean", "max", "standard_error")
    return {name: {key: figure[key] for key in kept if key in figure} for name, figure in figures.items()}
