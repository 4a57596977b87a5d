"""Finished runs at a glance."""

import re
from collections.abc import Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from g2links.errors import ArtefactError, InputError
from g2links.records import CheckRecord, MetricRecord, NetworkRecord
from g2links.ricci_flat.family import described_ansatz
from g2links.settings.config import TASKS
from g2links.settings.limits import require_new_file
from g2links.storage.files import written_at
from g2links.storage.finished import FinishedRun, run_numbers
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM, find_cy, find_link_run
from g2links.storage.records import read_record
from g2links.varieties.registry import saved_variety

_NAMELESS = "without a name"


class RunRow(TypedDict):
    """One finished run: its name, its Calabi-Yau run, the polynomial, when it was saved (ISO 8601), its architecture or
    ansatz, its main figure with its value, and the seconds it took; of a damaged one the name, and what is wrong.
    `polynomial` is None where the Calabi-Yau run of a network is missing or damaged."""

    name: str
    cy_run: NotRequired[int | None]
    polynomial: NotRequired[str | None]
    date: NotRequired[str]
    architecture: NotRequired[str]
    figure: NotRequired[str]
    value: NotRequired[float]
    seconds: NotRequired[float]
    problem: NotRequired[str]


def finished_runs(home: Home) -> list[RunRow]:
    """One entry for each finished run."""
    metrics = {number: _metric_row(home, number) for number in run_numbers(home.cy_models, CY_STEM)}
    polynomials = {number: row.get("polynomial") for number, row in metrics.items()}
    networks = [
        _network_row(home, task, number, polynomials)
        for task in TASKS
        for number in run_numbers(home.link_models, task)
    ]
    return [*metrics.values(), *networks]


def _metric_row(home: Home, number: int) -> RunRow:
    name = f"{CY_STEM}_run{number}"
    try:
        run = find_cy(home, number)
    except ArtefactError as error:
        return {"name": name, "problem": str(error)}
    return {
        "name": name,
        "cy_run": number,
        "polynomial": polynomial_name(run.record),
        "date": date_of(run),
        "architecture": described_ansatz(run.record["ansatz"]),
        "figure": "sigma",
        "value": run.record["figures"]["sigma"],
        "seconds": run.record["figures"]["seconds"],
    }


def _network_row(home: Home, task: str, number: int, polynomials: Mapping[int, str | None]) -> RunRow:
    name = f"{task}_run{number}"
    try:
        run = find_link_run(home, task, number)
    except ArtefactError as error:
        return {"name": name, "problem": str(error)}
    cy_run = run.record["cy_run"]
    return {
        "name": name,
        "cy_run": cy_run,
        "polynomial": None if cy_run is None else polynomials.get(cy_run),
        "date": date_of(run),
        "architecture": str(run.record["hyperparameters"].get("architecture")),
        "figure": "relative_error",
        "value": run.record["figures"]["relative_error"],
        "seconds": run.record["figures"]["seconds"],
    }


def date_of(run: FinishedRun[MetricRecord] | FinishedRun[NetworkRecord]) -> str:
    """When a run was found, by its record; of one that does not say so, when its model was written (ISO 8601)."""
    return run.record["date"] if "date" in run.record else written_at(run.model_path).isoformat()


def polynomial_name(record: MetricRecord) -> str:
    """What V is called in the record of a metric."""
    try:
        return str(saved_variety({**record}).get("name", _NAMELESS))
    except InputError:  # a record that does not say what V is
        return _NAMELESS


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
        return {"figures": find_cy(home, number).record["figures"]} | _checks(checks_of_metric(home, number))
    tasks = [name for name in TASKS if number in run_numbers(home.link_models, name)] if task == "all" else [task]
    records = {name: find_link_run(home, name, number).record for name in tasks or TASKS[:1]}
    kept = {name: _summary(record) for name, record in records.items()}
    return (kept if task == "all" else kept[task]) | _checks(checks_of_networks(home, number))


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


def checks_of_metric(home: Home, number: int) -> dict[str, CheckRecord]:
    """Those of a Calabi-Yau run alone."""
    return check_records(home, rf"check_(.+)_cy_run{number}")


def checks_of_networks(home: Home, number: int) -> dict[str, CheckRecord]:
    """Those of the networks of a number, which they share."""
    return check_records(home, rf"check_(.+)_cy_run[0-9]+_g2_run{number}(|_star|_model)")


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


def _checks(records: Mapping[str, CheckRecord]) -> dict[str, Any]:
    """What is compared of checks."""
    return {
        name: {
            "cy_run": record["cy_run"],
            "points": record["n"],
            "passed": record["passed"],
            **_figures(record["figures"]),
        }
        for name, record in records.items()
    }


def _figures(figures: Mapping[str, Mapping[str, float | None]]) -> dict[str, Any]:
    """Of a figure at points mean and maximum, of an integral value and standard error."""
    kept = ("mean", "max", "standard_error")
    return {name: {key: figure[key] for key in kept if key in figure} for name, figure in figures.items()}
