"""What is said of a figure that was measured at many points, and the record of a whole check."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from g2links.checks.thresholds import violation
from g2links.errors import InputError
from g2links.records import CheckRecord, Threshold
from g2links.reports.labels import in_order
from g2links.storage.json_files import plain

Pointwise = Mapping[str, Any]
"""For each figure its values at the points: an array (n,), or one number for a figure of the whole run."""


Integrals = Mapping[str, Mapping[str, float]]
"""Averages and integrals: for each its value ("mean"), its "standard_error", and its "exact" value where known."""


def summarise(values: Any) -> dict[str, float]:
    """Mean, median, standard deviation (of the values, not of their mean) and largest value, of all values.

    None is dropped: where one is not finite, the statistics that it enters are not finite either.

    Raises:
        InputError: no values, or not numbers.
    """
    array = _flat("values", values)
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            "mean": float(np.mean(array)),
            "median": float(np.median(array)),
            "std": float(np.std(array)),
            "max": float(np.max(array)),
        }


def judge(pointwise: Pointwise, thresholds: Mapping[str, Threshold]) -> list[str]:
    """One sentence for each failure; empty when every value is finite and every threshold holds.

    A threshold without its figure is a failure too, so that nothing passes by being left out.

    Raises:
        InputError: a figure without values, or a threshold of unknown form.
    """
    failures = []
    for name, values in pointwise.items():
        failures += _failures(name, _flat(name, values), thresholds.get(name))
    missing = [name for name in thresholds if name not in pointwise]
    return failures + [f"{name}: there is a threshold for it, but it was not measured" for name in missing]


def check_record(
    check: str,
    cy_run: int | None,
    g2_run: int | None,
    pointwise: Pointwise,
    thresholds: Mapping[str, Threshold],
    integrals: Integrals | None = None,
    failures: Sequence[str] = (),
    interrupted: int | None = None,
) -> CheckRecord:
    """The JSON of a check: statistics of each figure, thresholds, `passed`, and the failures in words.

    Args:
        check: its name.
        cy_run, g2_run: run numbers, None where there is none.
        pointwise: all of the same length n, one value for each point, no point left out.
        thresholds: by name of the figure.
        integrals: figures of the whole run that come with an error of their own.
        failures: what else is wrong, one sentence each.
        interrupted: how many points were wanted, where fewer were measured: the record is `partial`, and not passed.

    Returns:
        Plain data that JSON holds; a statistic that is not finite is None.

    Raises:
        InputError: no figures, or figures of different lengths.
    """
    pointwise = in_order(pointwise, check)
    lengths = {name: len(_flat(name, values)) for name, values in pointwise.items()}
    if len(set(lengths.values())) != 1:
        raise InputError("figures", lengths, "at least one figure, and the same number of points for all")
    integrals = integrals or {}
    of_points = {name: limit for name, limit in thresholds.items() if name not in integrals}
    failures = [*failures, *judge(pointwise, of_points), *judge_integrals(integrals, thresholds)]
    n = next(iter(lengths.values()))
    if interrupted is not None:
        failures.append(f"interrupted: {n} of {interrupted} points were measured")
    figures: dict[str, dict[str, float | None]] = {name: {**summarise(values)} for name, values in pointwise.items()}
    figures |= {name: {**values} for name, values in integrals.items()}
    record: CheckRecord = {
        "check": check,
        "cy_run": cy_run,
        "g2_run": g2_run,
        "n": n,
        "figures": figures,
        "thresholds": dict(thresholds),
        "passed": not failures,
        "failures": failures,
    }
    if interrupted is not None:
        record |= {"partial": True, "n_wanted": interrupted}
    result: CheckRecord = plain(record, non_finite="null")
    return result


def judge_integrals(integrals: Integrals, thresholds: Mapping[str, Threshold]) -> list[str]:
    """One sentence for each integral that is not finite or breaks its threshold."""
    failures = []
    for name, figures in integrals.items():
        threshold = thresholds.get(name)
        if not np.isfinite([*figures.values()]).all():
            failures.append(f"{name}: the integral or its standard error is not finite")
        elif threshold is not None and (sentence := violation(name, figures, threshold)):
            failures.append(sentence)
    return failures


def _failures(name: str, values: np.ndarray, threshold: Threshold | None) -> list[str]:
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        return [f"{name}: {len(bad)} of {len(values)} values are not finite, the first at point {bad[0]}"]
    sentence = None if threshold is None else violation(name, summarise(values), threshold)
    if sentence is None:
        return []
    worst = (
        f" (at point {np.argmax(values)})" if threshold and threshold["statistic"] == "max" and len(values) > 1 else ""
    )
    return [sentence + worst]


def _flat(name: str, values: Any) -> np.ndarray:
    try:
        array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InputError(name, values, "real numbers, one for each point") from error
    if array.ndim != 1 or array.size == 0:
        raise InputError(name, f"an array of shape {array.shape}", "one number for each of at least one point")
    return array
