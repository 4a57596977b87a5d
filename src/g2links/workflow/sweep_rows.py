"""What a sweep says of each of its tasks: one row of its table."""

from typing import Any

from g2links.checks.verdict import verdict
from g2links.measures.chern_numbers import chern_numbers
from g2links.measures.curvature import chern_names
from g2links.records import MetricRecord
from g2links.storage.layout import Home
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.registry import variety_from_config
from g2links.varieties.residue import kahler_volume
from g2links.workflow.polynomials import topology
from g2links.workflow.sweep_run import found_run, outcome_of
from g2links.workflow.sweep_tasks import SweepTask

DONE, FAILED, MISSING = "done", "failed", "missing"
"""What may stand in the column `status`."""
FIGURES = (
    "weights", "run", "sigma", "supremum", "volume", "volume_error", "volume_exact", "euler", "nu", "seconds", "status",
    "reason",
)  # fmt: skip
"""The columns after the number of the task and its axes."""


def columns_of(axes: list[str]) -> list[str]:
    """The names of all columns, in their order."""
    return list(dict.fromkeys(["task", *axes, *FIGURES]))


def row_of(home: Home, task: SweepTask, why: str = "") -> dict[str, Any]:
    """The row of a task, from what is saved.

    Args:
        home: where it was done.
        task: of a sweep.
        why: the reason that nothing was saved, where that is known.
    """
    variety = variety_from_config(task.variety)
    row: dict[str, Any] = dict.fromkeys(columns_of([]))
    row |= {"task": task.number, **{name: _shown(value) for name, value in task.axes.items()}}
    if isinstance(variety, WeightedHypersurface):
        known = topology(variety)
        row |= {"weights": _shown(variety.weights), "euler": known["euler"], "nu": known.get("nu")}
    else:
        row |= {"euler": chern_numbers(variety)[chern_names(variety.dimension)[-1]]}
    row |= {"volume_exact": kahler_volume(variety), "status": MISSING, "reason": why}
    run, outcome = found_run(home, task), outcome_of(home, task)
    if run is not None:
        return row | {"run": run.number} | _figures(run.record, row["volume_exact"])
    if outcome is not None and outcome["run"] is None:
        return row | {"seconds": outcome["seconds"], "status": FAILED, "reason": why or outcome["reason"]}
    return row | ({"status": FAILED} if why else {})


def _figures(record: MetricRecord, exact: float) -> dict[str, Any]:
    figures, errors, judged = record["figures"], record["standard_errors"], verdict(record)
    return {
        "sigma": figures["sigma"],
        "supremum": figures.get("ma_supremum"),
        "volume": figures["volume_ratio"] * exact,
        "volume_error": errors["volume_ratio"] * exact,
        "seconds": figures["seconds"],
        "status": DONE if judged.passed else FAILED,
        "reason": "; ".join(judged.failures),
    }


def _shown(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, tuple | list) else value
