"""Finished runs at a glance."""

from typing import Any

from g2links.errors import InputError
from g2links.runs.config import TASKS
from g2links.runs.finished import find_run, run_numbers
from g2links.runs.json_files import read_json
from g2links.runs.layout import Home
from g2links.runs.models import CY_STEM, find_cy, find_link_run


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
    """The figures of one run, and the means of those checks that were made of it.

    Raises:
        InputError: for an unknown task or run.
    """
    if task != "cy" and task not in TASKS:
        raise InputError("--task", task, f"choose one of cy, {', '.join(TASKS)}")
    run = find_cy(home, number) if task == "cy" else find_link_run(home, task, number)
    kept = {"figures": run.record["figures"]}
    if task != "cy":
        kept["architecture"] = run.record["hyperparameters"]["architecture"]
    pattern = f"check_*_cy_run{number}.json" if task == "cy" else f"check_model_cy_run*_g2_run{number}_*.json"
    for path in sorted(home.plots.glob(pattern)):
        check = read_json(path)
        kept[path.stem] = {name: figure["mean"] for name, figure in check["figures"].items()}
    return kept
