"""The cards at the head of a page: one figure each, with what it means and whether it holds."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from g2links.checks.contract import Check
from g2links.checks.registry import all_checks
from g2links.checks.thresholds import describe_limits, violation
from g2links.records import CheckRecord, Threshold
from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.numbers import estimate_text, number_text, point_text, typeset

_LETTERS = {"omega": "ω", "eta": "η", "Upsilon": "Υ"}
Status = Literal["pass", "fail", "missing", "noted"]


@dataclass(frozen=True)
class Card:
    """Attributes:
    title: what it is.
    value: as text.
    sentence: what it means.
    status: whether it holds; "missing" for what was not run, "noted" for what has no threshold.
    detail: where, or how far from its limit.
    command: that would run what is missing.
    """

    title: str
    value: str
    sentence: str
    status: Status
    detail: str = ""
    command: str = ""


def cards_of(run: RunContents) -> list[Card]:
    """Those of the metric, then one for each network and each check."""
    return [*_of_metric(run), *_of_networks(run), *_of_checks(run)]


def _of_metric(run: RunContents) -> Iterator[Card]:
    figures, errors = run.record["figures"], run.record["standard_errors"]
    tests = run.record["points"]["test"]
    yield Card(
        "Error of the metric, σ",
        estimate_text(figures["sigma"], errors["sigma"]),
        "The average share by which the volume form is off; 0 on the Ricci-flat metric.",
        _judged(run, "sigma"),
        f"on {tests:,} test points; {_needed(run, 'sigma')}",
    )
    worst = run.record.get("supremum")
    if worst is not None:
        place = point_text([complex(*pair) for pair in worst["z"]])
        yield Card(
            "Largest error found",
            number_text(worst["value"]),
            "The share by which the volume form is off at the worst point of V that a search found.",
            _judged(run, "ma_supremum"),
            f"at z = {place}; {_needed(run, 'ma_supremum')}",
        )
    yield Card(
        "Volume",
        estimate_text(figures["volume_ratio"], errors["volume_ratio"]),
        "The measured volume over its exact value, which is 1 for every metric of the class.",
        _judged(run, "volume_ratio"),
        _needed(run, "volume_ratio"),
    )
    yield _euler(run)


def _euler(run: RunContents) -> Card:
    title = "Euler number, χ"
    sentence = "The integral of the top Chern form of the curvature, which is the Euler number of V."
    record = run.checks.get("measures")
    figure = None if record is None else record["figures"].get("euler_number")
    if record is None or figure is None:
        command = run.missing["measures"][1] if "measures" in run.missing else ""
        return Card(title, "not measured", sentence, "missing", command=command)
    limit = record["thresholds"].get("euler_number")
    exact = f"exact {number_text(figure['exact'], 6)}; " if figure.get("exact") is not None else ""
    needed = "" if limit is None else f"needed: {_limits(limit)}"
    return Card(
        title,
        estimate_text(figure["mean"], figure["standard_error"]),
        sentence,
        "noted" if limit is None else _status(violation("euler_number", figure, limit) is None),
        exact + needed,
    )


def _of_networks(run: RunContents) -> Iterator[Card]:
    names = {"3form": "3-form φ", "metric": "metric g", "4form": "4-form ψ"}
    for task, (number, record) in run.networks.items():
        figures = record["figures"]
        yield Card(
            f"Network of the {names[task]}",
            number_text(figures["relative_error"]),
            "The mean relative error on base points that the training has not seen.",
            "noted",
            f"run {number}, {record['hyperparameters']['architecture']}; "
            f"largest {number_text(figures['relative_error_max'], 3)}",
        )


def _of_checks(run: RunContents) -> Iterator[Card]:
    known = all_checks()
    for label, record in run.checks.items():
        held, asked = _kept(record), len(record["thresholds"])
        summary = sentence_of(known[record["check"]]) if record["check"] in known else "A check of the user's own."
        value = f"{held} of {asked} limits hold"
        yield Card(f"Check {label}", value, summary, _status(record["passed"]), _closest(record))
    for label, (check, command) in run.missing.items():
        yield Card(f"Check {label}", "not run", sentence_of(check), "missing", command=command)


def sentence_of(check: Check) -> str:
    """The summary of a check, which is plain ASCII for terminals, with Greek letters."""
    words = check.summary.replace("Monge-Ampere", "Monge-Ampère")
    for name, letter in _LETTERS.items():
        words = words.replace(f"d {name}", f"d{letter}").replace(name, letter)
    return words


def _kept(record: CheckRecord) -> int:
    limits, figures = record["thresholds"], record["figures"]
    return sum(name in figures and violation(name, figures[name], limit) is None for name, limit in limits.items())


def _closest(record: CheckRecord) -> str:
    """The first failure, or the figure that is nearest to its limit."""
    if record["failures"]:
        return typeset(record["failures"][0])
    shares = {name: _share(record, name, limit) for name, limit in record["thresholds"].items()}
    known = {name: share for name, share in shares.items() if share is not None}
    if not known:
        return f"{record['n']:,} points"
    name = max(known, key=lambda key: known[key])
    return f"{record['n']:,} points; nearest to its limit: {name}, at {100 * known[name]:.2g} % of it"


def _share(record: CheckRecord, name: str, limit: Threshold) -> float | None:
    """How much of what is allowed a figure uses; None for lower limits."""
    value = record["figures"].get(name, {}).get(limit["statistic"])
    if value is None or not math.isfinite(value):
        return None
    if "target" in limit and limit["within"] > 0:
        return abs(value - limit["target"]) / limit["within"]
    return abs(value) / limit["at_most"] if limit.get("at_most", 0) > 0 else None


def _judged(run: RunContents, name: str) -> Status:
    limit, value = run.verdict.thresholds.get(name), run.record["figures"].get(name)
    if limit is None or value is None:
        return "noted"
    return _status(violation(name, {"mean": value, "max": value}, limit) is None)


def _needed(run: RunContents, name: str) -> str:
    limit = run.verdict.thresholds.get(name)
    return "no limit" if limit is None else f"needed: {_limits(limit)}"


def _limits(limit: Threshold) -> str:
    return typeset(describe_limits(limit).removeprefix("= "))


def _status(holds: bool) -> Status:
    return "pass" if holds else "fail"
