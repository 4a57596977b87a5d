"""One finished run in full: what it is, how good it is, what was checked on it, and its files."""

from collections.abc import Mapping
from typing import Any

from g2links.checks.verdict import verdict
from g2links.errors import InputError
from g2links.records import CheckRecord, MetricRecord, RunDetails
from g2links.reports.tables import Table, Words, number
from g2links.ricci_flat.family import described_ansatz
from g2links.settings.config import TASKS
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM, find_cy, find_link_run
from g2links.storage.removal import files_of
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.registry import saved_variety, variety_from_config
from g2links.workflow.commands import metric_command, network_command
from g2links.workflow.listing import checks_of_metric, checks_of_networks, date_of, polynomial_name
from g2links.workflow.removal import stem_of
from g2links.workflow.step_report import StepReport

_LONGEST = 160
"""Characters of an equation on the screen; the record has all of them."""


def run_details(home: Home, task: str, run: int) -> StepReport:
    """What `g2links runs show` says.

    Raises:
        InputError: no such task or run.
        ArtefactError: the run is unfinished, or it or a check of it is damaged.
    """
    found = _metric(home, run) if stem_of(task) == CY_STEM else _network(home, task, run)
    return StepReport({"command": "runs show", "task": task, "run": run, **found}, _lines(task, run, found))


def _metric(home: Home, number: int) -> RunDetails:
    run = find_cy(home, number)
    record, judged = run.record, verdict(run.record)
    equations, weights = _equations(record)
    ansatz = f"{described_ansatz(record['ansatz'])}, {record['parameters']} unknowns"
    return {
        "polynomial": polynomial_name(record),
        "equations": equations,
        "weights": weights,
        "date": date_of(run),
        "architecture": ansatz,
        "seed": record["options"]["seed"],
        "points": record["points"],
        "stopped_because": f"{record['stopped_because']} (iteration {record['iterations']})",
        "verdict": judged.words,
        "failures": list(judged.failures),
        "made_by": _made_by(record),
        "figures": record["figures"],
        "standard_errors": record["standard_errors"],
        "checks": checks_of_metric(home, number),
        "files": [str(path) for path in files_of(home, CY_STEM, number, TASKS)],
    }


def _network(home: Home, task: str, number: int) -> RunDetails:
    run = find_link_run(home, task, number)
    record = run.record
    chosen = record["hyperparameters"]
    return {
        "cy_run": record["cy_run"],
        "date": date_of(run),
        "architecture": f"{chosen.get('architecture')}, {record['weights']} weights",
        "seed": chosen.get("seed"),
        "points": record["base_points"],
        "stopped_because": f"{record['stopped_because']} (best epoch {record['best_epoch']})",
        "made_by": network_command(task, record),
        "figures": record["figures"],
        "standard_errors": {},
        "checks": checks_of_networks(home, number),
        "files": [str(path) for path in files_of(home, task, number, TASKS)],
    }


def _equations(record: MetricRecord) -> tuple[list[str], list[int]]:
    """The equations and the weights of V, whichever family it is of, as far as its data have such."""
    try:
        data: Any = saved_variety({**record})
    except InputError:
        return [], []
    equations = [data] if "terms" in data else data.get("equations", [])
    return [str(Polynomial.from_config(each)) for each in equations], data.get("weights", [])


def _made_by(record: MetricRecord) -> str:
    try:
        return metric_command(record, variety_from_config(saved_variety({**record})))
    except InputError:  # of a family that is registered where the user works, and not here
        return "# from Python"


def _lines(task: str, run: int, found: RunDetails) -> list[Words]:
    title = f"Calabi-Yau run {run}: {found.get('polynomial')}" if task == "cy" else f"{task} network, run {run}"
    named = {
        "equation": _short("; ".join(found.get("equations", []))),
        "weights": " ".join(map(str, found.get("weights", []))),
        "learned from": f"Calabi-Yau run {found['cy_run']}" if found.get("cy_run") is not None else "",
        "date": found["date"].replace("T", " "),
        "architecture": found["architecture"],
        "seed": str(found["seed"]),
        "points": ", ".join(f"{count} {part}" for part, count in found["points"].items()),
        "stopped": found["stopped_because"],
        "verdict": found.get("verdict", ""),
        "made by": found["made_by"],
    }
    width = max(map(len, named))
    errors = found["standard_errors"]
    figures = [
        [name, number(value), number(errors[name]) if name in errors else "-"]
        for name, value in found["figures"].items()
    ]
    return [
        title,
        *(f"  {name.ljust(width)}  {text}" for name, text in named.items() if text),
        *(f"  FAILED: {failure}" for failure in found.get("failures", [])),
        "",
        Table(["figure", "value", "std. error"], figures),
        "",
        *_check_lines(found["checks"]),
        "",
        *found["files"],
    ]


def _check_lines(checks: Mapping[str, CheckRecord]) -> list[Words]:
    if not checks:
        return ["no checks yet: `g2links check --help` lists them"]
    rows = [
        [name.removeprefix("check "), str(each["cy_run"]), str(each["n"]), "PASSED" if each["passed"] else "FAILED"]
        for name, each in checks.items()
    ]
    failures = [f"  {name}: {failure}" for name, each in checks.items() for failure in each["failures"]]
    return [Table(["check", "cy_run", "points", "verdict"], rows), *failures]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
