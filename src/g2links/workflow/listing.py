"""Finished runs at a glance."""

import re
from collections.abc import Mapping
from typing import Any

from g2links.errors import InputError
from g2links.settings.config import TASKS
from g2links.storage.finished import find_run, run_numbers
from g2links.storage.json_files import read_json
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM, find_cy, find_link_run


def finished_runs(home: Home) -> list[dict[str, Any]]:
    """One entry for each finished run: name, Calabi-Yau run, main figure, its value, and seconds."""
    rows = []
    for folder, stem, figure in [
        (home.cy_models, CY_STEM, "sigma"),
        *((home.link_models, task, "relative_error") for task in TASKS),
    ]:
        for number in run_numbers(folder, stem):
            record = find_run(folder, stem, number).record
            rows.append(
                {
                    "name": f"{stem}_run{number}",
                    "cy_run": record.get("cy_run", number),
                    "figure": figure,
                    "value": record["figures"][figure],
                    "seconds": record["figures"]["seconds"],
                }
            )
    return rows


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


def _summary(record: Mapping[str, Any]) -> dict[str, Any]:
    """What tells one training from another."""
    return {
        "architecture": record["hyperparameters"]["architecture"],
        "cy_run": record["cy_run"],
        "base_points": record["base_points"]["train"],
        "weights": record["weights"],
        "best_epoch": record["best_epoch"],
        "figures": record["figures"],
    }


def _checks(home: Home, pattern: str) -> dict[str, Any]:
    """The checks whose file name fits, under a name without run numbers, so that those of several runs share a row."""
    found: dict[str, Any] = {}
    for path in sorted(home.plots.glob("check_*.json")):
        if match := re.fullmatch(pattern, path.stem):
            check = read_json(path)
            name = " ".join(["check", match[1], *(group.strip("_") for group in match.groups()[1:] if group)])
            if name in found:
                name += f" (CY run {check['cy_run']})"
            found[name] = {
                "cy_run": check["cy_run"],
                "points": check["n"],
                "passed": check["passed"],
                **_figures(check["figures"]),
            }
    return found


def _figures(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Of a figure at points mean and maximum, of an integral value and standard error."""
    kept = ("mean", "max", "standard_error")
    return {name: {key: figure[key] for key in kept if key in figure} for name, figure in figures.items()}
